"""Load the labels, words, rules and codes by which the reader reads: the files of ``reading/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from .loader import knowledge
from .rows import KnowledgeError, build, check_keys, list_of, one_of, read_toml, rows_of
from .variables import VARIABLES
from .vendors import VendorReply

FOLDER = Path(__file__).parent / "reading"
REASONS = tuple(
    reason for reason in VARIABLES["error"] if reason not in ("silent", "unknown", "other")
)
TOLD = ("place", "vpn", "program", "login", "security", "error")
"""The facts that people tell in words of their own."""
LANGUAGE = ("introductions", "to", "from", "labels", "values", "words")
"""What a language's file may hold."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Rule:
    """Evidence for a reason by words.

    A rule matches when a statement has every idea of ``ideas``, at most ``near`` words apart, and
    none of ``none``.  ``phrases`` are an idea of its own.  ``sure``: an error message even without
    a code or a mail program around it.  ``coded``: it counts only in a reply with a code (true), or
    only in words without one (false).  ``reply``: the vendor's reply whose words these are, or ''.
    """

    reason: Annotated[str, REASONS]
    says: str
    weight: float
    ideas: tuple[str, ...] = field(default=(), metadata={"key": "all"})
    phrases: tuple[str, ...] = ()
    near: int = 1000
    none: tuple[str, ...] = ()
    sure: bool = False
    coded: bool | None = None
    reply: str = ""


@dataclass(frozen=True)
class Tell:
    """A fact that people tell in words of their own: it counts where none of ``none`` stands."""

    fact: Annotated[str, TOLD]
    value: str
    phrases: tuple[str, ...]
    none: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wordings:
    """The words and codes of all languages.

    ``ideas`` maps a concept to its phrases, ``labels`` the label of a field in a mail program to
    the field, ``values`` a displayed value to ``yes`` or ``no``; a number after one of
    ``introductions`` is a reply code; ``roles`` maps a word before an address to ``to`` or
    ``from``; ``enhanced``, ``reply`` and ``outlook`` map a code to the weight it gives each reason;
    ``meanings`` maps a reply code to what it means most often, for where no words stand beside it;
    ``replies`` are those of vendors, by id; ``tells`` what people say themselves.
    """

    ideas: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    labels: Mapping[str, str]
    values: Mapping[str, str]
    introductions: tuple[str, ...]
    roles: Mapping[str, str]
    enhanced: Mapping[str, Mapping[str, float]]
    reply: Mapping[int, Mapping[str, float]]
    outlook: Mapping[str, Mapping[str, float]]
    meanings: Mapping[int, tuple[str, ...]]
    replies: Mapping[str, VendorReply]
    tells: tuple[Tell, ...]
    complaint: Mapping[str, tuple[str, ...]]
    products: Mapping[str, tuple[str, ...]]


@cache
def wordings() -> Wordings:
    """Return the wordings that the app ships with."""
    replies = knowledge().by_reply.items()
    return load_wordings(FOLDER, {name: reply for name, (_, reply) in replies})


def load_wordings(folder: Path, replies: Mapping[str, VendorReply] | None = None) -> Wordings:
    """Load all wordings from one folder.

    :param replies: those of vendors by id, which are read by rules like any other

    :raise KnowledgeError: a key is unknown, or a rule names an unknown reason or idea
    """
    ideas: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    values: dict[str, str] = {}
    introductions: list[str] = []
    roles: dict[str, str] = {}
    for path in sorted((folder / "languages").glob("*.toml")):
        language = read_toml(path, optional=LANGUAGE)
        for idea, phrases in language.get("words", {}).items():
            ideas[idea] = (*ideas.get(idea, ()), *phrases, *_without_umlauts(phrases))
        for name, spellings in language.get("labels", {}).items():
            labels |= dict.fromkeys(spellings, name)
        for value, spellings in language.get("values", {}).items():
            values |= dict.fromkeys(spellings, value)
        introductions += language.get("introductions", [])
        for role in ("to", "from"):
            roles |= dict.fromkeys(language.get(role, []), role)
    content = read_toml(folder / "rules.toml", ("rule", "ideas"))
    for idea, phrases in content["ideas"].items():
        ideas[idea] = (*ideas.get(idea, ()), *phrases)
    rows = [*rows_of(content, "rule", "rules.toml"), *map(_rule_of, (replies or {}).values())]
    rules = tuple(_rule(number, row, ideas) for number, row in enumerate(rows))
    codes = read_toml(folder / "codes.toml", ("enhanced", "reply", "outlook", "meanings"))
    meanings = {int(code): tuple(reasons) for code, reasons in codes.pop("meanings").items()}
    for code, reasons in meanings.items():
        list_of(REASONS)(list(reasons), f"codes.toml: meanings: {code}")
    for kind, weighed in codes.items():
        for code, weights in weighed.items():
            check_keys(weights, f"codes.toml: {kind}: {code}", optional=REASONS)
    told = read_toml(folder / "tells.toml", ("tell", "complaint"))
    complaint = {idea: tuple(phrases) for idea, phrases in told["complaint"].items()}
    rows = rows_of(told, "tell", "tells.toml")
    tells = tuple(build(Tell, f"tells.toml: {row.get('value')}", row) for row in rows)
    for tell in tells:
        one_of(knowledge().choices[tell.fact])(tell.value, f"tells.toml: {tell.fact}")
    return Wordings(
        ideas,
        rules,
        labels,
        values,
        tuple(introductions),
        roles,
        dict(_spread(codes["enhanced"])),
        {int(code): weights for code, weights in codes["reply"].items()},
        codes["outlook"],
        meanings,
        replies or {},
        tells,
        complaint,
        {p.id: p.known_by for p in knowledge().programs.known.values() if p.known_by},
    )


def _rule_of(reply: VendorReply) -> dict[str, Any]:
    """Return the rule that recognises a vendor's reply: its words are unmistakable."""
    return {
        "reason": reply.reason,
        "says": reply.means,
        "weight": 20,
        "phrases": list(reply.phrases),
        "sure": True,
        "reply": reply.id,
    }


def _rule(number: int, row: dict[str, Any], ideas: dict[str, tuple[str, ...]]) -> Rule:
    where = f"rules.toml: {row.get('says')}"
    rule = build(Rule, where, row)
    if rule.phrases:
        own = f"rule {number}"
        ideas[own] = rule.phrases
        rule = replace(rule, ideas=(*rule.ideas, own))
    for idea in (*rule.ideas, *rule.none):
        if idea not in ideas:
            raise KnowledgeError(f"{where}: {idea!r} has no phrases: add some to languages/en.toml")
    if not rule.ideas:
        raise KnowledgeError(f"{where}: the rule has no condition: add 'all' or 'phrases'")
    return rule


def _without_umlauts(phrases: list[str]) -> list[str]:
    """Return German words as typed on a keyboard without umlauts: gehoert, Groesse."""
    return [spelt for phrase in phrases if (spelt := phrase.translate(_UMLAUTS)) != phrase]


def _spread(codes: Mapping[str, Mapping[str, float]]) -> Any:
    """Yield each code; ``7.606-649`` stands for all from 7.606 to 7.649."""
    for code, weights in codes.items():
        subject, _, detail = code.partition(".")
        first, _, last = detail.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{subject}.{number}", weights
