"""The stretches of a paste around the words that were relied on, these marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..reading import Reading
from .reading_rows import ReadingRow, key_of, printable

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
