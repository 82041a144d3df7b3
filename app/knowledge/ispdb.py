"""Read a copy of the ISPDB, the public database of mail providers' settings, as providers.

Format: github.com/thunderbird/autoconfig, docs/file-format, read 2026-11-24.  The data is the
operator's own copy (MPL-2.0); none of it is kept in this project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .ispdb_files import LARGEST, NAME, BadFile, one_line, read_files
from .model import Incoming, Outgoing, Provider

_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
"""Socket types worth advising, the better first (RFC 8314 section 3)."""
_NO_LOGIN = {"none", "client-IP-address", "smtp-after-pop"}
_DOMAIN = "%EMAILDOMAIN%"


@dataclass
class Imported:
    """What was read: the providers, and what was left out, one line each."""

    providers: list[Provider] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_ispdb(path: Path, checked: date, shipped: Iterable[Provider] = ()) -> Imported:
    """Read a folder or a zip of the database.

    A domain in two files belongs to the first file by name; a domain of a shipped provider is
    left out.

    :param checked: the day of the copy, kept with every provider
    :raise BadFile: the path is neither a folder nor a zip, or too much is in it
    """
    imported = Imported()
    owners = {domain: "shipped with the app" for p in shipped for domain in p.domains}
    for name, content in read_files(path):
        try:
            if isinstance(content, BadFile):
                raise content
            found = list(_providers(name, content, checked))
        except BadFile as fault:
            imported.faults.append(f"{name}: {fault}")
            continue
        for provider in found:
            taken = [domain for domain in provider.domains if domain in owners]
            imported.conflicts += [f"{domain}: {name}, but {owners[domain]}" for domain in taken]
            free = tuple(domain for domain in provider.domains if domain not in owners)
            owners |= dict.fromkeys(free, name)
            if free:
                imported.providers.append(replace(provider, domains=free))
    return imported


def _providers(name: str, content: bytes, checked: date) -> Iterator[Provider]:
    """Yield the providers of a file: one, or one a domain where host names depend on it."""
    account = _account(content)
    domains = [_host(element.text) for element in account.iter("domain")]
    if not domains:
        raise BadFile("no domain")
    shown = (account.findtext("displayShortName") or account.findtext("displayName") or "").strip()
    depends = any(_DOMAIN in (e.text or "") for e in account.iter("hostname"))
    groups = [[domain] for domain in domains] if depends else [domains]
    for group in groups:
        outgoing, ways = _outgoing(account, group[0])
        yield Provider(
            id=group[0],
            name=_plain(shown) or group[0],
            domains=tuple(dict.fromkeys(group)),
            sign_in=_sign_in(ways),
            outgoing=outgoing,
            source=f"Thunderbird ISPDB, {name}",
            checked=checked,
            incoming=_incoming(account, group[0]),
            oauth="OAuth2" in ways,
        )


def _account(content: bytes) -> Element:
    if len(content) > LARGEST:
        raise BadFile(f"larger than {LARGEST // 1024} KB")
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=_Builder()))
    except BadFile:
        raise
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise BadFile(f"no XML: {one_line(fault)}") from None
    account = root.find("emailProvider")
    if root.tag != "clientConfig" or account is None:
        raise BadFile("no clientConfig with an emailProvider")
    return account


class _Builder(ElementTree.TreeBuilder):
    """Refuse a document type: its entities could grow without end, or name other files."""

    def doctype(self, *_: object) -> None:
        raise BadFile("it has a document type, which no file of the database needs")


def _outgoing(account: Element, domain: str) -> tuple[tuple[Outgoing, ...], set[str]]:
    """Return the servers that take a login from anywhere, and their ways of authentication."""
    servers: list[Outgoing] = []
    ways: set[str] = set()
    for element in account.iter("outgoingServer"):
        offered = {(e.text or "").strip() for e in element.iter("authentication")} - _NO_LOGIN
        security = _SECURITY.get(_text(element, "socketType"))
        host = _text(element, "hostname").replace(_DOMAIN, domain)
        restricted = element.find("restriction") is not None
        if security and offered and not restricted and "%" not in host:
            servers.append(Outgoing(_host(host), _port(element), security))
            ways |= offered
    if not servers:
        raise BadFile("no outgoing server with encryption and login")
    order = tuple(_SECURITY.values())
    return tuple(sorted(dict.fromkeys(servers), key=lambda s: order.index(s.security))), ways


def _incoming(account: Element, domain: str) -> tuple[Incoming, ...]:
    servers = []
    for element in account.iter("incomingServer"):
        kind, security = element.get("type"), _SECURITY.get(_text(element, "socketType"))
        host = _text(element, "hostname").replace(_DOMAIN, domain)
        if kind in ("imap", "pop3") and security and "%" not in host:
            servers.append(Incoming(kind, _host(host), _port(element), security))
    return tuple(sorted(servers, key=lambda server: server.protocol != "imap"))


def _sign_in(ways: set[str]) -> str:
    """Return how one logs in; the database does not tell an app password from a usual one."""
    if ways == {"OAuth2"}:
        return "oauth-only"
    return "unknown" if "OAuth2" in ways else "password"


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _host(text: str | None) -> str:
    name = (text or "").strip().lower()
    if not NAME.fullmatch(name):
        raise BadFile(f"{name[:60]!r} is no host name")
    return name


def _port(element: Element) -> int:
    text = _text(element, "port")
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536):
        raise BadFile(f"{text[:20]!r} is no port")
    return int(text)


def _plain(name: str) -> str:
    """Return a provider's name without the characters that our texts use as markup."""
    return re.sub(r"[^\w .,&+'()-]|_", "", name).strip()[:60]
