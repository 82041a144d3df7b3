"""A mail program, set up as the facts say and as obstinate as real ones; it notes the replies."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from app.diagnosis import Facts
from tests.relay.mailserver import PATIENCE, MailServer
from tests.relay.policies import PASSWORD, USER

ACCEPTED = "DATA 250 2.0.0 Ok: queued"
LOGGED_IN = "AUTH 235 2.7.0 Authentication successful"
NOT_OFFERED = "AUTH not offered"

LINES = {"home": "127.0.10.2", "work": "127.0.20.2", "away": "127.0.30.2"}
"""The address that a mail program has at each place; home is on the provider's own network."""


def facts(place: str, recipient_domain: str, **changes: Any) -> Facts:
    """State a case like the article's: an account at proseware.com, the old settings, no login."""
    case = Facts(
        place=place,
        connection="own" if place == "home" else "other",
        account_domain="proseware.com",
        recipient_domain=recipient_domain,
        port=25,
        security="none",
        login="none",
    )
    return case.but(**changes)


@dataclass(frozen=True)
class Outcome:
    """What became of a message: the reply to a login, and the refusal or the last word."""

    message_id: str
    replies: tuple[str, ...]

    def bears_out(self, refused: str) -> bool:
        """Say whether a prediction came true; "maybe" is true either way."""
        return refused == "maybe" or (refused == "no") == (self.replies[-1] == ACCEPTED)


def send(
    server: MailServer,
    policy: str,
    facts: Facts,
    *,
    password: str = PASSWORD,
    reply_to: str | None = None,
) -> Outcome:
    """Send a message in the situation of `facts` to the server that has this policy."""
    message = EmailMessage()
    message["From"] = f"kim@{facts.sender_domain or facts.account_domain}"
    message["To"] = f"pat@{facts.recipient_domain}"
    message["Message-ID"] = make_msgid(domain="laptop")
    if reply_to:
        message["Reply-To"] = reply_to
    message.set_content("Hello")

    replies = []
    with smtplib.SMTP(
        server.address,
        server.ports[policy],
        local_hostname="laptop",
        timeout=PATIENCE,
        source_address=(LINES[facts.place or ""], 0),
    ) as connection:
        if facts.security == "starttls":
            trusted = ssl.create_default_context(cafile=server.certificate)
            connection.starttls(context=trusted)
        if facts.login == "password":
            replies.append(_log_in(connection, password))
        replies.append(_hand_over(connection, message))
    return Outcome(message["Message-ID"], tuple(replies))


def _log_in(connection: smtplib.SMTP, password: str) -> str:
    """Try to log in; where that fails, the program goes on all the same."""
    try:
        return _note("AUTH", *connection.login(USER, password))
    except smtplib.SMTPNotSupportedError:
        return NOT_OFFERED
    except smtplib.SMTPAuthenticationError as refusal:
        return _note("AUTH", refusal.smtp_code, refusal.smtp_error)


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> str:
    connection.ehlo_or_helo_if_needed()
    code, text = connection.mail(message["From"])
    if code != 250:
        return _note("MAIL", code, text)
    code, text = connection.rcpt(message["To"])
    if code != 250:
        return _note("RCPT", code, text)
    return _note("DATA", *connection.data(message.as_bytes()))


def _note(phase: str, code: int, text: bytes | str) -> str:
    reply = text if isinstance(text, str) else text.decode()
    # What follows is another one each time: the number that the server gave to the message.
    return f"{phase} {code} {reply.partition(' as ')[0]}"
