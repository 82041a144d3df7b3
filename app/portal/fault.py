"""What is wrong with a portals file: the file, the line, the key, and what to do about it."""

from __future__ import annotations

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


def line_of(text: str, key: Key) -> int:
    """Return the line of a TOML text, from 1, where a key first stands, else the one it is in.

    tomllib tells no positions.  So it reads ever more lines: the key begins after the last
    beginning of the text that is whole and does not have it yet.
    """
    while key and not _has(tomllib.loads(text), key):
        key = key[:-1]
    lines = text.split("\n")
    begins = 0
    for count in range(len(lines) + 1):
        try:
            read = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of something
        if _has(read, key):
            # The line that made it whole may be the last of several; comments may stand before.
            return next(at for at in range(begins, count) if not _is_void(lines[at])) + 1
        begins = count
    return 0


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
