"""Find servers' replies: reply codes, enhanced status codes, and the words after them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from ..knowledge.wordings import wordings
from .layout import Field, Layout
from .normalise import CleanText, fold

MAX_REPLY_LENGTH = 700
"""Characters of one reply; servers send 512 a line (RFC 5321 section 4.5.3.1.5)."""
MAX_REPLIES = 100
"""Replies that are scored: a session has ten, a day's log some hundred."""

# The digit comes first, which makes the search fast; a lookbehind checks what precedes it.
_CODE = re.compile(
    r"[2-5](?<![\w.@$€/+-][2-5])(?:"
    r"(?!65|87|43)([0-9][0-9])(?![\w@/%]|[.,:]?[0-9]| bytes)"  # 443, 465 and 587 are ports
    r"[ \t\n:.,;)'\"(#-]{0,6}+(?:b'|smtp;?[ \t]?|#)?[ (]{0,2}"
    r"([245]\.[0-9]{1,2}\.[0-9]{1,4})?(?:[245],[0-9],[0-9]{1,3}|[245] )?"
    r"(?![0-9](?![0-9]{0,2}(?:\.[0-9]{1,3}){2}|[ ][a-z]|[0-9]{2}[ ]))"
    r"|(?<=[45])\.[0-9]\.[0-9]{1,3}(?![\w@/%-]|[.,:]?[0-9]))"
)
# What precedes a quoted code: punctuation or an arrow.
_QUOTED = re.compile(r"(?:^|[\n'\":;>(\[|]|<-\]?|b')[ \t]{0,4}[#<(\[:=]{0,3}[ \t]{0,3}$")
_WORD_BEFORE = re.compile(
    r"([^\W\d_]+)(?:\.(?=[ \t]{0,2}[\[(]))?[ \t]{0,4}[#<(\[:=]{0,3}[ \t]{0,3}$"
)
_REPLY_END = re.compile(
    r"\n[ \t]*\n|\n[ \t]*(?:[A-Za-z][\w-]{2,30}:[ \t]|>>>|<<<|\[?[<-][->]\]?|--|==|\*{3}|[CS]:"
    r"|\w{3} {1,2}\d{1,2} \d\d:\d\d:|\d{4}-\d\d-\d\d|at [a-z.]{5,}\("
    r"|(?:MAIL FROM|RCPT TO)[^\n>]{0,200}>?[ \t]*(?:\n|$)|(?:EHLO|HELO|DATA|QUIT|AUTH)\b)"
    r"|\(in reply to |['\"][,)]|</|['\"]\n|\\n\b"
)
_IN_SENTENCE = re.compile(r"[^\W\d_][ ]$")
"""What stands before a label that is no label: "550 Invalid recipient: …"."""
_WIDE = r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,12})"
_LAST_WIDE = re.compile(_WIDE + r"[ ]?$")
_NEXT_WIDE = re.compile(r"[ ]?" + _WIDE)
_ERROR_WORD = re.compile(
    r"\b(?:err\w{1,8}|loi|fehler\w{0,8}|fout\w{0,6}|hata\w{0,4}|blad\w{0,3}|chyb\w{1,3}|virhe\w{0,6}|fel\w{0,5}"
    r"|feil\w{0,5}|ошибк\w{1,3}|помилк\w{1,3}|kesalahan|hiba\w{0,5}|codice|code|codigo) ?$"
)
_SOURCE_FILE = re.compile(r"\.(?:java|kt|py|js|ts|php|cpp|go|rb|cs|rs|swift):")
_ENHANCED = re.compile(r"(?<![\w.])([245]\.[0-9]{1,2}\.[0-9]{1,4})(?![\w.]*[0-9])")


@dataclass(frozen=True)
class Reply:
    """One reply: its codes and their places, start and end of its words.

    ``certain``: a reply code with its enhanced status code, or after "the server responded".
    ``quoted``: punctuation or a word such as "error" introduces it; otherwise it may be any number.
    ``introduced``: the word right before it means error or code.
    ``named``: a word for an error stands beside it, in a script without blanks: 返回550错误.
    ``returned``: it is within the returned message.
    """

    code: int | None
    enhanced: str | None
    at: int
    start: int
    end: int
    enhanced_at: int
    certain: bool
    quoted: bool
    returned: bool
    named: bool = False
    introduced: bool = False


@dataclass(frozen=True)
class _Code:
    """A reply code, an enhanced status code, or both, where they were found."""

    code: str | None
    enhanced: str | None
    at: int
    enhanced_at: int
    end: int

    @classmethod
    def of(cls, match: re.Match[str]) -> _Code:
        at, end = match.span()
        if match[1] is None:
            return cls(None, match[0], at, at, end)
        return cls(match[0][:3], match[2], at, match.start(2), end)

    def same(self, other: _Code) -> bool:
        """Return whether the other may start a further line of the same reply."""
        if self.code is None:
            return other.code is None and self.enhanced == other.enhanced
        return self.code == other.code


def find_replies(cleaned: CleanText, layout: Layout, fields: list[Field]) -> list[Reply]:
    """Return the refusals of a text in order; the lines of one reply are joined."""
    text = cleaned.text
    labels = sorted(field.label for field in fields)
    found = islice(_CODE.finditer(cleaned.folded), MAX_REPLIES * 8)
    codes = [
        _Code.of(match)
        for match in found
        if not (layout.in_header(match.start()) or _is_line_of_code(text, match.start()))
    ]
    responses = [field.start for field in fields if field.name == "response"]
    replies: list[Reply] = []
    index = 0
    while index < len(codes) and len(replies) < MAX_REPLIES:
        current = codes[index]
        index += 1
        if current.code and current.code[0] in "23":
            continue
        end, certain = _end(text, current.end, labels), False
        while index < len(codes):
            follower = codes[index]
            if current.same(follower):
                if follower.at >= end and not _continues(text, current, follower):
                    break
                end = max(end, _end(text, follower.end, labels))
                certain = certain or follower.enhanced is not None
            elif follower.at >= end or not _is_number(text, follower):
                end = min(end, follower.at)
                break
            index += 1
        reply = _reply(current, cleaned, min(end, current.at + MAX_REPLY_LENGTH), layout.returned)
        if certain or any(0 <= current.at - start <= 3 for start in responses):
            reply = replace(reply, certain=True)
        replies.append(reply)
    return replies


def _is_line_of_code(text: str, place: int) -> bool:
    """Return whether a number is that of a line in a program: SmtpTransport.java:539."""
    return (
        text[place - 1 : place] == ":" and _SOURCE_FILE.search(text, place - 8, place) is not None
    )


def _continues(text: str, first: _Code, follower: _Code) -> bool:
    """Return whether a line continues the reply: 550-… 550-… 550 … (RFC 5321 section 4.2.1)."""
    return (
        first.code is not None
        and text[first.at + 3 : first.at + 4] == "-"
        and follower.at - first.at < MAX_REPLY_LENGTH
        and "\n\n" not in text[first.end : follower.at]
    )


def _is_number(text: str, found: _Code) -> bool:
    """Return whether an apparent code is only a number within a reply."""
    if found.code is None:
        return True
    before = text[max(0, found.at - 3) : found.at]
    return found.enhanced is None and "\n" not in before and not before.endswith(("' ", '" ', "; "))


def _end(text: str, start: int, labels: list[int]) -> int:
    """Return the end of the reply that starts here, further lines aside."""
    end = min(len(text), start + MAX_REPLY_LENGTH)
    over = _REPLY_END.search(text, start, end)
    if over:
        end = over.start()
    for label in labels[bisect_right(labels, start) :]:
        if label >= end:
            break
        if not _IN_SENTENCE.search(text, start, label):
            return label
    return end


def _reply(found: _Code, cleaned: CleanText, end: int, returned: int) -> Reply:
    enhanced, at = found.enhanced, found.enhanced_at
    if enhanced is None and (later := _ENHANCED.search(cleaned.folded, found.end, end)):
        enhanced, at = later[1], later.start(1)
    before = cleaned.text[max(0, found.at - 24) : found.at]
    return Reply(
        code=int(found.code) if found.code else None,
        enhanced=enhanced,
        at=found.at,
        start=found.end,
        end=max(end, found.end),
        enhanced_at=at,
        certain=before.endswith("dsn=")
        if found.code is None
        else found.enhanced is not None or "smtp;" in before.lower(),
        quoted=_is_quoted(before),
        returned=found.at >= returned,
        introduced=_ERROR_WORD.search(fold(before)) is not None,
        named=_is_named(before, cleaned.text[found.at + 3 : found.at + 24]),
    )


def _is_quoted(before: str) -> bool:
    """Return whether what precedes a number shows that it is a reply code."""
    if _QUOTED.search(before):
        return True
    word = _WORD_BEFORE.search(before)
    return word is not None and fold(word[1]) in introductions()


def _is_named(before: str, after: str) -> bool:
    """Return whether a word for an error, of a script without blanks, stands beside a number."""
    last, following = _LAST_WIDE.search(before), _NEXT_WIDE.match(after)
    return (last is not None and last[1].endswith(_wide_words())) or (
        following is not None and following[1].startswith(_wide_words())
    )


@cache
def _wide_words() -> tuple[str, ...]:
    """Return the introductions in scripts without blanks, those of one character aside."""
    return tuple(word for word in introductions() if len(word) > 1 and _NEXT_WIDE.match(word))


@cache
def introductions() -> frozenset[str]:
    """Return the words, folded, after which a number is a reply code."""
    return frozenset(fold(word) for word in wordings().introductions)
