"""Logging in: what it opens, and how it fails."""

import pytest

from app.diagnosis import Facts, diagnose
from tests.relay.mailserver import MailServer
from tests.relay.program import ACCEPTED, LOGGED_IN, NOT_OFFERED, facts, send

pytestmark = pytest.mark.relay

PLAIN_LOGIN = {"login": "password"}
TLS_LOGIN = {"login": "password", "security": "starttls", "port": 587}
NO_LOGIN = {"login": "none", "security": "starttls", "port": 587}

BAD_PASSWORD = "AUTH 535 5.7.8 Error: authentication failed: (reason unavailable)"
DENIED = "RCPT 554 5.7.1 <pat@adatum.com>: Relay access denied"
TLS_FIRST = "MAIL 530 5.7.0 Must issue a STARTTLS command first"
STRANGER_AT_HOME = "RCPT 554 5.7.1 <unknown[127.0.10.2]>: Client host rejected: Access denied"
STRANGER_AT_WORK = "RCPT 554 5.7.1 <unknown[127.0.20.2]>: Client host rejected: Access denied"

CASES = [
    # policy, facts, predicted refusal, replies
    ("login-after-tls", facts("work", "adatum.com", **TLS_LOGIN), "no", (LOGGED_IN, ACCEPTED)),
    ("login-after-tls", facts("away", "adatum.com", **TLS_LOGIN), "no", (LOGGED_IN, ACCEPTED)),
    ("login-after-tls", facts("work", "adatum.com", **PLAIN_LOGIN), "maybe", (NOT_OFFERED, DENIED)),
    ("login", facts("work", "adatum.com", **PLAIN_LOGIN), "maybe", (LOGGED_IN, ACCEPTED)),
    ("login", facts("away", "adatum.com", **PLAIN_LOGIN), "maybe", (LOGGED_IN, ACCEPTED)),
    ("tls-required", facts("work", "adatum.com", error="tls-required"), "yes", (TLS_FIRST,)),
    ("tls-required", facts("work", "adatum.com", **TLS_LOGIN), "no", (LOGGED_IN, ACCEPTED)),
    ("submission", facts("home", "proseware.com", **NO_LOGIN), "yes", (STRANGER_AT_HOME,)),
    ("submission", facts("home", "adatum.com", **NO_LOGIN), "yes", (STRANGER_AT_HOME,)),
    ("submission", facts("work", "proseware.com", **NO_LOGIN), "yes", (STRANGER_AT_WORK,)),
    ("submission", facts("work", "adatum.com", **NO_LOGIN), "yes", (STRANGER_AT_WORK,)),
    ("submission", facts("work", "adatum.com", **TLS_LOGIN), "no", (LOGGED_IN, ACCEPTED)),
]


@pytest.mark.parametrize(("policy", "case", "refused", "replies"), CASES)
def test_server_answers_as_predicted(
    mail_server: MailServer, policy: str, case: Facts, refused: str, replies: tuple[str, ...]
) -> None:
    outcome = send(mail_server, policy, case)

    assert outcome.replies == replies
    assert diagnose(case).refused == refused
    assert outcome.bears_out(refused)


def test_wrong_password_is_what_to_mend_when_the_program_goes_on_without(
    mail_server: MailServer,
) -> None:
    case = facts("work", "adatum.com", **TLS_LOGIN)

    outcome = send(mail_server, "login-after-tls", case, password="wrong")
    told_of_the_login = diagnose(case.but(error="authentication-failed"))
    told_of_the_relay = diagnose(case.but(error="relay-denied"))

    assert outcome.replies == (BAD_PASSWORD, DENIED)
    assert outcome.bears_out(told_of_the_login.refused)
    assert outcome.bears_out(told_of_the_relay.refused)
    assert told_of_the_login.remedies[0] == "fix-password"
    assert {"fix-password", "report-server"} <= set(told_of_the_relay.remedies)


def test_encryption_is_what_to_mend_when_login_is_not_offered_without(
    mail_server: MailServer,
) -> None:
    case = facts("work", "adatum.com", login="password", error="relay-denied")

    outcome = send(mail_server, "login-after-tls", case)
    diagnosis = diagnose(case)

    assert outcome.replies == (NOT_OFFERED, DENIED)
    assert outcome.bears_out(diagnosis.refused)
    assert diagnosis.remedies[0] == "fix-encryption"


def test_encryption_is_what_to_mend_when_the_server_asks_for_it(mail_server: MailServer) -> None:
    case = facts("work", "adatum.com", error="tls-required")

    outcome = send(mail_server, "tls-required", case)

    assert outcome.replies == (TLS_FIRST,)
    assert diagnose(case).remedies[0] == "fix-encryption"
