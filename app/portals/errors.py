"""What is wrong with a portals file: the file, the line, the key, and what to do about it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

Key = tuple[str | int, ...]
"""Where something stands in a file: ``("portal", 0, "outgoing", 1, "port")``."""


@dataclass(frozen=True)
class PortalsFileError:
    """One thing that is wrong, or that was mended: at a key, or anywhere for an empty one."""

    file: str
    line: int
    key: Key
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        return f"{where}{spell(self.key)}: {self.text}" if self.key else f"{where}{self.text}"


def spell(key: Key) -> str:
    """Return a key as people write it: ``portal[1].outgoing[2].port``, counted from 1."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Places:
    """Where the keys of a TOML text stand.

    tomllib tells no positions.  So the text, which it has read, is cut into statements, and each is
    read by itself: the time grows as the text does.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def line_of(self, key: Key) -> int:
        """Return the line, from 1, where a key first stands, else the one that it is in, else 0."""
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, 0)

    @cached_property
    def _lines(self) -> dict[Key, int]:
        lines: dict[Key, int] = {}
        last: dict[Key, int] = {}  # of a list of tables, the number of the one that is open
        table: Key = ()
        for line, statement in _statements(self.text):
            heads = statement.startswith("[")
            names = _names(tomllib.loads(statement))
            key = () if heads else table
            for depth, name in enumerate(names, 1):
                key = (*key, name)
                lines.setdefault(key, line)
                if heads and statement.startswith("[[") and depth == len(names):
                    last[key] = last.get(key, -1) + 1
                if heads and key in last:
                    key = (*key, last[key])
                    lines.setdefault(key, line)
            if heads:
                table = key
        return lines


_PIECE: Final = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|"(?:[^"\\]|\\.)*+"|#[^\n]*+|[\[{]|[\]}]|\n'''
    r"|'''(?:[^']|'(?!''))*+'{3,5}|'[^']*+'",
    re.DOTALL,
)
"""What may hold the end of a line that ends no statement, and what opens and closes such."""


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement of a right TOML text, with the number of the line that it begins in."""
    begins, line, lines, depth = 0, 1, 1, 0
    for piece in _PIECE.finditer(text + "\n"):
        found = piece[0]
        depth += (found in "[{") - (found in "]}")
        lines += found.count("\n")
        if found == "\n" and not depth:
            statement = text[begins : piece.start()].strip(" \t")
            if statement and not statement.startswith("#"):
                yield line, statement
            begins, line = piece.end(), lines


def _names(read: Any) -> list[str]:
    """Return the key of a statement that tomllib has read: ``a.b = 1`` is ``{"a": {"b": 1}}``."""
    names = []
    while read and isinstance(read, dict | list):
        if isinstance(read, dict):
            names.append(next(iter(read)))
            read = read[names[-1]]
        else:
            read = read[0]
    return names
