"""What of a portal cannot be meant, though its form is right; keys are counted from its table."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..diagnosis.facts import BadValue, read_value
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from .entry import PortalEntry, Text
from .errors import Key
from .portal import Portal

PREFILLED = ("place", "account_domain", "server", "port", "security", "login", "program")
"""Facts that a portal may know of all its visitors."""
MARKS = "`⟦⟧⟨⟩{}"
"""What our own texts use as marks."""
LONGEST = 300
"""Characters of a text."""

Found = Iterator[tuple[Key, str]]


def entry_faults(entry: PortalEntry, languages: Collection[str]) -> Found:
    """Yield what is wrong with one portal, whatever the others are."""
    strange = list(_language_faults(entry, languages))
    yield from strange or _text_faults(entry)
    yield from _fact_faults(entry)
    yield from _login_faults(entry)
    known = knowledge().remedies
    for remedy in entry.notes:
        if remedy not in known:
            yield ("notes", remedy), f"is no remedy; these are: {', '.join(known)}"


def adjusted_colours(portal: Portal) -> Found:
    """Yield the colours that were changed so that they can be read."""
    for scheme, name, reason in portal.theme().palette.adjusted:
        yield ("colours", *(("dark",) if scheme == "dark" else ()), name), reason


def _language_faults(entry: PortalEntry, languages: Collection[str]) -> Found:
    for at, code in enumerate(entry.languages):
        if code not in languages:
            yield ("languages", at), f"{code!r} is no language here: {', '.join(languages)}"
    if entry.default is not None and entry.default not in entry.languages:
        yield ("default",), f"{entry.default!r} is none of the portal's languages"


def _text_faults(entry: PortalEntry) -> Found:
    """Yield the texts that are missing in a language, or that are in one the portal has not."""
    texts: list[tuple[Key, Text | None]] = [(("hours",), entry.hours)]
    texts += [(("links", at, "text"), link.text) for at, link in enumerate(entry.links)]
    texts += [(("notes", remedy), text) for remedy, text in entry.notes.items()]
    for key, text in texts:
        said = text if isinstance(text, dict) else {}
        for code in entry.languages if isinstance(text, dict) else ():
            if not said.get(code, "").strip():
                yield key, f"has no text in {code!r}, which is one of the portal's languages"
        for code in said:
            if code not in entry.languages:
                yield (*key, code), f"{code!r} is none of the portal's languages"
        for words in (text,) if isinstance(text, str) else said.values():
            if any(mark in words for mark in MARKS):
                yield key, f"holds one of {' '.join(MARKS)}, which are marks here"
            if len(words) > LONGEST:
                yield key, f"is longer than {LONGEST} characters"


def _fact_faults(entry: PortalEntry) -> Found:
    for fact, value in entry.facts.items():
        if fact not in PREFILLED:
            yield ("facts", fact), f"is no fact to fill in; these are: {', '.join(PREFILLED)}"
            continue
        try:
            read = read_value(fact, value)
        except BadValue as fault:
            yield ("facts", fact), f"{value!r} is no value of {fact} ({fault})"
        else:
            if read == UNKNOWN or read != value:
                yield ("facts", fact), f"{value!r} is written {read!r} here, if it is meant at all"


def _login_faults(entry: PortalEntry) -> Found:
    by_login = [server for server in entry.outgoing if server.login != "none"]
    if "smtp-auth" in entry.authorisations and not by_login:
        yield ("outgoing",), "smtp-auth is offered, but no outgoing server takes a login"
    if "smtp-auth" not in entry.authorisations and by_login:
        yield ("authorisations",), "an outgoing server takes a login, but smtp-auth is not offered"
    for at, server in enumerate(entry.outgoing):
        if server.security == "none" and server.login != "none":
            told = "a login without encryption shows the password to others on the way"
            yield ("outgoing", at, "security"), told
    if entry.hours is not None and entry.phone is None:
        yield ("hours",), "there are hours, but no phone"
