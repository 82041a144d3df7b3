"""Draw the screen of a step: which box stands where, for the template to write as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap

from ..diagnosis.guide import Control, Screen

WIDTH = 320
ROW, LINE = 30, 15
"""Heights in pixels: of a row with one line of label, and of each further line."""
LABEL, WHOLE, VALUE = 18, 42, 20
"""Characters that fit: a label beside its box, a label alone in its row, a value in its box."""


@dataclass(frozen=True)
class DrawnRow:
    """One line of the screen: where it stands, its label's lines, what it shows beside them."""

    kind: str
    top: int
    height: int
    lines: tuple[str, ...]
    language: str | None
    value: str
    marked: bool


@dataclass(frozen=True)
class DrawnScreen:
    """A screen as it is drawn, ``height`` pixels high, and what is marked, in words."""

    rows: tuple[DrawnRow, ...]
    height: int
    words: str


@lru_cache(maxsize=1024)  # programs have few screens, and most people the usual settings
def draw_screen(screen: Screen) -> DrawnScreen:
    """Return where everything of a screen stands."""
    rows: list[DrawnRow] = []
    top = 4
    for at, control in enumerate(screen.controls):
        boxed = control.kind in ("enter", "choose", "empty")
        lines = tuple(wrap(control.label, LABEL if boxed else WHOLE - at * (control.kind == "go")))
        height = ROW + (len(lines) - 1) * LINE
        rows.append(
            DrawnRow(
                control.kind,
                top,
                height,
                lines,
                control.language,
                _short(control.value),
                at == screen.marked,
            )
        )
        top += height + 4
    return DrawnScreen(tuple(rows), top, _said(screen.controls[screen.marked]))


def _short(value: str) -> str:
    return value if len(value) <= VALUE else value[: VALUE - 1].rstrip(" ,.") + "…"


def _said(control: Control) -> str:
    return f"{control.label}: {control.value}" if control.value else control.label
