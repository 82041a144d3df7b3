"""The script that embeds the wizard in another site, and which sites may embed it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from ..portals.entry import read_origin

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
    paths = sorted(FOLDER.glob("v*.js"), key=lambda path: [*map(int, path.stem[1:].split("."))])
    return {path.name: Loader(path.name, path.read_bytes()) for path in paths}


def newest() -> Loader:
    """Return the newest version."""
    return list(loaders().values())[-1]


def newest_of(major: str) -> Loader | None:
    """Return the newest version under a name such as ``v1.js``."""
    stem = major.removesuffix(".js")
    found = [loader for name, loader in loaders().items() if name.startswith(f"{stem}.")]
    return found[-1] if found else None


@dataclass(frozen=True)
class OriginCheck:
    """``reason``: ok, no-site, unlisted, scheme, port, or host (one that is listed is close).

    ``origin`` is what the browser compares, '' where nothing could be read; ``near`` the listed one
    that is close to it.
    """

    reason: str
    origin: str = ""
    near: str = ""


def check_origin(given: str, listed: Sequence[str]) -> OriginCheck:
    """Tell whether a site may embed a portal, and if not, what is closest (RFC 6454 section 4)."""
    origin = read_origin(given)
    if not origin:
        return OriginCheck("no-site")
    if origin in listed:
        return OriginCheck("ok", origin)
    mine = urlsplit(origin)
    for near in listed:
        theirs = urlsplit(near)
        if theirs.hostname == mine.hostname:
            return OriginCheck("scheme" if theirs.scheme != mine.scheme else "port", origin, near)
    bare = str(mine.hostname).removeprefix("www.")
    for near in listed:
        if str(urlsplit(near).hostname).removeprefix("www.") == bare:
            return OriginCheck("host", origin, near)
    return OriginCheck("unlisted", origin)
