"""Read what servers and mail programs say: the labels, words, rules and codes of ``reading/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .loader import KnowledgeError, read_toml
from .variables import VARIABLES

FOLDER = Path(__file__).parent / "reading"
REASONS = tuple(
    reason for reason in VARIABLES["error"] if reason not in ("silent", "unknown", "other")
)


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Rule:
    """What some words speak for.

    It holds when every idea of ``ideas`` stands in a statement, at most ``near`` words apart, and
    none of ``none`` does.  ``sure``: an error message even where no code and no program is near.
    """

    reason: str
    says: str
    weight: float
    ideas: tuple[str, ...]
    near: int
    none: tuple[str, ...]
    sure: bool


@dataclass(frozen=True)
class Wordings:
    """All that the reader knows about words.

    ``ideas`` maps a concept to its phrases in all languages, ``labels`` the name of a field as
    programs show it to the field, ``values`` a shown value to ``yes`` or ``no``; after one of
    ``introductions`` a number is a reply code; ``roles`` maps a word before an address to ``to`` or
    ``from``; the codes map to how much they speak for what.
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


@cache
def wordings() -> Wordings:
    """Return the wordings that the app ships with."""
    return load_wordings(FOLDER)


def load_wordings(folder: Path) -> Wordings:
    """Read all wordings from one folder.

    :raise KnowledgeError: a rule names a reason or an idea that is not there
    """
    ideas: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    values: dict[str, str] = {}
    introductions: list[str] = []
    roles: dict[str, str] = {}
    for path in sorted((folder / "languages").glob("*.toml")):
        language = read_toml(path)
        for idea, phrases in language.get("words", {}).items():
            ideas[idea] = (*ideas.get(idea, ()), *phrases, *_without_umlauts(phrases))
        for field, names in language.get("labels", {}).items():
            labels |= dict.fromkeys(names, field)
        for value, names in language.get("values", {}).items():
            values |= dict.fromkeys(names, value)
        introductions += language.get("introductions", [])
        for role in ("to", "from"):
            roles |= dict.fromkeys(language.get(role, []), role)
    content = read_toml(folder / "rules.toml")
    for idea, phrases in content["ideas"].items():
        ideas[idea] = (*ideas.get(idea, ()), *phrases)
    rules = tuple(_rule(number, row, ideas) for number, row in enumerate(content["rule"]))
    codes = read_toml(folder / "codes.toml")
    for weights in (*codes["enhanced"].values(), *codes["reply"].values()):
        _check_reasons(weights, "codes.toml")
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
    )


def _rule(number: int, row: dict[str, Any], ideas: dict[str, tuple[str, ...]]) -> Rule:
    where = f"rules.toml: {row.get('says')}"
    _check_reasons([row["reason"]], where)
    needed = tuple(row.get("all", ()))
    if "phrases" in row:
        own = f"rule {number}"
        ideas[own] = tuple(row["phrases"])
        needed = (*needed, own)
    for idea in (*needed, *row.get("none", ())):
        if idea not in ideas:
            raise KnowledgeError(f"{where}: no language has words for {idea!r}")
    if not needed:
        raise KnowledgeError(f"{where}: nothing has to be said for it")
    return Rule(
        row["reason"],
        row["says"],
        row["weight"],
        needed,
        row.get("near", 1000),
        tuple(row.get("none", ())),
        row.get("sure", False),
    )


def _check_reasons(reasons: Any, where: str) -> None:
    for reason in reasons:
        if reason not in REASONS:
            raise KnowledgeError(f"{where}: {reason!r} is no reason")


def _without_umlauts(phrases: list[str]) -> list[str]:
    """Return how German words are typed on a keyboard without its letters: gehoert, Groesse."""
    return [spelt for phrase in phrases if (spelt := phrase.translate(_UMLAUTS)) != phrase]


def _spread(codes: Mapping[str, Mapping[str, float]]) -> Any:
    """Yield each code; ``7.606-649`` stands for all from 7.606 to 7.649."""
    for code, weights in codes.items():
        subject, _, detail = code.partition(".")
        first, _, last = detail.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{subject}.{number}", weights
