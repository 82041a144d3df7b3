"""The article's table, row by row, and its special case: accepted, and never delivered."""

import pytest

from app.diagnosis import Facts, diagnose
from tests.relay.mailserver import MailServer
from tests.relay.program import ACCEPTED, facts, send

pytestmark = pytest.mark.relay

DENIED = "RCPT 554 5.7.1 <pat@adatum.com>: Relay access denied"
DEFERRED = "RCPT 454 4.7.1 <pat@adatum.com>: Relay access denied"

ROWS = [
    # row, facts, predicted relay and refusal, reply of a strict server, of Debian's default
    (1, facts("home", "proseware.com"), "no", "no", ACCEPTED, ACCEPTED),
    (2, facts("home", "adatum.com"), "yes", "no", ACCEPTED, ACCEPTED),
    (3, facts("work", "proseware.com"), "no", "no", ACCEPTED, ACCEPTED),
    (4, facts("work", "adatum.com"), "yes", "maybe", DENIED, DEFERRED),
    (5, facts("away", "proseware.com"), "no", "no", ACCEPTED, ACCEPTED),
    (6, facts("away", "adatum.com"), "yes", "maybe", DENIED, DEFERRED),
]


@pytest.mark.parametrize(
    ("row", "case", "relay", "refused", "strict", "default"),
    ROWS,
    ids=[f"row-{r[0]}" for r in ROWS],
)
@pytest.mark.parametrize("policy", ["strict", "debian-default"])
def test_row_is_answered_as_predicted(
    mail_server: MailServer,
    policy: str,
    row: int,
    case: Facts,
    relay: str,
    refused: str,
    strict: str,
    default: str,
) -> None:
    outcome = send(mail_server, policy, case)
    diagnosis = diagnose(case)

    assert outcome.replies == (strict if policy == "strict" else default,)
    assert (diagnosis.article_row, diagnosis.relay, diagnosis.refused) == (row, relay, refused)
    assert outcome.bears_out(diagnosis.refused)


@pytest.mark.parametrize("case", [row[1] for row in ROWS if ACCEPTED in row])
def test_accepted_message_is_delivered(mail_server: MailServer, case: Facts) -> None:
    outcome = send(mail_server, "strict", case)

    assert outcome.replies == (ACCEPTED,)
    mail_server.wait_for_delivery(outcome.message_id)


def test_message_that_was_accepted_and_discarded_is_for_the_provider_to_trace(
    mail_server: MailServer,
) -> None:
    case = facts("home", "adatum.com")

    discarded = send(mail_server, "discard", case)
    later = send(mail_server, "strict", case)

    assert discarded.replies == later.replies == (ACCEPTED,)
    mail_server.wait_for_delivery(later.message_id)
    assert not mail_server.delivered(discarded.message_id)
    assert diagnose(case).refused == "no"
    assert diagnose(case.but(error="silent")).remedies[0] == "ask-isp-logs"
