"""A portal's logo: a small picture that every page of the portal shows, fetched once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

LARGEST = 20_000
"""Bytes of a logo: it comes over a weak line too."""
KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
HEIGHT = 32
"""Pixels that it is shown high."""
_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBER, _BETWEEN = rb"([-\d.]+)", rb"[\s,]+"
_VIEW = re.compile(rb"<svg\b[^>]*\sviewBox=[\"']" + _BETWEEN.join([_NUMBER] * 4) + rb"[\"']")


class BadLogo(ValueError):
    """A file that cannot be used; the message says why."""


@dataclass(frozen=True)
class Logo:
    """The picture, and how wide it is at its height; ``name`` changes with the content."""

    name: str
    content: bytes
    mimetype: str
    width: int
    height: int = HEIGHT


def read_logo(path: Path) -> Logo:
    """Return the logo in a file.

    :raise BadLogo: it is no picture that browsers show, or too large
    """
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise BadLogo(f"is a file that ends in one of {' '.join(KINDS)}")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as fault:  # a name may hold what no file's can
        why = getattr(fault, "strerror", None) or fault
        raise BadLogo(f"{path.name!r} cannot be read: {why}") from None
    if len(content) > LARGEST:
        raise BadLogo(f"is larger than {LARGEST} bytes; a plain SVG is best")
    width, height = _size(content, suffix)
    digest = hashlib.sha256(content).hexdigest()[:12]
    shown = max(1, round(HEIGHT * width / height))
    return Logo(f"{digest}{suffix}", content, KINDS[suffix], shown)


def _size(content: bytes, suffix: str) -> tuple[float, float]:
    """Return width and height: a PNG's from its first chunk (RFC 2083 4.1.1), an SVG's box."""
    if suffix == ".png":
        if not content.startswith(_PNG) or len(content) < 24:
            raise BadLogo("is no PNG, whatever its name says")
        size: tuple[float, float] = (
            int.from_bytes(content[16:20], "big"),
            int.from_bytes(content[20:24], "big"),
        )
    else:
        box = _VIEW.search(content)
        if box is None:
            raise BadLogo("is no SVG with a viewBox")
        try:
            size = float(box[3]), float(box[4])
        except ValueError:
            raise BadLogo("has a viewBox without numbers") from None
    if not (0 < size[0] <= 20 * size[1]):
        raise BadLogo("is more than twenty times as wide as it is high, or has no size")
    return size
