"""Write a ticket in Markdown (CommonMark; GitHub's and GitLab's links too)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .ticket import Part

_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>#|~&$^!@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What means something anywhere in a line, or makes a link of a word."""
_AT_THE_START = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")


def escape(text: str) -> str:
    """Return words as Markdown that shows exactly these words, in one line, and no link."""
    line = _ANYWHERE.sub(r"\\\g<0>", " ".join(text.split()))
    begins = _AT_THE_START.match(line)
    if begins is None:
        return line
    # A digit is no punctuation: what follows it is escaped in its place.
    first, rest = begins[0], line[begins.end() :]
    return f"{first}\\{rest}" if first.isdecimal() else f"\\{first}{rest}"


def write_markdown(parts: Iterable[Part]) -> str:
    """Return a ticket in Markdown."""
    return "\n\n".join(f"## {escape(part.title)}\n\n{_body(part)}" for part in parts) + "\n"


def _body(part: Part) -> str:
    if part.kind in ("facts", "list", "steps"):
        return "\n".join(_items(part))
    return "\n\n".join(_line(part, line) for line in part.lines)


def _items(part: Part) -> Iterator[str]:
    for number, line in enumerate(part.lines, 1):
        yield f"{number}. {escape(line)}" if part.kind == "steps" else f"- {escape(line)}"


def _line(part: Part, line: str) -> str:
    if part.kind == "link":
        return f"<{line}>"
    return f"> {escape(line)}" if part.kind == "words" else escape(line)
