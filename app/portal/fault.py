"""What is wrong with a portals file: the file, the line, the key, and what to do about it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str | int, ...]
"""Where something stands in a file: ``("portal", 0, "outgoing", 1, "port")``."""


@dataclass(frozen=True)
class Fault:
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

    tomllib tells no positions.  So it reads ever more lines of one [[portal]] table: a key begins
    after the last beginning of the table that is whole and does not have it yet.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        heads = [at for at, line in enumerate(self.lines) if _HEAD.match(line)]
        # A head may stand inside a text over several lines; then the whole is one section.
        listed = _rows(text).get("portal")
        plain = isinstance(listed, list) and len(heads) == len(listed)
        self._sections = [0, *heads, len(self.lines)] if plain else [0, len(self.lines)]
        self._snapshots: dict[int, list[tuple[int, Any]]] = {}

    def line_of(self, key: Key) -> int:
        """Return the line, from 1, where a key first stands, else the one that it is in, else 0."""
        section = 0
        if len(self._sections) > 2 and key[:1] == ("portal",) and len(key) > 1:
            section = int(key[1]) + 1
            key = ("portal", 0, *key[2:])
        snapshots = self._read(section)
        while key and not (snapshots and _has(snapshots[-1][1], key)):
            key = key[:-1]
        begins = self._sections[section]
        for end, read in snapshots:
            if key and _has(read, key):
                return next(at for at in range(begins, end) if not _is_void(self.lines[at])) + 1
            begins = end
        return 0

    def _read(self, section: int) -> list[tuple[int, Any]]:
        """Return what each whole beginning of a section says, with the line that it ends before."""
        if section not in self._snapshots:
            first, last = self._sections[section : section + 2]
            self._snapshots[section] = [
                (end, read)
                for end in range(first + 1, last + 1)
                if (read := _rows("\n".join(self.lines[first:end]))) is not None
            ]
        return self._snapshots[section]


_HEAD = re.compile(r"\s*\[\[\s*portal\s*\]\]")


def _rows(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None  # in the middle of something


def _is_void(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _has(value: Any, key: Sequence[str | int]) -> bool:
    for part in key:
        if isinstance(part, int):
            if not (isinstance(value, list) and part < len(value)):
                return False
            value = value[part]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return False
    return bool(key)
