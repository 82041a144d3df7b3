"""What is wrong with a portals file: the file, the portal's line, the key, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

Key = tuple[str | int, ...]
"""Where something stands in a file: ``("portal", 0, "outgoing", 1, "port")``."""


@dataclass(frozen=True)
class PortalsFileError:
    """One thing that is wrong, or that was changed: at a key, or anywhere for an empty one.

    ``line``: where the portal's table begins, or where TOML is broken; 0 when that is not known.
    """

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
