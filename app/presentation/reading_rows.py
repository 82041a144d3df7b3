"""What was understood of a paste, fact by fact, ready for a page or the terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

from ..diagnosis import CHOICES, FACT_KEYS, Facts
from ..i18n.languages import Language
from ..i18n.messages import N_
from ..reading import Evidence, Reading
from .paste_input import THEIRS, UNKNOWN, merge_reading, stated_facts
from .questions import answer_text, said_of, shown_question

_CODES = {
    "reply_code": N_("Reply code"),
    "enhanced_status": N_("Status code"),
    "outlook_error": N_("Outlook's number"),
    "their_server": N_("The recipient's server"),
}
YOURS = frozenset(
    {"sender-not-allowed", "unauthenticated-domain", "message-too-big", "spam", "policy"}
    | {"blocklisted", "rate-limited"}
)
"""Reasons that the sender's side can do something about, even where the other side refused."""
SURE = 0.6
"""The confidence below which a page says that it guesses."""
_ORDER = ("error", "refused_by", *_CODES)
_NO_LETTERS = "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
_UNPRINTABLE = re.compile(
    f"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_LETTERS}]"
)


@dataclass(frozen=True, eq=False)
class ReadingRow:
    """A fact as the page lists it; ``number`` ties it to the marked words, 0 where there are none.

    ``asked`` is the question that changes it, None for what the server said and nobody can change.
    """

    key: str
    label: str
    text: str
    asked: str | None
    number: int = 0


def rows_of(reading: Reading, known: Facts, language: Language) -> list[ReadingRow]:
    """Return what is known after a reading, in the order of the page."""
    facts, stated = merge_reading(reading, known), stated_facts(reading)
    shown = {key for key in (*FACT_KEYS, *_CODES) if key != "tried"}
    places = {key_of(reading, evidence) for evidence in reading.evidence}
    rows: list[ReadingRow] = []
    for key in sorted(shown, key=_rank):
        if key in _CODES:
            value, label, asked = _code(reading, key), language.gettext(_CODES[key]), None
            read = value is not None
        else:
            value, label, asked = (
                getattr(facts, key),
                shown_question(language.code, key).label,
                key,
            )
            read = getattr(stated, key) is not None
        if value is not None:
            number = 1 + sum(row.number > 0 for row in rows) if read and key in places else 0
            text = printable(_answer(language, key, str(value)))
            rows.append(ReadingRow(key, label, text, asked, number))
    return rows


def is_guess(reading: Reading) -> bool:
    """Tell whether the words are not clear enough to be sure of the reason."""
    return reading.confidence < SURE and reading.reason != "other"


def others_of(reading: Reading, language: Language) -> list[tuple[str, str]]:
    """Return what else a paste may mean: each reason, and the answer that says it."""
    return [
        (other.reason, answer_text(language.code, "error", other.reason))
        for other in reading.alternatives
        if other.reason in CHOICES["error"]
    ]


def printable(text: str) -> str:
    """Return text without what HTML cannot hold, its letters composed."""
    return normalize("NFC", _UNPRINTABLE.sub("\ufffd", text))


def key_of(reading: Reading, evidence: Evidence) -> str:
    """Return the key of the row that some evidence belongs to."""
    if evidence.why == "server" and reading.refused_by == THEIRS:
        return "their_server"
    return "error" if evidence.why == "reason" else evidence.why


def _code(reading: Reading, key: str) -> str | int | None:
    if key == "their_server":
        return reading.facts["server"] if reading.refused_by == THEIRS else None
    return reading.facts.get(key)


def _rank(key: str) -> tuple[int, int]:
    if key in _ORDER:
        return 0, _ORDER.index(key)
    return (1 if key in ("server", "port", "security") else 2), FACT_KEYS.index(key)


def _answer(language: Language, key: str, value: str) -> str:
    if key in _CODES:
        return value
    if key == "refused_by" and value != UNKNOWN:
        return said_of(language.code, key, value)
    return answer_text(language.code, key, value)
