"""Servers that look at the sender: a refusal that no network and no recipient explains."""

import pytest

from app.diagnosis import diagnose
from tests.relay.mailserver import MailServer
from tests.relay.program import ACCEPTED, LOGGED_IN, facts, send

pytestmark = pytest.mark.relay

NOT_OWNED = (
    "RCPT 553 5.7.1 <kim@adatum.com>: Sender address rejected: not owned by user kim@proseware.com"
)
NOT_LOGGED_IN = "RCPT 553 5.7.1 <kim@{}>: Sender address rejected: not logged in"


def test_sender_of_somebody_else_is_to_be_matched(mail_server: MailServer) -> None:
    case = facts("work", "adatum.com", login="password", security="starttls", port=587)
    foreign = case.but(sender_domain="adatum.com")

    assert send(mail_server, "sender-owner", case).replies == (LOGGED_IN, ACCEPTED)
    assert send(mail_server, "sender-owner", foreign).replies == (LOGGED_IN, NOT_OWNED)
    assert diagnose(case).refused == "no"
    assert diagnose(foreign).refused == "maybe"
    assert diagnose(foreign.but(error="sender-not-allowed")).remedies[0] == "match-sender"


def test_sender_of_somebody_else_without_login_is_to_be_matched(mail_server: MailServer) -> None:
    case = facts("work", "proseware.com", sender_domain="adatum.com", error="sender-not-allowed")

    outcome = send(mail_server, "sender-owner", case)
    diagnosis = diagnose(case)

    assert outcome.replies == (NOT_LOGGED_IN.format("adatum.com"),)
    assert outcome.bears_out(diagnosis.refused)
    assert diagnosis.remedies[0] == "match-sender"


def test_own_sender_from_elsewhere_is_to_be_proved_by_login(mail_server: MailServer) -> None:
    """Row 3 is refused where forgery of the provider's own addresses is stopped (G17)."""
    case = facts("work", "proseware.com", error="sender-not-allowed")

    outcome = send(mail_server, "sender-owner", case)
    diagnosis = diagnose(case)

    assert outcome.replies == (NOT_LOGGED_IN.format("proseware.com"),)
    assert outcome.bears_out(diagnosis.refused)
    assert diagnosis.remedies[0] == "use-login"


def test_own_sender_from_home_needs_no_proof(mail_server: MailServer) -> None:
    case = facts("home", "proseware.com")

    outcome = send(mail_server, "sender-owner", case)

    assert outcome.replies == (ACCEPTED,)
    assert outcome.bears_out(diagnose(case).refused)


def test_foreign_reply_to_is_to_be_matched_even_at_home(mail_server: MailServer) -> None:
    case = facts("home", "adatum.com")
    error = case.but(sender_domain="adatum.com", error="sender-not-allowed")

    assert send(mail_server, "reply-to-rule", case).replies == (ACCEPTED,)
    refused = send(mail_server, "reply-to-rule", case, reply_to="kim@adatum.com")
    assert refused.replies == ("DATA 550 5.7.1 Reply-To not yours",)
    assert diagnose(error).refused == "yes"
    assert diagnose(error).remedies[0] == "match-sender"
