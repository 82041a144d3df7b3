"""Read a copy of the ISPDB, the public database of mail providers' settings, as providers.

Format: github.com/thunderbird/autoconfig, docs/file-format, read 2026-11-24.  The data is the
operator's own copy (MPL-2.0); none of it is kept in this project.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from .model import Incoming, Outgoing, Provider

LARGEST: Final = 256 * 1024
"""Bytes of one file that are read."""
MOST: Final = 5000
"""Files that are read."""
ARCHIVE, WHOLE = 8 * 1024**2, 32 * 1024**2
"""Bytes of a zip, and of all that is in it."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
"""Socket types worth advising, the better first (RFC 8314 section 3)."""
_NO_LOGIN = {"none", "client-IP-address", "smtp-after-pop"}
_DOMAIN = "%EMAILDOMAIN%"
_Entry = tuple[str, Callable[[], bytes]]
"""A file's name, and what reads its content."""


class BadFile(ValueError):
    """A file of the database that cannot be used; the message says why."""


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
    for name, content in _read_files(path):
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
        raise BadFile(f"no XML: {_one_line(fault)}") from None
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
        raise BadFile("no outgoing server with encryption and sign-in")
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
    if not _NAME.fullmatch(name):
        raise BadFile(f"{name[:60]!r} is not a host name")
    return name


def _port(element: Element) -> int:
    text = _text(element, "port")
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536):
        raise BadFile(f"{text[:20]!r} is no port")
    return int(text)


def _plain(name: str) -> str:
    """Return a provider's name without the characters that our texts use as markup."""
    return re.sub(r"[^\w .,&+'()-]|_", "", name).strip()[:60]


def _read_files(path: Path) -> Iterator[tuple[str, bytes | BadFile]]:
    """Yield name and content of each file of the database, or why it has none, ordered by name."""
    total = 0
    try:
        for name, read in _folder(path) if path.is_dir() else _archive(path):
            try:
                content = read()
            # zipfile raises all kinds of exceptions on an archive that is broken.
            except Exception as fault:
                why = BadFile(f"cannot be read ({_one_line(fault)})")
                yield name, fault if isinstance(fault, BadFile) else why
                continue
            total += len(content)
            if total > WHOLE:
                raise BadFile(f"{path} holds more than {WHOLE // 1024**2} MB")
            yield name, content
    except OSError as fault:
        raise BadFile(f"{path} cannot be read ({_one_line(fault)})") from None


def _folder(path: Path) -> Iterator[_Entry]:
    folder = path / "ispdb" if (path / "ispdb").is_dir() else path
    files = sorted(file for file in folder.iterdir() if _is_entry(file.name))
    _count(files)
    for file in files:
        yield file.name, partial(_read_file, file)


def _read_file(file: Path) -> bytes:
    if not file.is_file():  # a folder, or a pipe that would never end
        raise BadFile("is no file")
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _archive(path: Path) -> Iterator[_Entry]:
    if not path.is_file():
        raise BadFile(f"{path} is neither a folder nor a zip")
    if path.stat().st_size > ARCHIVE:
        raise BadFile(f"{path} is larger than {ARCHIVE // 1024**2} MB")
    try:
        archive = ZipFile(path)
    except Exception as fault:
        why = f"{path} is neither a folder nor a zip that can be read ({_one_line(fault)})"
        raise BadFile(why) from None
    with archive:
        inside = [member for member in archive.infolist() if member.filename[-1:] != "/"]
        within = [member for member in inside if "ispdb/" in member.filename] or inside
        members = [member for member in within if _is_entry(_base(member))]
        _count(members)
        for member in sorted(members, key=lambda member: member.filename):
            yield _base(member), partial(_read_member, archive, member)


def _base(member: ZipInfo) -> str:
    return member.filename.rpartition("/")[2]


def _read_member(archive: ZipFile, member: ZipInfo) -> bytes:
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others unpack without a limit
        raise BadFile("is packed in an unusual way")
    with archive.open(member) as opened:
        return opened.read(LARGEST + 1)


def _one_line(fault: Exception) -> str:
    """Return an exception's message on one line, at most 200 characters."""
    text = str(getattr(fault, "strerror", None) or fault) or type(fault).__name__
    return " ".join(text.split())[:200]


def _is_entry(name: str) -> bool:
    """Tell whether a file is one of the database: older ones are named like their domain."""
    stem = name.removesuffix(".xml")
    return bool(_NAME.fullmatch(stem)) and not name.endswith((".md", ".json", ".py", ".txt"))


def _count(files: Sized) -> None:
    if len(files) > MOST:
        raise BadFile(f"{len(files)} files are more than {MOST}")
