"""The script that embeds the wizard in another site; a published version never changes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "static" / "embed"


@dataclass(frozen=True)
class Loader:
    """One version of the script: its name, its bytes, and the hash that a page can insist on."""

    name: str
    content: bytes

    @property
    def integrity(self) -> str:
        """The value of an ``integrity`` attribute (W3C Subresource Integrity)."""
        digest = hashlib.sha384(self.content).digest()
        return f"sha384-{base64.b64encode(digest).decode('ascii')}"


@cache
def loaders() -> dict[str, Loader]:
    """Return every published version by its name, the newest last."""
    paths = sorted(FOLDER.glob("v*.js"), key=lambda path: _version(path.stem))
    return {path.name: Loader(path.name, path.read_bytes()) for path in paths}


def newest() -> Loader:
    """Return the newest version."""
    return list(loaders().values())[-1]


def newest_of(major: str) -> Loader | None:
    """Return the newest version under a name such as ``v1.js``."""
    stem = major.removesuffix(".js")
    found = [loader for name, loader in loaders().items() if name.startswith(f"{stem}.")]
    return found[-1] if found else None


def _version(stem: str) -> tuple[int, ...]:
    return tuple(int(part) for part in stem.removeprefix("v").split("."))
