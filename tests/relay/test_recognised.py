"""How a server recognises a customer without login; and that the same facts can end either way."""

import pytest

from app.diagnosis import Facts, diagnose
from tests.relay.mailserver import MailServer
from tests.relay.program import ACCEPTED, LINES, facts, send

pytestmark = pytest.mark.relay

DENIED = "RCPT 554 5.7.1 <pat@adatum.com>: Relay access denied"
DENIED_TO_PROSEWARE = "RCPT 554 5.7.1 <pat@proseware.com>: Relay access denied"


def test_fetching_mail_first_opens_the_server_to_that_address_only(mail_server: MailServer) -> None:
    agent_context = facts("work", "adatum.com", login="pop-first")
    at_hotel = facts("away", "adatum.com", login="pop-first")

    before = send(mail_server, "pop-before-smtp", agent_context)
    mail_server.fetch_mail(LINES["work"])
    after = send(mail_server, "pop-before-smtp", agent_context)
    elsewhere = send(mail_server, "pop-before-smtp", at_hotel)

    assert (before.replies, after.replies, elsewhere.replies) == ((DENIED,), (ACCEPTED,), (DENIED,))
    assert diagnose(agent_context).refused == diagnose(at_hotel).refused == "maybe"
    assert diagnose(agent_context.but(error="relay-denied")).remedies[0] == "use-login"


@pytest.mark.parametrize(("place", "reply"), [("away", ACCEPTED), ("work", DENIED)])
def test_allow_list_opens_the_server_to_a_range(
    mail_server: MailServer, place: str, reply: str
) -> None:
    case = facts(place, "adatum.com")

    outcome = send(mail_server, "allow-list", case)
    diagnosis = diagnose(case)

    assert outcome.replies == (reply,)
    assert diagnosis.refused == "maybe"
    assert "ask-isp" in diagnosis.remedies


def through_work(place: str, recipient_domain: str) -> Facts:
    """State a case with the home account and the outgoing server of the workplace (G2)."""
    connection = "own" if place == "work" else "other"
    server = "mail.thephone-company.com"
    return facts(place, recipient_domain, connection=connection, server=server)


@pytest.mark.parametrize(
    ("case", "relay", "refused", "reply"),
    [
        (through_work("work", "adatum.com"), "yes", "no", ACCEPTED),
        (through_work("home", "adatum.com"), "yes", "maybe", DENIED),
        (through_work("home", "proseware.com"), "unknown", "maybe", DENIED_TO_PROSEWARE),
        (through_work("home", "thephone-company.com"), "no", "no", ACCEPTED),
    ],
)
def test_server_at_work_relays_for_the_home_account_at_work_only(
    mail_server: MailServer, case: Facts, relay: str, refused: str, reply: str
) -> None:
    outcome = send(mail_server, "work-server", case)
    diagnosis = diagnose(case)

    assert outcome.replies == (reply,)
    assert (diagnosis.relay, diagnosis.refused) == (relay, refused)
    assert outcome.bears_out(diagnosis.refused)
