"""What an outgoing server offers, seen by opening an SMTP session and sending nothing through it.

EHLO, STARTTLS (RFC 3207), EHLO, QUIT: no address, no message.  Only where somebody asks for it,
MAIL with the null sender and RCPT for an address of this server's own, never DATA.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

from ..reading import read
from .network import CONNECT, LARGEST, Deadline, Network, NotReached

Outcome = Literal["works", "refuses", "unreachable", "inconclusive"]
Relay = Literal["", "sign-in", "open", "unknown"]
Certificate = Literal["", "good", "wrong-name", "expired", "untrusted"]
IMPLICIT: Final = 465
ACCEPTED, FORWARDED = 250, 251
"""Reply codes for a recipient that is taken (RFC 5321 section 4.2.3)."""
LONGEST_REPLY: Final = 1000
PASSWORD: Final = frozenset({"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "NTLM"})
OAUTH: Final = frozenset({"XOAUTH2", "OAUTHBEARER"})
_CERTIFICATES: Final[dict[int, Certificate]] = {62: "wrong-name", 10: "expired"}
"""By OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_CERT_HAS_EXPIRED (x509_vfy.h)."""


@dataclass(frozen=True)
class Probe:
    """What one port of a server offers.

    ``outcome``: ``works`` where it offers encryption and a sign-in, ``refuses`` where it answers
    and does not, ``unreachable`` from here, or ``inconclusive``: it was busy, or wants none of us.
    ``reason``: why not, one of ``REASONS``, or the reply code of a greeting.
    ``sign_in``: ``password``, ``oauth-only``, ``none`` or, where nothing was seen, ``unknown``.
    ``relay``: whether it passes mail on only after a ``sign-in``, is ``open`` to whoever comes from
    here, or does not tell; '' where it was not asked.
    """

    host: str
    port: int
    outcome: Outcome
    security: str = "none"
    sign_in: str = "unknown"
    certificate: Certificate = ""
    reason: str = ""
    relay: Relay = ""


def probe(
    network: Network,
    host: str,
    port: int,
    deadline: Deadline,
    name: str = "",
    recipient: str = "",
) -> Probe:
    """Open a session and say what the server offers; never raises.

    :param name: what this server calls itself; '' for its address
    :param recipient: an address of our own, to ask whether mail for it is passed on; '' not to ask
    """
    try:
        with network.connected(host, port, deadline) as connection:
            connection.settimeout(max(0.01, min(CONNECT, deadline.left)))
            name = name or _literal(connection)
            seen = Probe(host, port, "inconclusive")
            return _talk(network.tls, connection, seen, name, recipient)
    except ssl.SSLCertVerificationError as fault:
        security = "tls" if port == IMPLICIT else "starttls"
        certificate = _CERTIFICATES.get(fault.verify_code, "untrusted")
        return Probe(host, port, "refuses", security, "unknown", certificate, "bad-tls")
    except NotReached as fault:
        return Probe(host, port, "unreachable", reason=fault.args[0])
    except smtplib.SMTPResponseException as fault:
        return Probe(host, port, "inconclusive", reason=str(fault.smtp_code))
    except ssl.SSLError:
        return Probe(host, port, "refuses", reason="bad-tls")
    # A connection that was made and then went dead tells nothing for certain.
    except (OSError, smtplib.SMTPException, ValueError):
        return Probe(host, port, "inconclusive", reason="no-answer")


def _talk(
    tls: ssl.SSLContext, connection: socket.socket, seen: Probe, name: str, recipient: str
) -> Probe:
    host, port = seen.host, seen.port
    if port == IMPLICIT:
        connection = tls.wrap_socket(connection, server_hostname=host)
    with _Session(connection, host, port, name) as session:
        session.ehlo_or_helo_if_needed()
        security = "tls" if port == IMPLICIT else "none"
        if security == "none" and session.has_extn("starttls"):
            session.starttls(context=tls)
            session.ehlo()
            security = "starttls"
        if security == "none":
            return Probe(host, port, "refuses", sign_in=_sign_in(session), reason="no-tls")
        relay, sign_in = _ask_relay(session, recipient) if recipient else "", _sign_in(session)
        if sign_in == "none":
            return Probe(host, port, "refuses", security, sign_in, "good", "no-sign-in", relay)
        return Probe(host, port, "works", security, sign_in, "good", relay=relay)


def _ask_relay(session: smtplib.SMTP, recipient: str) -> Relay:
    """Return whether mail from nobody to an address elsewhere is passed on without a sign-in.

    A refusal for another reason, such as a block list or an unknown recipient, tells nothing.
    """
    reply = session.mail("")
    if reply[0] == ACCEPTED:
        reply = session.rcpt(recipient)
        session.rset()
    if reply[0] in (ACCEPTED, FORWARDED):
        return "open"
    text = reply[1].decode("ascii", "replace")[:LONGEST_REPLY]
    refused = read(f"{reply[0]} {text}").reason
    return "sign-in" if refused in ("relay-denied", "authentication-required") else "unknown"


class _Session(smtplib.SMTP):
    """A session over a connection that is there already, whose replies are of bounded length."""

    def __init__(self, connection: socket.socket, host: str, port: int, name: str) -> None:
        self._connection = connection
        self._replies: _Bounded | None = None
        super().__init__(host, port, local_hostname=name)

    def _get_socket(self, *_: Any) -> socket.socket:
        return self._connection

    @property
    def file(self) -> _Bounded | None:
        """What replies are read from."""
        return self._replies

    @file.setter
    def file(self, file: BinaryIO | None) -> None:
        self._replies = _Bounded(file) if file else None

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.docmd("QUIT")
        self.close()


class _Bounded:
    """A file of which no more than ``LARGEST`` bytes are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = LARGEST
        self.close = file.close

    def readline(self, limit: int = -1) -> bytes:
        line = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("a reply without an end")
        return line


def _sign_in(session: smtplib.SMTP) -> str:
    offered = set(session.esmtp_features.get("auth", "").upper().split())
    if offered & PASSWORD:
        return "password"
    if offered & OAUTH:
        return "oauth-only"
    return "unknown" if offered else "none"


def _literal(connection: socket.socket) -> str:
    """Return the address as a name for EHLO (RFC 5321 section 4.1.3)."""
    address = connection.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
