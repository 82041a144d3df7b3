"""The style and the script, small enough to stand in every page, and their hashes for the CSP."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).parent.parent.parent / "static"


@dataclass(frozen=True)
class Asset:
    """Text to put into a page, and the CSP source that allows exactly this text."""

    text: Markup
    csp: str


STYLES = ("base", "start", "question", "plan")
"""Kinds of pages, each with a style sheet of its own upon the common one."""


def styles() -> dict[str, Asset]:
    """Return the style of each kind of page, without comments and needless white space."""
    sheets = {kind: _pack((FOLDER / f"{kind}.css").read_text("utf-8")) for kind in STYLES}
    return {
        kind: _asset(sheets["base"] + (sheet if kind != "base" else ""))
        for kind, sheet in sheets.items()
    }


def _pack(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


def script() -> Asset:
    """Return the script, a line a statement, without comments and indentation."""
    lines = (FOLDER / "wizard.js").read_text("utf-8").splitlines()
    kept = [line.strip() for line in lines if not line.strip().startswith("//")]
    return _asset("\n".join(line for line in kept if line))


def _asset(text: str) -> Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Asset(Markup(text), f"'sha256-{digest}'")
