"""What is wrong with a portals file: how it is named, and what no form of a value can tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import get_args

from ..diagnosis.facts import BadValue, read_value
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from .entry import Network, PortalEntry, Table, Text
from .portal import Portal, PortalTheme

PREFILLED = ("place", "account_domain", "server", "port", "security", "login", "program")
"""Facts that a portal may know of all its visitors."""
MARKS = "`⟦⟧⟨⟩{}"
"""What our own texts use as marks."""
LONGEST = 300
"""Characters of a text."""

Key = tuple[str | int, ...]
"""Where something stands in a file: ``("portal", 0, "outgoing", 1, "port")``."""
Found = Iterator[tuple[Key, str]]
"""Keys, counted from the portal's table, and what is wrong there."""


def locate(file: str, key: Key, text: str, line: int = 0) -> str:
    """Return a fault with its place: ``portals.toml:3: portal[1].outgoing[2].port: is missing``.

    :param key: empty for a fault of the whole file; entries are counted from 0 here
    :param line: where the portal's table begins, or TOML is broken; 0 when that is not known
    """
    where = f"{file}:{line}: " if line else f"{file}: "
    name = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return f"{where}{name[1:]}: {text}" if key else f"{where}{text}"


def entry_faults(entry: PortalEntry, languages: Collection[str]) -> Found:
    """Yield what is wrong with one portal, whatever the others are."""
    strange = list(_language_faults(entry, languages))
    yield from strange or _text_faults(entry)
    yield from _fact_faults(entry)
    yield from _login_faults(entry)
    known = knowledge().remedies
    for remedy in entry.notes:
        if remedy not in known:
            yield ("notes", remedy), f"is not a known remedy; use one of: {', '.join(known)}"


def adjusted_colours(portal: Portal) -> Found:
    """Yield the colours that were changed so that they can be read."""
    for scheme, name, reason in PortalTheme(portal).palette.adjusted:
        yield ("colours", *(("dark",) if scheme == "dark" else ()), name), reason


def _language_faults(entry: PortalEntry, languages: Collection[str]) -> Found:
    for at, code in enumerate(entry.languages):
        if code not in languages:
            yield (
                ("languages", at),
                f"{code!r} is not available; use one of: {', '.join(languages)}",
            )
    if entry.default is not None and entry.default not in entry.languages:
        yield ("default",), f"{entry.default!r} is none of the portal's languages"


def _text_faults(entry: PortalEntry) -> Found:
    """Yield the texts that are missing in a language, or that are in one the portal has not."""
    for key, text in _texts(entry):
        said = text if isinstance(text, dict) else {}
        for code in entry.languages if isinstance(text, dict) else ():
            if not said.get(code, "").strip():
                yield key, f"has no text in {code!r}, which is one of the portal's languages"
        for code in said:
            if code not in entry.languages:
                yield (*key, code), f"{code!r} is none of the portal's languages"
        for words in (text,) if isinstance(text, str) else said.values():
            if any(mark in words for mark in MARKS):
                yield key, f"contains one of {' '.join(MARKS)}, which are reserved"
            if len(words) > LONGEST:
                yield key, f"is longer than {LONGEST} characters"


def _texts(table: Table) -> Iterator[tuple[Key, Text]]:
    """Yield every text of a table, and of the tables that it lists."""
    for name, field in type(table).model_fields.items():
        value = getattr(table, name)
        kinds = get_args(field.annotation)
        if value is not None and dict[str, str] in kinds:
            yield (name,), value
        elif isinstance(value, dict) and Text in kinds:
            yield from (((name, key), text) for key, text in value.items())
        elif isinstance(value, list):
            for at, row in enumerate(value):
                if isinstance(row, Table):
                    yield from (((name, at, *key), text) for key, text in _texts(row))


def _fact_faults(entry: PortalEntry) -> Found:
    for fact, value in entry.facts.items():
        if fact not in PREFILLED:
            yield ("facts", fact), f"cannot be pre-filled; use one of: {', '.join(PREFILLED)}"
            continue
        try:
            read = read_value(fact, value)
        except BadValue as fault:
            yield ("facts", fact), f"{value!r} is not a valid value for {fact} ({fault})"
        else:
            if read == UNKNOWN or read != value:
                yield ("facts", fact), f"write {read!r} instead of {value!r}, or remove it"


def _login_faults(entry: PortalEntry) -> Found:
    by_login = [server for server in entry.outgoing if server.login != "none"]
    if "smtp-auth" in entry.authorisations and not by_login:
        yield ("outgoing",), "smtp-auth is offered, but no outgoing server has sign-in"
    if "smtp-auth" not in entry.authorisations and by_login:
        yield ("authorisations",), "an outgoing server has sign-in, but smtp-auth is not offered"
    for at, server in enumerate(entry.outgoing):
        if server.security == "none" and server.login != "none":
            why = "sign-in without encryption exposes the password"
            yield ("outgoing", at, "security"), why
    if entry.hours is not None and entry.phone is None:
        yield ("hours",), "hours are set, but no phone"


class Claims:
    """What portals have for themselves, from the beginning of a file on: id, domains, networks.

    :param networks: all that will be claimed
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        self._domains: dict[str, str] = {}
        self._ids: set[str] = set()
        # Networks that do not overlap, and each one's id, by themselves and by all that are around
        # them; of these only such as have a length that somebody uses, which are few.
        self._networks: dict[tuple[int, int, int], tuple[Network, str]] = {}
        self._lengths = sorted({(network.version, network.prefixlen) for network in networks})

    def faults(self, portal: Portal) -> Found:
        """Yield what a portal claims that another one has already."""
        if portal.id in self._ids:
            yield ("id",), f"{portal.id!r} is used twice"
        for at, domain in enumerate(portal.entry.domains):
            if owner := self._domains.get(domain):
                yield ("domains", at), f"{domain!r} belongs to the portal {owner!r} already"
        for at, network in enumerate(portal.entry.networks):
            if found := self._overlapping(network):
                theirs, owner = found
                what = f"{network} overlaps {theirs}, a network of the portal {owner!r}"
                yield ("networks", at), what

    def add(self, portal: Portal) -> None:
        """Keep the claims of a portal that is without fault."""
        self._ids.add(portal.id)
        self._domains |= dict.fromkeys(portal.entry.domains, portal.id)
        # A portal's own networks may lie within each other: the widest one counts.
        for network in sorted(portal.entry.networks, key=lambda network: network.prefixlen):
            if not self._overlapping(network):
                for around in self._around(network):
                    self._networks.setdefault(around, (network, portal.id))

    def _overlapping(self, network: Network) -> tuple[Network, str] | None:
        for around in self._around(network):
            found = self._networks.get(around)
            # What is found by a network around this one may lie beside it.
            if found and around[1] in (network.prefixlen, found[0].prefixlen):
                return found
        return None

    def _around(self, network: Network) -> Iterator[tuple[int, int, int]]:
        """Yield a network, and those around it, as version, length, and the bits in common."""
        address = int(network.network_address)
        for version, length in self._lengths:
            if version == network.version and length <= network.prefixlen:
                yield version, length, address >> network.max_prefixlen - length
