"""Read a ``config-v1.1.xml``: the settings of a mail account as clients look them up.

Format: github.com/thunderbird/autoconfig, docs/file-format, read 2026-11-24, and
draft-ietf-mailmaint-autoconfig-06.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .model import Incoming, Outgoing

LARGEST: Final = 256 * 1024
"""Bytes of one file that are read."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")
SOCKET_TYPES: Final = {"SSL": "tls", "STARTTLS": "starttls"}
"""Socket types worth advising, the better first (RFC 8314 section 3)."""
_NO_LOGIN = {"none", "client-IP-address", "smtp-after-pop"}
_DOMAIN = "%EMAILDOMAIN%"
ADDRESS, LOCAL_PART = "%EMAILADDRESS%", "%EMAILLOCALPART%"
"""Placeholders for what one signs in as."""
_USERS = {ADDRESS: "address", LOCAL_PART: "local-part"}


class BadFile(ValueError):
    """A file that cannot be used; the message says why."""


@dataclass(frozen=True)
class AccountSettings:
    """The servers of an account, the better first, and how one signs in to them."""

    outgoing: tuple[Outgoing, ...]
    incoming: tuple[Incoming, ...] = ()
    sign_in: str = "unknown"
    oauth: bool = False
    user: str = "address"


class ClientConfig:
    """One file.

    :raise BadFile: it is too large, or none of its kind
    """

    def __init__(self, content: bytes) -> None:
        self._account = _account(content)

    @cached_property
    def name(self) -> str:
        """The provider's name for people, '' without one."""
        found = (self._account.findtext(tag) for tag in ("displayShortName", "displayName"))
        return plain_name(next((text for text in found if text), ""))

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The mail domains that it is for.

        :raise BadFile: one is no domain
        """
        return tuple(dict.fromkeys(read_host(e.text) for e in self._account.iter("domain")))

    @cached_property
    def depends(self) -> bool:
        """Whether host names depend on the mail domain."""
        return any(_DOMAIN in (e.text or "") for e in self._account.iter("hostname"))

    def settings(self, domain: str) -> AccountSettings:
        """Return the settings of an account in a domain.

        :raise BadFile: no server takes a sign-in through an encrypted connection
        """
        outgoing, ways, user = _outgoing(self._account.iter("outgoingServer"), domain)
        incoming = _incoming(self._account.iter("incomingServer"), domain)
        return AccountSettings(outgoing, incoming, _sign_in(ways), "OAuth2" in ways, user)


def _account(content: bytes) -> Element:
    if len(content) > LARGEST:
        raise BadFile(f"larger than {LARGEST // 1024} KB")
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=_Builder()))
    except BadFile:
        raise
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise BadFile(f"no XML: {' '.join(str(fault).split())[:200]}") from None
    account = root.find("emailProvider")
    if root.tag != "clientConfig" or account is None:
        raise BadFile("no clientConfig with an emailProvider")
    return account


class _Builder(ElementTree.TreeBuilder):
    """Refuse a document type: its entities could grow without end, or name other files."""

    def doctype(self, *_: object) -> None:
        raise BadFile("it has a document type, which no such file needs")


def _outgoing(
    servers: Iterable[Element], domain: str
) -> tuple[tuple[Outgoing, ...], set[str], str]:
    """Return the servers that take a login from anywhere, the ways of it, and as whom."""
    found: list[Outgoing] = []
    ways: set[str] = set()
    users: set[str] = set()
    for element in servers:
        offered = {(e.text or "").strip() for e in element.iter("authentication")} - _NO_LOGIN
        security = SOCKET_TYPES.get(_text(element, "socketType"))
        host = _text(element, "hostname").replace(_DOMAIN, domain)
        restricted = element.find("restriction") is not None
        if security and offered and not restricted and "%" not in host:
            found.append(Outgoing(read_host(host), read_port(_text(element, "port")), security))
            ways |= offered
            users.add(_text(element, "username") or ADDRESS)
    if not found:
        raise BadFile("no outgoing server with encryption and sign-in")
    user = _USERS.get(next(iter(users)), "unknown") if len(users) == 1 else "unknown"
    return better_first(dict.fromkeys(found)), ways, user


def _incoming(servers: Iterable[Element], domain: str) -> tuple[Incoming, ...]:
    found = []
    for element in servers:
        kind, security = element.get("type"), SOCKET_TYPES.get(_text(element, "socketType"))
        host = _text(element, "hostname").replace(_DOMAIN, domain)
        if kind in ("imap", "pop3") and security and "%" not in host:
            found.append(
                Incoming(kind, read_host(host), read_port(_text(element, "port")), security)
            )
    return imap_first(found)


def better_first(servers: Iterable[Outgoing]) -> tuple[Outgoing, ...]:
    """Return servers with the better encryption first, else in the order they came in."""
    order = tuple(SOCKET_TYPES.values())
    return tuple(sorted(servers, key=lambda server: order.index(server.security)))


def imap_first(servers: Iterable[Incoming]) -> tuple[Incoming, ...]:
    """Return servers with those for IMAP first, else in the order they came in."""
    return tuple(sorted(servers, key=lambda server: server.protocol != "imap"))


def _sign_in(ways: set[str]) -> str:
    """Return how one logs in; such a file does not tell an app password from a usual one."""
    if ways == {"OAuth2"}:
        return "oauth-only"
    return "unknown" if "OAuth2" in ways else "password"


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def read_host(text: str | None) -> str:
    """Return a host name in lower case.

    :raise BadFile: it is none
    """
    name = (text or "").strip().lower()
    if not HOST_NAME.fullmatch(name):
        raise BadFile(f"{name[:60]!r} is not a host name")
    return name


def read_port(text: str) -> int:
    """Return the number of a port.

    :raise BadFile: it is none
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536):
        raise BadFile(f"{text[:20]!r} is no port")
    return int(text)


def plain_name(name: str) -> str:
    """Return a provider's name without the characters that our texts use as markup."""
    return re.sub(r"[^\w .,&+'()-]|_", "", name).strip()[:60]
