"""The screen of a step as shapes for a template to draw, in the form of the app's platform.

What stands on a real screen and nobody has confirmed is a grey bar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ...diagnosis.guide import Screen
from ...knowledge.programs import ELEMENTS
from .pen import Pen, Shape
from .phones import draw_android, draw_ios
from .windows import draw_window

_PLATFORMS: Final[dict[str, Callable[[Pen, Screen], int]]] = {
    "windows": draw_window,
    "macos": draw_window,
    "desktop": draw_window,
    "ios": draw_ios,
    "android": draw_android,
}


@dataclass(frozen=True)
class DrawnScreen:
    """A screen as it is drawn, ``height`` pixels high, and what is marked, in words."""

    shapes: tuple[Shape, ...]
    height: int
    words: str


@lru_cache(maxsize=1024)  # programs have few screens, and most people the usual settings
def draw_screen(screen: Screen) -> DrawnScreen:
    """Return where everything of a screen stands."""
    pen = Pen()
    height = _PLATFORMS[screen.platform](pen, screen)
    return DrawnScreen(pen.drawing(), height, _words(screen))


def _words(screen: Screen) -> str:
    """Return what is marked, for those who do not see it; and the place where a way leads to it."""
    marked = screen.marked
    label = ", ".join(control.label.text for control in marked)
    if marked[0].kind in ELEMENTS:
        known = [name.text for name in (*screen.way, screen.title) if name.text and not name.ours]
        return ": ".join((*known[-1:], label))
    return ": ".join(filter(None, (label, marked[0].value.text)))
