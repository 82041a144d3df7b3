"""Find what servers answered: reply codes, enhanced status codes, and the words after them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from ..knowledge.wordings import wordings
from .fields import Field
from .layout import Layout
from .normalise import Clean, fold

LONGEST = 700
"""How many characters of one answer are read; servers send 512 a line (RFC 5321 4.5.3.1.5)."""
MOST_REPLIES = 100
"""How many answers are weighed: a session has ten, a day's log some hundred."""

# The digit comes first so that the search can leap; what stood before it is looked at afterwards.
_MARK = re.compile(
    r"[2-5](?<![\w.@$€/+-][2-5])(?:"
    r"(?!65|87)([0-9][0-9])(?![\w@/%]|[.,:]?[0-9])"  # 465 and 587 are ports
    r"[ \t\n:.,;)'\"(#-]{0,6}+(?:b'|smtp;?[ \t]?|#)?[ (]{0,2}"
    r"([245]\.[0-9]{1,2}\.[0-9]{1,4})?(?:[245],[0-9],[0-9]{1,3}|[245] )?"
    r"(?![0-9](?![0-9]{0,2}(?:\.[0-9]{1,3}){2}))"
    r"|(?<=[45])\.[0-9]\.[0-9]{1,3}(?![\w@/%-]|[.,:]?[0-9]))"
)
# What stands before a code that somebody quotes: punctuation, an arrow, a word such as "error".
_QUOTED = re.compile(r"(?:^|[\n'\":;>(\[|]|<-\]?|b')[ \t]{0,4}[#<(\[:=]{0,3}[ \t]{0,3}$")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[ \t]{0,4}[#<(\[:=]{0,3}[ \t]{0,3}$")
_OVER = re.compile(
    r"\n[ \t]*\n|\n[ \t]*(?:[A-Za-z][\w-]{2,30}:[ \t]|>>>|<<<|\[?[<-][->]\]?|--|==|\*{3}|[CS]:"
    r"|\w{3} {1,2}\d{1,2} \d\d:\d\d:|\d{4}-\d\d-\d\d|at [a-z.]{5,}\("
    r"|(?:MAIL FROM|RCPT TO|EHLO|HELO|DATA|QUIT|AUTH)\b)"
    r"|\(in reply to |['\"][,)]|</|['\"]\n|\\n\b"
)
_ENHANCED = re.compile(r"(?<![\w.])([245]\.[0-9]{1,2}\.[0-9]{1,4})(?![\w.]*[0-9])")


@dataclass(frozen=True)
class Reply:
    """One answer: its codes and their places, and where its words stand.

    ``firm``: a reply code with its enhanced status code, or after "the server responded".
    ``spoken``: something quotes it; otherwise the number may be anything's.
    """

    code: int | None
    enhanced: str | None
    at: int
    start: int
    end: int
    enhanced_at: int
    firm: bool
    spoken: bool
    returned: bool


@dataclass(frozen=True)
class _Mark:
    """A reply code, with or without an enhanced status code after it, or one of those alone."""

    code: str | None
    enhanced: str | None
    at: int
    enhanced_at: int
    end: int

    @classmethod
    def of(cls, match: re.Match[str]) -> _Mark:
        at, end = match.span()
        if match[1] is None:
            return cls(None, match[0], at, at, end)
        return cls(match[0][:3], match[2], at, match.start(2), end)

    def same(self, other: _Mark) -> bool:
        """Tell whether the other may stand before a further line of the same answer."""
        if self.code is None:
            return other.code is None and self.enhanced == other.enhanced
        return self.code == other.code


def find_replies(cleaned: Clean, layout: Layout, fields: list[Field]) -> list[Reply]:
    """Return the refusals of a text in their order; lines of one answer are put together."""
    text = cleaned.text
    labels = sorted(field.label for field in fields)
    found = islice(_MARK.finditer(cleaned.folded), MOST_REPLIES * 8)
    marks = [_Mark.of(match) for match in found if not layout.in_header(match.start())]
    answers = [field.start for field in fields if field.name == "response"]
    replies: list[Reply] = []
    index = 0
    while index < len(marks) and len(replies) < MOST_REPLIES:
        mark = marks[index]
        index += 1
        if mark.code and mark.code[0] in "23":
            continue
        end = _end(text, mark.end, labels)
        while index < len(marks):
            follower = marks[index]
            if mark.same(follower):
                if follower.at >= end and not _continues(text, mark, follower):
                    break
                end = max(end, _end(text, follower.end, labels))
            elif follower.at >= end or not _is_number(text, follower):
                end = min(end, follower.at)
                break
            index += 1
        reply = _reply(mark, cleaned, min(end, mark.at + LONGEST), layout.returned)
        if any(0 <= mark.at - start <= 3 for start in answers):
            reply = replace(reply, firm=True)
        replies.append(reply)
    return replies


def _continues(text: str, first: _Mark, follower: _Mark) -> bool:
    """Tell whether a line goes on with the answer: 550-… 550-… 550 … (RFC 5321 section 4.2.1)."""
    return (
        first.code is not None
        and text[first.at + 3 : first.at + 4] == "-"
        and follower.at - first.at < LONGEST
        and "\n\n" not in text[first.end : follower.at]
    )


def _is_number(text: str, mark: _Mark) -> bool:
    """Tell whether what looks like a code is only a number within an answer."""
    if mark.code is None:
        return True
    before = text[max(0, mark.at - 3) : mark.at]
    return mark.enhanced is None and "\n" not in before and not before.endswith(("' ", '" ', "; "))


def _end(text: str, start: int, labels: list[int]) -> int:
    """Return where the answer that begins here ends, unless a further line goes on with it."""
    end = min(len(text), start + LONGEST)
    over = _OVER.search(text, start, end)
    if over:
        end = over.start()
    place = bisect_right(labels, start)
    return min(end, labels[place]) if place < len(labels) else end


def _reply(mark: _Mark, cleaned: Clean, end: int, returned: int) -> Reply:
    enhanced, at = mark.enhanced, mark.enhanced_at
    if enhanced is None and (later := _ENHANCED.search(cleaned.folded, mark.end, end)):
        enhanced, at = later[1], later.start(1)
    before = cleaned.text[max(0, mark.at - 24) : mark.at]
    return Reply(
        code=int(mark.code) if mark.code else None,
        enhanced=enhanced,
        at=mark.at,
        start=mark.end,
        end=max(end, mark.end),
        enhanced_at=at,
        firm=mark.code is not None and (mark.enhanced is not None or "smtp;" in before.lower()),
        spoken=_is_quoted(before),
        returned=mark.at >= returned,
    )


def _is_quoted(before: str) -> bool:
    """Tell whether a number is an answer's code, by what stands before it."""
    if _QUOTED.search(before):
        return True
    word = _WORD_BEFORE.search(before)
    return word is not None and fold(word[1]) in _introductions()


@cache
def _introductions() -> frozenset[str]:
    return frozenset(fold(word) for word in wordings().introductions)
