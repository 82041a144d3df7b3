"""The styles and the scripts, small enough to stand in every page, and their hashes for the CSP."""

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
SCRIPTS = ("wizard", "paste", "device", "sheet", "frame", "demo", "desk")


@lru_cache(maxsize=256)
def styles(theme: PortalTheme | None = None) -> dict[str, Asset]:
    """Return the style of each kind of page, without comments and needless white space.

    :param theme: a portal's, whose colours stand in place of ours
    """
    return {
        kind: _asset("".join(_sheet(name, theme) for name in sheets))
        for kind, sheets in STYLES.items()
    }


def _sheet(name: str, theme: PortalTheme | None) -> str:
    if theme and name == "palette":
        return theme.palette.css
    return _pack((FOLDER / f"{name}.css").read_text("utf-8"))


def _pack(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


@cache
def scripts() -> dict[str, Asset]:
    """Return each script, a line a statement, without comments and indentation."""
    return {name: _script(name) for name in SCRIPTS}


def _script(name: str) -> Asset:
    lines = (FOLDER / f"{name}.js").read_text("utf-8").splitlines()
    kept = [line.strip() for line in lines if not line.strip().startswith("//")]
    return _asset("\n".join(line for line in kept if line))


def _asset(text: str) -> Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Asset(Markup(text), f"'sha256-{digest}'")
