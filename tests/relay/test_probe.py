"""A real Postfix is probed for what it offers, and passes nothing on without a sign-in."""

from __future__ import annotations

import socket
import ssl
from ipaddress import ip_network

import pytest

from app.discovery.network import Deadline, Names, Network
from app.discovery.submission import Probe, probe
from tests.relay.mailserver import MailServer

pytestmark = pytest.mark.relay


class _Address(Names):
    def addresses(self, host: str, patience: float = 0) -> tuple[str, ...]:
        """Return the address that a host is named by here."""
        return (host,)


class _Postfix(Network):
    """The way to one policy of the mail server, as if it were on port 587."""

    def __init__(self, server: MailServer, policy: str, trusted: bool) -> None:
        tls = ssl.create_default_context()
        if trusted:
            tls.load_verify_locations(server.certificate)
        super().__init__(_Address(), [ip_network("127.0.0.0/8")], tls)
        self._port = server.ports[policy]

    def _open(self, address: str, port: int, patience: float) -> socket.socket:
        return super()._open(address, self._port, patience)


def ask(server: MailServer, policy: str, trusted: bool = True) -> Probe:
    """Return what one policy of the server offers to who comes from elsewhere."""
    network = _Postfix(server, policy, trusted)
    name, own = "wizard.example", "postmaster@wizard.example"
    return probe(network, server.address, 587, Deadline(10), name, own)


def test_a_server_that_wants_a_sign_in(mail_server: MailServer) -> None:
    found = ask(mail_server, "login-after-tls")
    assert (found.outcome, found.security, found.certificate) == ("works", "starttls", "good")
    assert (found.sign_in, found.relay) == ("password", "sign-in")


def test_a_certificate_that_nobody_vouches_for(mail_server: MailServer) -> None:
    found = ask(mail_server, "login-after-tls", trusted=False)
    assert (found.outcome, found.certificate) == ("refuses", "untrusted")


def test_nothing_arrives(mail_server: MailServer) -> None:
    before = set((mail_server.root / "mail").glob("*/*"))
    ask(mail_server, "login-after-tls")
    assert set((mail_server.root / "mail").glob("*/*")) == before
