"""Find the parts of a text that have a form of their own.

Header fields and the copy of a returned message say nothing of an error; the labelled fields of a
dialog and the fields of a delivery status notification do.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ..knowledge.wordings import wordings
from .normalise import CleanText, fold

MAX_HEADERS = 2000
MAX_FIELDS = 1000
"""Colons that are examined: a dialog has twenty, a message some hundred."""

_ORIGINAL = re.compile(
    r"\n(?:[ \t]*-{2,}[^\n]{0,20}(?:below this line is a copy|this is a copy of|original message"
    r"|copy of (?:your|the) message"
    r"|returned message|unsent message|message header follows|returned mail)"
    r"|content-type:[ \t]*(?:message/rfc822|text/rfc822)"
    r"|original message headers:|the original message headers)"
)
_HEADER = re.compile(
    r"^(?:received|return-path|from|to|cc|bcc|subject|date|message-id|mime-version|reply-to"
    r"|sender|references|in-reply-to"
    r"|delivered-to|errors-to|precedence|auto-submitted|user-agent|importance|thread-[a-z]+|list-[a-z-]+|content-[a-z-]+"
    r"|arc-[a-z-]+|dkim-[a-z]+|domainkey-[a-z]+|authentication-results|received-spf"
    r"|x-(?!failed|actual|postfix-sender)[a-z0-9-]+)[ \t]{0,4}:"
    r"[^\n]*(?:\n[ \t]+[^\s][^\n]*)*",
    re.MULTILINE,
)
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
    "port": re.compile(r"[ \t'\"]{0,3}\d{1,5}(?!\w)"),
    "code": re.compile(r"[ \t'\"]{0,3}[2-5]\d\d(?!\d)"),
    "number": re.compile(r"[ \t'\"(]{0,3}(?:0x|ox|800)"),
    "socket": re.compile(r"[ \t'\"]{0,3}\d"),
    "recipient": _ADDRESS,
    "sender": _ADDRESS,
}
_LONGEST_LABEL = 9  # words
_QUOTE = re.compile(r"[ \t\n:]{0,4}(?=['\"<]|[\w.+-]{1,64}@)")


@dataclass(frozen=True)
class Layout:
    """Parts of a text that do not describe an error.

    ``headers``: spans of message header fields; ``returned``: start of the returned message.
    """

    headers: tuple[tuple[int, int], ...]
    returned: int

    def in_header(self, place: int) -> bool:
        """Return whether a place is within a header field."""
        index = bisect_right(self.headers, (place, place)) - 1
        return index >= 0 and place < self.headers[index][1]

    def running_text(self, limit: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of running text before a limit."""
        start, limit = 0, min(limit, self.returned)
        for first, last in self.headers:
            if first >= limit:
                break
            if first > start:
                yield start, first
            start = last
        if start < limit:
            yield start, limit


@dataclass(frozen=True)
class Field:
    """Named value: start of its label, start and end of its value."""

    name: str
    label: int
    start: int
    end: int


def find_layout(folded: str) -> Layout:
    """Return the layout of a folded text."""
    if "\n" not in folded:
        return Layout((), len(folded))
    original = _ORIGINAL.search(folded)
    returned = original.start() if original else len(folded)
    headers = (match.span() for match in islice(_HEADER.finditer(folded), MAX_HEADERS))
    return Layout(tuple(headers), returned)


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
