"""Clean a pasted text, and map every place back to the original.

Pastes arrive as quoted-printable or base64 sources, as HTML, quoted with ``>``, with non-breaking
and zero-width characters, in full width.  Every pass is one scan by a linear pattern.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

MAX_EDITS = 12_000
"""Replacements of one pass, more than 256 KB of real mail need."""
Steps = tuple[tuple[list[int], list[int]], ...]

_BASE64 = re.compile(
    r"Content-Transfer-Encoding:[ \t]{0,8}base64\b[^\n]{0,80}(?:\n[^\n]{1,200}){0,9}"
    r"\n[ \t]{0,8}\n"
    r"(?P<body>(?:[A-Za-z0-9+/]{4,200}={0,2}(?:\n|\Z)){1,4000})",
    re.IGNORECASE,
)
_QUOTED_PRINTABLE = re.compile(r"=(?:3D|20\n|\n|[C-F][0-9A-F]=[89AB][0-9A-F])")
_QUOTED_BYTES = re.compile(r"(?:=[0-9A-Fa-f]{2}|=[ \t]{0,8}\n)+")
_ENCODED_WORD = re.compile(r"=\?([\w-]{2,20})\?([bBqQ])\?([^?\s]{1,400})\?=(?:\s{1,9}(?==\?))?")
_MARKUP = re.compile(
    r"[<&](?=[a-z/!#])(?:(?<=<)(?:!--|/?(?:html|body|div|p|br|td|tr|table|span|pre|b|i|a|font|li|ul|ol"
    r"|strong|em|code|h[1-6])(?:\s[^<>]{0,500})?/?>)|(?<=&)(?:lt|gt|amp|quot|nbsp|apos|#\d{2,6}"
    r"|#x[0-9a-f]{2,6});)",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"[<&](?=[a-z/!#])(?:(?<=<)(?:(?:style|script)\b[^<>]{0,500}>[^<]{0,20000}</(?:style|script)>"
    r"|!--[^<>]{0,2000}-->|!doctype[^<>]{0,200}>"
    r"|/?(?:[a-z]{1,2}:)?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,500})?/?>)"
    r"|(?<=&)(?:[a-z]{2,8}[0-9]{0,2}|#\d{2,6}|#x[0-9a-f]{2,6});)",
    re.IGNORECASE,
)
_BREAKING = re.compile(r"</?(?:p|div|br|tr|table|li|ul|ol|pre|h[1-6]|body|html|head|title)\b", re.I)
_DROPPED = re.compile("\x00+")
# ">>> RCPT" is a program's command to a server, not a quotation.
_QUOTED = re.compile(r"^(?:[ \t]{0,8}[>|](?!>>[ \t][A-Z]{4}\b)){1,20}[ \t]?", re.MULTILINE)


# Scripts without blanks between words, or with particles that follow a word without one.
_WIDE = r"\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_GLUED = re.compile(rf"(?<=[{_WIDE}])(?=[a-z0-9])|(?<=[a-z0-9])(?=[{_WIDE}])", re.IGNORECASE)
"""Where a code, port or host touches such a script: 返回550错误, ポート587."""


@dataclass(frozen=True)
class CleanText:
    """Cleaned text.

    ``text`` keeps its case; ``folded`` is of the same length, in lower case without accents.
    """

    original: str
    text: str
    folded: str
    steps: Steps = field(repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original of a span of ``text``, as (start, end)."""
        last = max(start, end - 1)
        for at, origin in reversed(self.steps):
            start, last = _original_place(at, origin, start), _original_place(at, origin, last)
        return start, min(last + 1, len(self.original))


def clean(original: str) -> CleanText:
    """Decode, unquote and strip markup from a pasted text."""
    steps: list[tuple[list[int], list[int]]] = []

    def edit(text: str, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> str:
        """Replace every match, and record how places move."""
        pieces: list[str] = []
        at, origin = [0], [0]
        done = shift = 0
        group = "body" if "body" in pattern.groupindex else 0
        for match in islice(pattern.finditer(text), MAX_EDITS):
            start, end = match.span(group)
            piece = replace(match)
            pieces += (text[done:start], piece)
            at += (start + shift, start + shift + len(piece))
            origin += (start, end)
            shift += len(piece) - end + start
            done = end
        if not pieces:
            return text
        steps.append((at, origin))
        pieces.append(text[done:])
        return "".join(pieces)

    # Both keep every character in its place.
    text = original.replace("\r\n", " \n").replace("\r", "\n")
    if "ase64" in text or "ASE64" in text:
        text = edit(text, _BASE64, _decode_base64)
    if "=?" in text:
        text = edit(text, _ENCODED_WORD, _decode_word)
    if "=" in text and _QUOTED_PRINTABLE.search(text):
        text = edit(text, _QUOTED_BYTES, _decode_quoted_printable)
    if _MARKUP.search(text):
        text = edit(text, _TAG, _strip_tag)
    if not text.isascii():
        text = edit(text.translate(_PLAIN), _GLUED, lambda _: " ")
    if "\x00" in text:
        text = edit(text, _DROPPED, lambda _: "")
    if ">" in text or "|" in text:
        text = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    folded = text.lower() if text.isascii() else text.translate(_FOLDED)
    return CleanText(original, text, folded, tuple(steps))


def fold(text: str) -> str:
    """Return a text in lower case without accents."""
    return text.translate(_PLAIN).replace("\x00", "").translate(_FOLDED)


class _Plain(dict[int, int]):
    """Plain form of one character: always one character, zero for invisible ones."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        kind = unicodedata.category(char)
        if kind == "Mn" and _is_vowel_sign(code):
            plain = code
        elif kind in ("Cf", "Mn", "Me"):
            plain = 0
        elif kind == "Zs":
            plain = ord(" ")
        elif kind in ("Zl", "Zp"):
            plain = ord("\n")
        elif kind == "Cs":
            plain = ord("?")
        else:
            wide = unicodedata.normalize("NFKC", char)
            plain = ord(wide) if len(wide) == 1 else code
        return _memoise(self, code, plain)


class _Folded(dict[int, int]):
    """Lower-case letter without accents."""

    def __missing__(self, code: int) -> int:
        if _is_vowel_sign(code) and unicodedata.category(chr(code)) in ("Mn", "Mc"):
            return _memoise(self, code, _VOWEL_SIGN)
        if _is_hangul(code):  # its parts are letters, not accents
            return _memoise(self, code, code)
        base = unicodedata.normalize("NFD", chr(code).lower())[0]
        return _memoise(self, code, ord(base))


def _is_vowel_sign(code: int) -> bool:
    """Return whether a mark is one of Thai, Lao or Khmer: it is part of the spelling there."""
    return 0x0E00 <= code <= 0x0EFF or 0x1780 <= code <= 0x17FF


def _is_hangul(code: int) -> bool:
    return 0xAC00 <= code <= 0xD7A3


def _memoise(table: dict[int, int], code: int, value: int) -> int:
    if len(table) < 0x10000:  # bounds the table
        table[code] = value
    return value


_PLAIN = _Plain(
    dict.fromkeys(map(ord, "‘’‚‛‹›「」『』´`"), ord("'"))
    | dict.fromkeys(map(ord, "“”„‟«»"), ord('"'))
    | dict.fromkeys(map(ord, "–—−‐‑‒"), ord("-"))
)
_VOWEL_SIGN = 0x0E30
"""Letter that stands for every vowel sign and tone mark, so that a word stays one word."""
# Letters that Unicode does not take apart, and Greek's second small sigma.
_FOLDED = _Folded(dict(zip(map(ord, "đĐßıłŁøØæÆœŒς"), map(ord, "ddsillooaaooσ"), strict=True)))


def _original_place(at: list[int], origin: list[int], place: int) -> int:
    index = bisect_right(at, place) - 1
    beyond = place - at[index]
    if index + 1 < len(at) and index % 2:  # within what a replacement put there
        beyond = beyond * (origin[index + 1] - origin[index]) // (at[index + 1] - at[index])
    return origin[index] + beyond


def _decode_base64(match: re.Match[str]) -> str:
    try:
        return base64.b64decode(match["body"]).decode("utf-8") + "\n"
    except ValueError:  # a picture, a cut-off block, a message in another character set
        return match["body"]


def _decode_quoted_printable(match: re.Match[str]) -> str:
    # A soft line break may stand between the bytes of one letter.
    return bytes.fromhex("".join(match[0].split()).replace("=", "")).decode("utf-8", "replace")


def _decode_word(match: re.Match[str]) -> str:
    charset, kind, body = match.groups()
    try:
        if kind in "bB":
            raw = base64.b64decode(body, validate=True)
        else:
            raw = binascii.a2b_qp(body.encode("ascii"), header=True)
        return raw.decode(charset)
    except (ValueError, LookupError):
        return match[0]


@lru_cache(maxsize=512)
def _entity(name: str) -> str:
    text = html.unescape(name)
    return text if len(text) == 1 else name


def _strip_tag(match: re.Match[str]) -> str:
    found = match[0]
    if found[0] == "&":
        return _entity(found)
    if "@" in found and "=" not in found:  # an address with a space in it
        return found
    if not _BREAKING.match(found):
        return ""
    return "" if match.string.startswith("\n", match.end()) else "\n"
