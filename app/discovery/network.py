"""The one way out to the internet: questions to DNS, connections to checked addresses, HTTPS.

Every connection goes to an address that was resolved once and checked; to few ports; and ends at a
deadline, whatever the other side does.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv4Address, ip_address
from threading import Lock
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.resolver
from dns.rdatatype import RdataType
from publicsuffixlist import PublicSuffixList

from ..diagnosis.domains import NotADomain, normalise_host
from ..knowledge.client_config import HOST_NAME
from .addresses import Network as Addresses
from .addresses import may_connect

PORTS: Final = (25, 465, 587, 443)
CONNECT: Final = 2.0
"""Seconds for a connection to be made, and for a question to DNS."""
LARGEST: Final = 64 * 1024
"""Bytes of a document that are read."""
MOST: Final = 10
"""Records of one kind that are read."""
ADDRESSES: Final = 2
"""Addresses of one host that are tried."""
REDIRECTS: Final = 2
SPECIAL: Final = frozenset(
    {"alt", "arpa", "corp", "home", "internal", "invalid", "lan", "local", "localhost", "onion"}
)
"""Ends of names outside of the public DNS: RFC 6761, 7686, 9476, and what networks use inside."""


class NotReached(OSError):
    """A host or document that could not be had; ``args[0]`` is one of REASONS."""


REASONS: Final = ("no-name", "no-answer", "forbidden", "time-out", "refused", "bad-tls", "no-such")


class Deadline:
    """The moment, so many seconds from now, at which everything that was begun ends."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self._open: set[socket.socket] = set()
        self._over = False
        self._lock = Lock()

    @property
    def left(self) -> float:
        """Seconds until then, 0 when it is past."""
        return 0.0 if self._over else max(0.0, self._ends - time.monotonic())

    def end(self) -> None:
        """Cut all connections that were made under it."""
        with self._lock:
            self._over, cut = True, set(self._open)
            self._open.clear()
        for connection in cut:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    @contextmanager
    def cutting(self, connection: socket.socket) -> Iterator[None]:
        """Let a connection be cut at the deadline, also once TLS has taken its socket over."""
        second = connection.dup()
        with self._lock:
            self._open.add(second)
            over = self._over
        if over:
            self.end()
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(second)
            second.close()


@dataclass(frozen=True)
class Answer:
    """Records of one kind, at most ``MOST``, the preferred first; ``ttl``: seconds they hold."""

    records: tuple[tuple[Any, ...], ...] = ()
    ttl: int = 300


class Names:
    """Questions to DNS, by the resolver of this machine.

    :param resolver: another one
    """

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver or dns.resolver.Resolver()
        self._suffixes = PublicSuffixList()

    def is_registered(self, domain: str) -> bool:
        """Tell whether a domain is one that somebody can have registered in the public DNS."""
        last = domain.rpartition(".")[2]
        return last not in SPECIAL and self._suffixes.privatesuffix(domain) is not None

    def site(self, name: str) -> str:
        """Return the domain that somebody has registered, by the Public Suffix List."""
        return self._suffixes.privatesuffix(name) or name

    def mx(self, domain: str) -> Answer:
        """Return the hosts that take a domain's mail (RFC 5321 section 5), as (preference, host).

        A domain that takes no mail (RFC 7505) has one, without a name.

        :raise NotReached: DNS did not answer
        """
        found, ttl = self._ask(domain, "MX")
        records = ((r.preference, _host(r.exchange)) for r in found)
        return Answer(tuple(sorted((p, h) for p, h in records if h is not None)[:MOST]), ttl)

    def srv(self, service: str, domain: str) -> Answer:
        """Return where a service is (RFC 2782), as (priority, -weight, host, port).

        A service that is decidedly not there has one, without a name (RFC 6186 section 3.4).

        :raise NotReached: DNS did not answer
        """
        found, ttl = self._ask(f"{service}._tcp.{domain}", "SRV")
        records = ((r.priority, -r.weight, _host(r.target), r.port) for r in found)
        return Answer(tuple(sorted(r for r in records if r[2] is not None)[:MOST]), ttl)

    def txt(self, name: str) -> Answer:
        """Return texts, as (text,).

        :raise NotReached: DNS did not answer
        """
        found, ttl = self._ask(name, "TXT")
        texts = (b"".join(r.strings).decode("ascii", "replace") for r in found)
        return Answer(tuple((text[:1000],) for text in texts)[:MOST], ttl)

    def addresses(self, host: str, patience: float = CONNECT) -> tuple[str, ...]:
        """Return the IP addresses of a host, IPv4 first; an IPv4 address is its own.

        :param patience: seconds for each of two questions
        :raise NotReached: there are none, or DNS did not answer
        """
        with suppress(ValueError):
            return (str(IPv4Address(host)),)
        found: list[str] = []
        silent: NotReached | None = None
        for kind in ("A", "AAAA"):
            try:
                found += [r.address for r in self._ask(host, kind, patience)[0]]
            except NotReached as fault:
                silent = fault
        if not found:
            raise silent or NotReached("no-name")
        return tuple(found)

    def _ask(self, name: str, kind: str, patience: float = CONNECT) -> tuple[list[Any], int]:
        try:
            answer = self._resolver.resolve(
                name, RdataType[kind], lifetime=patience, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return [], 300
        except dns.exception.DNSException:
            raise NotReached("no-answer") from None
        return (list(answer.rrset), answer.rrset.ttl) if answer.rrset else ([], 300)


class Network:
    """Connections and documents of the internet.

    :param names: DNS
    :param own: networks of the operator's own that may be connected to as well
    :param tls: what certificates are checked with; by default what this machine trusts
    """

    def __init__(
        self,
        names: Names | None = None,
        own: Sequence[Addresses] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.names = names or Names()
        self.tls = tls or ssl.create_default_context()
        self._own = tuple(own)

    @contextmanager
    def connected(self, host: str, port: int, deadline: Deadline) -> Iterator[socket.socket]:
        """Connect to a host, at an address that was checked.

        One forbidden address forbids the host: nobody's public server has a private one beside it.

        :param port: one of ``PORTS``
        :raise NotReached: there is no connection to be had
        """
        if port not in PORTS:
            raise NotReached("forbidden")
        patience = max(0.05, min(CONNECT, deadline.left / 2))
        addresses = self.names.addresses(host, patience)
        if not all(may_connect(ip_address(address), self._own) for address in addresses):
            raise NotReached("forbidden")
        connection = self._connect(addresses[:ADDRESSES], port, deadline)
        with connection, deadline.cutting(connection):
            yield connection

    def _connect(self, addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
        reason = "time-out"
        for address in addresses:
            patience = min(CONNECT, deadline.left)
            if patience <= 0:
                break
            try:
                return self._open(address, port, patience)
            except TimeoutError:
                reason = "time-out"
            except ConnectionRefusedError:
                reason = "refused"
            except OSError:
                reason = "no-answer"
        raise NotReached(reason)

    def _open(self, address: str, port: int, patience: float) -> socket.socket:
        return socket.create_connection((address, port), patience)

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        """Return a document, by HTTPS, at most ``LARGEST`` bytes.

        It may be somewhere else on the same site, not on another one.

        :raise NotReached: there is none
        """
        for _ in range(1 + REDIRECTS):
            status, place, body = self._get(url, deadline)
            if status == 200:
                return body
            if status not in (301, 302, 303, 307, 308):
                break
            url = self._next(url, place)
        raise NotReached("no-such")

    def _next(self, url: str, place: str) -> str:
        """Return where a redirect leads to.

        :raise NotReached: to another site, or out of HTTPS
        """
        try:
            there = urlsplit(urljoin(url, place))
            host, port = normalise_host(there.hostname or ""), there.port
        except (ValueError, NotADomain):
            raise NotReached("forbidden") from None
        here = urlsplit(url).hostname or ""
        same = self.names.site(host) == self.names.site(here)
        if there.scheme != "https" or port not in (None, 443) or not same:
            raise NotReached("forbidden")
        return f"https://{host}{there.path or '/'}{'?' if there.query else ''}{there.query}"

    def _get(self, url: str, deadline: Deadline) -> tuple[int, str, bytes]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        path = f"{parts.path}{'?' if parts.query else ''}{parts.query}"
        try:
            with self.connected(host, 443, deadline) as plain:
                plain.settimeout(CONNECT)
                with self.tls.wrap_socket(plain, server_hostname=host) as secure:
                    connection = HTTPSConnection(host)
                    connection.sock = secure
                    headers = {"User-Agent": "Thong-Thu", "Accept-Encoding": "identity"}
                    connection.request("GET", path, headers=headers)
                    with connection.getresponse() as response:
                        body = response.read(LARGEST + 1)
        except ssl.SSLError:
            raise NotReached("bad-tls") from None
        except NotReached:
            raise
        except (OSError, HTTPException, ValueError):
            raise NotReached("no-answer") from None
        if len(body) > LARGEST:
            raise NotReached("no-such")
        if not deadline.left:  # it was cut, and what came until then may look whole
            raise NotReached("time-out")
        return response.status, response.headers.get("Location", ""), body


def _host(name: Any) -> str | None:
    """Return a name as DNS answered it, '' for the root, None for what is no host name."""
    text = name.to_text(omit_final_dot=True).lower()
    if text in (".", ""):
        return ""
    return text if HOST_NAME.fullmatch(text) else None
