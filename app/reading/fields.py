"""Find the labelled fields of a dialog and the fields of a delivery status notification."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ..knowledge.wordings import wordings
from .layout import Layout
from .normalise import CleanText, fold

MAX_FIELDS = 2000
"""Colons that are examined: a dialog has twenty, a message some hundred."""

_COLON = re.compile(r"[:=](?=[ \t\n]{0,3}[^\s:/=])")
_LAST_WORD = re.compile(r"([^\W_]{1,40})[)\]'\" \t]{0,3}$")
_WORDS = re.compile(r"[^\W_]+")
_VALUE = re.compile(
    r"[ \t]*(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|<[^<>\n]{0,300}>|[^,;\n、]{1,300})"
)
_REPORT = re.compile(
    r"^[ \t]{0,8}(final-recipient|original-recipient|action|status|remote-mta|reporting-mta"
    r"|diagnostic-code|x-failed-recipients|x-actual-recipient|x-postfix-sender)"
    r"[ \t]{0,4}:[ \t]{0,8}"
    r"([^\n]{0,1000}(?:\n[ \t]{1,20}[^\s][^\n]{0,1000}){0,12})",
    re.MULTILINE,
)


# A word such as "error" is a label only before a value of the right shape.
_ANYTHING = re.compile(r"")
_ADDRESS = re.compile(r"[ \t\n'\"<]{0,6}[\w.+-]{1,64}@")
_VALUE_SHAPES = {
    "port": re.compile(r"[ \t'\"]{0,3}\d{1,5}(?!\d)"),
    "code": re.compile(r"[ \t'\"]{0,3}[2-5]\d\d(?!\d)"),
    "number": re.compile(r"[ \t'\"(]{0,3}(?:0x|ox|800)"),
    "socket": re.compile(r"[ \t'\"]{0,3}\d"),
    "recipient": _ADDRESS,
    "sender": _ADDRESS,
}
_LONGEST_LABEL = 9  # words
_QUOTE = re.compile(r"[ \t\n:]{0,4}(?=['\"<]|[\w.+-]{1,64}@)")


@dataclass(frozen=True)
class Field:
    """Named value: start of its label, start and end of its value."""

    name: str
    label: int
    start: int
    end: int


@cache
def _labels() -> dict[tuple[str, ...], str]:
    return {_words(label): field for label, field in wordings().labels.items()}


@cache
def _endings() -> frozenset[str]:
    return frozenset(label[-1] for label in _labels())


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(fold(text)))


def dialog_fields(cleaned: CleanText, layout: Layout) -> list[Field]:
    """Return the fields of a mail program's dialog, in any language whose labels are known."""
    folded, known = cleaned.folded, _labels()
    fields: list[Field] = []
    endings = _endings()
    colons = (
        colon
        for start, end in layout.running_text(len(folded))
        for colon in _COLON.finditer(folded, start, end)
    )
    for colon in islice(colons, MAX_FIELDS):
        end = colon.start()
        last = _LAST_WORD.search(folded[max(0, end - 43) : end])
        if last is None or last[1] not in endings:
            continue
        found = list(_WORDS.finditer(folded, max(0, end - 64), end))[-_LONGEST_LABEL:]
        words = tuple(match[0] for match in found)
        for first, word in enumerate(found):
            name = known.get(words[first:])
            if name:
                if _VALUE_SHAPES.get(name, _ANYTHING).match(folded, colon.end()):
                    fields.append(_field(name, word.start(), colon.end(), cleaned.text))
                break
    for phrase, name in _phrases() if fields else ():
        at = folded.find(phrase)
        if at >= 0 and (quote := _QUOTE.match(folded, at + len(phrase))):
            fields.append(_field(name, at, quote.end(), cleaned.text))
    return fields


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    """Return the labels that are part of a sentence, without a colon before the value."""
    return tuple(
        (fold(label), field)
        for label, field in wordings().labels.items()
        if field in ("recipient", "sender") and len(label) > 12
    )


def _field(name: str, label: int, start: int, text: str) -> Field:
    value = _VALUE.match(text, start)
    return Field(name, label, start, value.end() if value else start)


def report_fields(cleaned: CleanText) -> list[Field]:
    """Return the fields of a delivery status notification (RFC 3464)."""
    if not any(word in cleaned.folded for word in ("-mta", "diagnostic", "recipient")):
        return []
    return [
        Field(match[1], match.start(1), match.start(2), match.end(2))
        for match in islice(_REPORT.finditer(cleaned.folded), 200)
    ]
