"""What was understood of a paste, fact by fact, and the words of it that this rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import normalize

from ..diagnosis import CHOICES, FACT_KEYS, SEEN, Facts
from ..i18n.languages import Language
from ..i18n.messages import N_
from ..knowledge.variables import UNKNOWN
from ..reading import Command, Evidence, Reading
from .paste_input import THEIRS, merge_reading, stated_facts
from .questions import answer_text, shown_question

_CODES = {
    "reply_code": N_("Reply code"),
    "enhanced_status": N_("Status code"),
    "outlook_error": N_("Outlook's error number"),
    "their_server": N_("The recipient's server"),
}
YOURS = frozenset(
    {"sender-not-allowed", "unauthenticated-domain", "message-too-big", "spam", "policy"}
    | {"blocklisted", "rate-limited"}
)
"""Reasons that the sender's side can do something about, even where the other side refused."""
PORT_OUTCOMES = {
    "works": N_("Works from where you are"),
    "unreached": N_("No answer: this network or the server blocks it"),
    "encryption": N_("Answers, but the encrypted connection fails"),
    "broken": N_("Answers, but then the connection breaks off"),
}
SURE = 0.6
"""The confidence below which a page says that it guesses."""
AROUND = 80
"""Characters shown on each side of words that were relied on."""
LONGEST_MARK = 200
LONGEST_EXCERPT = 1200
MOST_MARKS = 24
JOIN = 12
"""Marks of one fact that are no further apart are one mark: "relay is not permitted"."""
_BASE64 = re.compile(r"[A-Za-z0-9+/=\r\n]{40,}")
_BLANKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[^\S\n]{3,}"), "  "),
    (re.compile(r"\n\s*\n"), "\n\n"),
)
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
    shown = {*FACT_KEYS, *_CODES} - {"tried", "vendor_reply", *SEEN}
    places = {key_of(reading, evidence) for evidence in reading.evidence}
    rows: list[ReadingRow] = []
    for key in sorted(shown, key=_rank):
        if key in _CODES:
            value, label, asked = _code(reading, key), language.gettext(_CODES[key]), None
            read = value is not None
        else:
            value, asked = getattr(facts, key), key
            label = shown_question(language.code, key).label
            read = getattr(stated, key) is not None
        if value is not None:
            number = 1 + sum(row.number > 0 for row in rows) if read and key in places else 0
            text = str(value) if key in _CODES else answer_text(language.code, key, str(value))
            rows.append(ReadingRow(key, label, printable(text), asked, number))
    return rows


def shown_by(reading: Reading, language: Language) -> list[tuple[str, str]]:
    """Return what the output of a command shows: each label with what stands beside it."""
    command, translate = reading.command, language.gettext
    if command is None:
        return []
    server, port = reading.facts.get("server"), reading.facts.get("port")
    if len(command.ports) > 1:
        port_label = translate(N_("Port {number}"))
        return [
            (port_label.format(number=test.port), translate(PORT_OUTCOMES[test.outcome]))
            for test in command.ports
        ]
    tested = " : ".join(str(part) for part in (server, port) if part)
    yes_or_no = {True: translate(N_("Yes")), False: translate(N_("No"))}
    trusted = {
        True: translate(N_("Valid, and for this server's name")),
        False: translate(N_("Not trusted, or for another name")),
    }
    # Many servers offer no way to sign in before the connection is encrypted.
    ways = command.authentication or (None if command.starttls else command.authentication)
    rows = {
        N_("Server that was tested"): tested,
        N_("Does the server answer?"): command.reached is not None and yes_or_no[command.reached],
        N_("Its greeting"): command.banner and printable(command.banner),
        N_("Does it offer STARTTLS?"): command.starttls is not None and yes_or_no[command.starttls],
        N_("Ways to sign in that it offers"): ways is not None
        and (", ".join(ways) or translate(N_("None"))),
        N_("Its certificate"): command.certificate is not None and trusted[command.certificate],
    }
    return [(translate(label), text) for label, text in rows.items() if text]


def went_well(command: Command) -> bool:
    """Tell whether a test shows nothing that is missing."""
    protected = command.starttls is not False or command.certificate is True
    signs_in = command.authentication is None or command.authentication or command.starttls
    return bool(command.reached and protected and signs_in)


def is_guess(reading: Reading) -> bool:
    """Tell whether the words are not clear enough to be sure of the reason."""
    return reading.confidence < SURE and reading.reason not in ("other", UNKNOWN)


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


@dataclass(frozen=True)
class Piece:
    """A stretch of the excerpt; ``rows`` are the facts that rest on it."""

    text: str
    rows: tuple[ReadingRow, ...] = ()


@dataclass
class _Mark:
    start: int
    end: int
    rows: list[ReadingRow]
    words: str | None = None
    """What stands there once decoded, None where it can be read as it is."""


def excerpt(text: str, reading: Reading, rows: Iterable[ReadingRow]) -> list[Piece]:
    """Return the stretches of a paste around the words that were relied on, these marked."""
    numbered = {row.key: row for row in rows if row.number}
    found = sorted(_marks(text, reading, numbered), key=lambda mark: (mark.start, mark.end))
    merged: list[_Mark] = []
    for mark in found:
        if not (merged and _join(merged[-1], mark, text)):
            merged.append(mark)
    chosen: list[_Mark] = []
    for mark in sorted(merged, key=lambda mark: mark.rows[0].number)[:MOST_MARKS]:
        longer = sorted([*chosen, mark], key=lambda mark: mark.start)
        if sum(end - start for start, end, _ in _stretches(text, longer)) <= LONGEST_EXCERPT:
            chosen = longer
    pieces: list[Piece] = []
    last = 0
    for start, end, marks in _stretches(text, chosen):
        if start > 0 and (pieces or text[:start].strip()):
            pieces.append(Piece("\n…\n" if pieces else "… "))
        pieces += _pieces(text, start, end, marks)
        last = end
    if pieces and text[last:].strip():
        pieces.append(Piece(" …"))
    return pieces


def _marks(text: str, reading: Reading, numbered: dict[str, ReadingRow]) -> Iterator[_Mark]:
    for place in reading.evidence:
        row = numbered.get(key_of(reading, place))
        raw = text[place.start : place.end]
        start = place.start + len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if row and start < end:
            same = "".join(raw.split()) == "".join(place.words.split())
            yield _Mark(start, end, [row], None if same else place.words.strip() or None)


def _join(before: _Mark, mark: _Mark, text: str) -> bool:
    """Make one mark of two where they overlap, or belong to one fact and stand close."""
    close = mark.start - before.end <= JOIN and "\n" not in text[before.end : mark.start]
    if mark.start >= before.end and not (close and mark.rows == before.rows):
        return False
    if mark.words or before.words:  # offsets into something encoded are not exact
        return False
    before.end = max(before.end, mark.end)
    before.rows = sorted({*before.rows, *mark.rows}, key=lambda row: row.number)
    return True


def _stretches(text: str, marks: list[_Mark]) -> list[tuple[int, int, list[_Mark]]]:
    """Return the parts of the text to show, each with its marks, in order and apart."""
    parts: list[tuple[int, int, list[_Mark]]] = []
    for mark in marks:
        start, end = _around(text, mark)
        if parts and start <= parts[-1][1] and not (mark.words and start == mark.start):
            first, last, inside = parts[-1]
            parts[-1] = first, max(last, end), [*inside, mark]
        else:
            parts.append((start, end, [mark]))
    return parts


def _around(text: str, mark: _Mark) -> tuple[int, int]:
    """Return a mark's surroundings, from the end of a word to the beginning of one."""
    shown_end = min(mark.end, mark.start + LONGEST_MARK)
    start, end = max(0, mark.start - AROUND), min(len(text), shown_end + AROUND)
    if mark.words and _BASE64.fullmatch(text, start, end):
        return mark.start, shown_end
    if start > 0:
        space = re.search(r"\s+", text[start : mark.start])
        start = start + space.end() if space else mark.start
    if end < len(text):
        after = text[shown_end:end]
        cut = max(after.rfind(" "), after.rfind("\n"))
        end = shown_end + max(cut, 0)
    return start, end


def _pieces(text: str, start: int, end: int, marks: list[_Mark]) -> Iterator[Piece]:
    at = start
    for mark in marks:
        if at < mark.start:
            yield Piece(_tidy(text[at : mark.start]))
        raw = mark.words or text[max(at, mark.start) : mark.end]
        if raw:
            cut = _tidy(raw[:LONGEST_MARK]) + ("…" if len(raw) > LONGEST_MARK else "")
            yield Piece(cut, tuple(mark.rows))
        at = max(at, mark.end)
    if at < end:
        yield Piece(_tidy(text[at:end]))


def _tidy(raw: str) -> str:
    """Return a part of a paste as it is shown: printable, long stretches of blanks shortened."""
    for blanks, fewer in _BLANKS:
        raw = blanks.sub(fewer, raw)
    return printable(raw)
