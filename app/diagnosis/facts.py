"""The facts of one case, and how to read them from a query string, a form or JSON.

``None`` means nobody has said; ``unknown`` means the person was asked and does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final

from ..knowledge import KnowledgeError, knowledge
from ..knowledge.variables import UNKNOWN
from .domains import MAX_TYPED, NotADomain, normalise_domain, normalise_host
from .found import Found, NotFound, read_found

MAX_RECIPIENTS: Final = 10
MAX_TRIED: Final = 40

CHOICES: Final = knowledge().choices
"""The values of every fact that is chosen from a list."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known about one case; every value is canonical.

    ``recipient_domain`` may hold several domains, joined by commas (G8): each is judged.
    ``reply_code`` and ``enhanced_status`` (RFC 5321 section 4.2, RFC 3463) come from a pasted
    error only, for the words to say to a helpdesk: they decide nothing.  So does ``vendor_reply``,
    a reply of vendors.toml, for the order of the plan's remedies and their words.
    ``network`` is the domain of who runs the network that the person is on, as the address tells.
    ``open_port`` is the port for sending, 465 or 587, that a test reached from there, or ``none``.
    ``found`` belongs to ``account_domain``: its settings, as they were found in the internet.
    """

    place: str | None = None
    connection: str | None = None
    vpn: str | None = None
    account_domain: str | None = None
    sender_domain: str | None = None
    recipient_domain: str | None = None
    server: str | None = None
    port: int | str | None = None
    security: str | None = None
    login: str | None = None
    error: str | None = None
    refused_by: str | None = None
    program: str | None = None
    reply_code: int | None = None
    enhanced_status: str | None = None
    vendor_reply: str | None = None
    network: str | None = None
    open_port: str | None = None
    found: Found | None = None
    tried: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """The recipients' domains, one or more; empty when nothing was said."""
        return tuple(self.recipient_domain.split(",")) if self.recipient_domain else ()

    def known(self, key: str) -> str | None:
        """Return the text of a fact that says something, None for unknown or not said."""
        value = getattr(self, key)
        return None if value is None or value == UNKNOWN else str(value)

    def but(self, **changes: Any) -> Facts:
        """Return the facts with some of them changed."""
        return replace(self, **changes)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The facts in canonical order as (key, text) pairs, ``tried`` repeated."""
        told = ((key, getattr(self, key)) for key in FACT_KEYS if key != "tried")
        tried = (("tried", remedy) for remedy in self.tried)
        return (*((key, str(value)) for key, value in told if value is not None), *tried)

    def query(self) -> str:
        """Return the canonical query string; canonical values need no escaping."""
        return self._query

    @cached_property
    def _query(self) -> str:
        return "&".join([f"{key}={value}" for key, value in self.pairs])


FACT_KEYS: Final = tuple(f.name for f in fields(Facts))
SEVERAL: Final = ("recipient_domain", "tried")
"""The facts that may be given as a list."""
OPEN_PORTS: Final = ("465", "587", "none")
CODES: Final = ("reply_code", "enhanced_status")
"""The codes in the server's reply."""
OF_REPLY: Final = (*CODES, "vendor_reply")
"""What is known of the server's reply: from a paste only, asked by no question."""
SEEN: Final = ("network", "open_port", "found")
"""What was seen of networks and servers: asked by no question, and sent by no other program."""
NOT_ASKED: Final = (*OF_REPLY, *SEEN, "tried")
"""The facts that no question asks for."""
for _fact in sorted(knowledge().questions.keys() ^ set(FACT_KEYS) - {*NOT_ASKED}):
    raise KnowledgeError(
        f"questions.toml: no question asks for {_fact!r}, a field of Facts: add it"
        if _fact in FACT_KEYS
        else f"questions.toml: {_fact}: Facts in app/diagnosis/facts.py has no such field: add it"
    )
_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


class BadValue(ValueError):
    """An invalid value; ``args[0]`` is a key of ``PROBLEMS``."""


Holds = Callable[[Found], bool]
"""Tells whether what is said to be found has been found by this service."""


def read_facts(
    given: Mapping[str, Any],
    remedies: frozenset[str] | None = None,
    holds: Holds = lambda found: False,
) -> tuple[Facts, dict[str, str]]:
    """Read facts from a query string's, a form's or a JSON object's values.

    :param given: key → text, number or list of texts; unknown keys are dropped
    :param remedies: the remedy ids that ``tried`` may name
    :param holds: whether ``found`` may be believed; where not, it is left out without a word
    :return: the facts that are right, and per wrong key the code of what is wrong
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key in FACT_KEYS:
        raw = given.get(key)
        if raw is None or raw == "" or (raw == [] and key in SEVERAL):
            continue
        if key == "found":
            values[key] = _read_found(raw, values.get("account_domain"), holds)
            continue
        try:
            values[key] = _read_tried(raw, remedies) if key == "tried" else read_value(key, raw)
        except BadValue as fault:
            wrong[key] = str(fault)
    return Facts(**values), wrong


def _read_found(raw: Any, domain: str | None, holds: Holds) -> Found | None:
    if not isinstance(raw, str) or domain in (None, UNKNOWN):
        return None
    try:
        found = read_found(str(domain), raw)
    except NotFound:
        return None
    return found if not found.is_here or holds(found) else None


def flat_values(given: Mapping[str, Sequence[str]], remedies: Container[str]) -> dict[str, Any]:
    """Return what a query says, key by key, as ``read_facts`` takes it.

    :param given: key → texts, as a query's parser returns them
    :param remedies: those that there are; one that is no more must not break what is old
    """
    values: dict[str, Any] = {key: given[key][0] for key in given if key in FACT_KEYS}
    if "tried" in values:
        values["tried"] = [name for name in given["tried"][:MAX_TRIED] if name in remedies]
    return values


def read_value(key: str, raw: Any) -> str | int:
    """Return the canonical value of one fact.

    :raise BadValue: the value is not one of the fact's
    """
    if isinstance(raw, list) and key == "recipient_domain":
        if not all(isinstance(item, str) for item in raw):
            raise BadValue("not-a-domain")
        raw = ",".join(raw)
    if key == "port":
        return _read_port(raw)
    if key in CODES:
        return _read_code(key, raw)
    if key == "open_port":
        if str(raw) not in OPEN_PORTS:
            raise BadValue("not-a-choice")
        return str(raw)
    if key == "vendor_reply":
        if not isinstance(raw, str) or raw not in knowledge().by_reply:
            raise BadValue("not-a-choice")
        return raw
    if not isinstance(raw, str):
        raise BadValue("not-a-choice" if key in CHOICES else "not-a-domain")
    if key in CHOICES:
        if raw not in CHOICES[key]:
            raise BadValue("not-a-choice")
        return raw
    if raw.strip().lower() == UNKNOWN:
        return UNKNOWN
    if len(raw) > MAX_TYPED * (MAX_RECIPIENTS if key == "recipient_domain" else 1):
        raise BadValue("too-long")
    try:
        if key == "recipient_domain":
            return _read_recipients(raw)
        return normalise_host(raw) if key == "server" else normalise_domain(raw)
    except NotADomain:
        raise BadValue("not-a-host" if key == "server" else "not-a-domain") from None


def _read_recipients(raw: str) -> str:
    names = [part for part in raw.replace(";", ",").replace("\n", ",").split(",") if part.strip()]
    if len(names) > MAX_RECIPIENTS:
        raise BadValue("too-many")
    if not names:
        raise NotADomain
    return ",".join(dict.fromkeys(normalise_domain(name) for name in names))


def _read_code(key: str, raw: Any) -> str | int:
    text = _number_text(raw)
    if key == "enhanced_status":
        if _ENHANCED.fullmatch(text):
            return text
    elif text.isascii() and text.isdecimal() and len(text) == 3 and "2" <= text[0] <= "5":
        return int(text)
    raise BadValue("not-a-code")


def _number_text(raw: Any) -> str:
    """Return a text as it is, a whole number in digits, and '' for anything else.

    To JSON, 25.0 and 25 are one number (RFC 8259 section 6).
    """
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""


def _read_port(raw: Any) -> str | int:
    if raw == UNKNOWN:
        return UNKNOWN
    text = _number_text(raw).strip()
    # isdecimal takes full-width digits too, which a Vietnamese input method may leave behind.
    if not (text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536):
        raise BadValue("not-a-port")
    return int(text)


def _read_tried(raw: Any, remedies: frozenset[str] | None) -> tuple[str, ...]:
    names = [raw] if isinstance(raw, str) else raw
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        raise BadValue("not-a-choice")
    if len(names) > MAX_TRIED or (remedies is not None and not remedies.issuperset(names)):
        raise BadValue("not-a-choice")
    return tuple(dict.fromkeys(names))
