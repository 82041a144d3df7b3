"""What curl, openssl and swaks print of a real server is read for what it shows."""

import subprocess

import pytest

from app.reading import Reading, read
from tests.relay.mailserver import MailServer
from tests.relay.policies import PASSWORD, USER

pytestmark = pytest.mark.relay

POLICY = "login-after-tls"
LETTER = "Subject: Test\r\n\r\nHello\r\n"


def printed(*command: object, stdin: str = "QUIT\r\n") -> Reading:
    """Return the reading of what a command prints, as somebody would copy it from a terminal."""
    done = subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True, text=True, timeout=60
    )
    shown = " ".join(str(word) for word in command)
    return read(f"$ {shown}\n{done.stderr}{done.stdout}")


def url(server: MailServer, policy: str = POLICY) -> str:
    return f"smtp://{server.address}:{server.ports[policy]}"


def test_curl_that_does_not_trust_the_certificate(mail_server: MailServer) -> None:
    reading = printed("curl", "-v", "--ssl-reqd", url(mail_server))
    assert reading.reason == "tls-failed"
    assert reading.refused_by == "own-server"
    assert reading.command is not None
    assert reading.command.reached
    assert reading.command.starttls
    assert reading.command.certificate is False
    assert "ESMTP" in (reading.command.banner or "")
    assert reading.facts["port"] == mail_server.ports[POLICY]
    assert reading.facts["security"] == "starttls"


def test_curl_that_signs_in(mail_server: MailServer) -> None:
    trusted = "--cacert", mail_server.certificate, "--ssl-reqd"
    reading = printed("curl", "-v", *trusted, "-u", f"{USER}:{PASSWORD}", url(mail_server))
    assert reading.reason == "none"
    assert reading.command is not None
    assert reading.command.certificate
    assert "PLAIN" in (reading.command.authentication or ())


def test_curl_with_a_wrong_password(mail_server: MailServer) -> None:
    trusted = "--cacert", mail_server.certificate, "--ssl-reqd"
    reading = printed("curl", "-v", *trusted, "-u", f"{USER}:wrong", url(mail_server))
    assert reading.reason == "authentication-failed"
    assert reading.facts["reply_code"] == 535


def test_curl_where_nothing_answers(mail_server: MailServer) -> None:
    reading = printed("curl", "-v", f"smtp://{mail_server.address}:1")
    assert reading.reason == "no-connection"
    assert reading.command is not None
    assert reading.command.reached is False


@pytest.mark.parametrize("trusted", [True, False])
def test_openssl(mail_server: MailServer, trusted: bool) -> None:
    where = f"{mail_server.address}:{mail_server.ports[POLICY]}"
    known = ("-CAfile", mail_server.certificate) if trusted else ()
    reading = printed("openssl", "s_client", "-connect", where, "-starttls", "smtp", *known)
    assert reading.reason == ("none" if trusted else "tls-failed")
    assert reading.command is not None
    assert reading.command.certificate is trusted
    assert reading.command.starttls


def test_swaks_that_is_refused(mail_server: MailServer) -> None:
    where = f"{mail_server.address}:{mail_server.ports[POLICY]}"
    addresses = "--from", "lan@proseware.com", "--to", "pat@adatum.com"
    reading = printed("swaks", "--server", where, *addresses)
    assert reading.reason == "relay-denied"
    assert reading.facts["recipient_domain"] == "adatum.com"
    assert reading.facts["sender_domain"] == "proseware.com"
    assert reading.command is not None
    assert reading.command.reached
