"""The styles and scripts, small enough to stand in each page, and their hashes for the CSP."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup

from ..portals import PortalTheme

FOLDER = Path(__file__).parent.parent.parent / "static"


@dataclass(frozen=True)
class Asset:
    """Text to put into a page, and the CSP source that allows exactly this text."""

    text: Markup
    csp: str


STYLES = {
    "base": ("palette", "base"),
    "start": ("palette", "base", "fields", "start"),
    "read": ("palette", "base", "fields", "read"),
    "question": ("palette", "base", "fields", "question"),
    "plan": ("palette", "base", "screen", "plan"),
    "screen": ("palette", "screen"),
    "sheet": ("palette", "base", "sheet"),
    "demo": ("demo",),
    "developers": ("palette", "base", "fields", "developers"),
    "api": ("palette", "base", "api"),
    "case": ("palette", "base", "fields", "bar", "case"),
    "insights": ("palette", "base", "bar", "insights"),
    "desk": ("palette", "base", "fields", "bar", "desk"),
}
"""Kinds of pages, each with the style sheets that it uses."""


@lru_cache(maxsize=1024)
def style(kind: str, theme: PortalTheme | None = None) -> Asset:
    """Return the style of a kind of page, without comments and needless white space.

    :param theme: a portal's, whose colours stand in place of ours
    """
    return _asset("".join(_sheet(name, theme) for name in STYLES[kind]))


def _sheet(name: str, theme: PortalTheme | None) -> str:
    if theme and name == "palette":
        return theme.palette.css
    return _pack(_read(f"{name}.css"))


def _pack(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


@cache
def script(name: str) -> Asset:
    """Return a script, a line a statement, without comments and indentation."""
    lines = (line.strip() for line in _read(f"{name}.js").splitlines())
    return _asset("\n".join(line for line in lines if line and not line.startswith("//")))


@cache
def _read(name: str) -> str:
    """Return the text of a file of ``static/``, in whichever of its folders it is."""
    (path,) = FOLDER.rglob(name)
    return path.read_text("utf-8")


def _asset(text: str) -> Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Asset(Markup(text), f"'sha256-{digest}'")
