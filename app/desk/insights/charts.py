"""Where everything of a chart stands: numbers in, geometry out, for a template to write as SVG.

No words are in the drawing: they stand beside it as text of the page, which grows and wraps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 100
"""How high columns may be, and how long bars."""
SLOT: Final = 10
"""The room of one column, from the middle of a gap to the middle of the next."""
GAP: Final = 2
INSET: Final = 2
"""How much narrower the inner column is on each side, so that the outer one shows around it."""


@dataclass(frozen=True)
class Box:
    """A rectangle, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Columns:
    """Columns in columns: all, and inside of them a part; the scale ends at ``top``."""

    width: int
    height: int
    outer: tuple[Box, ...]
    inner: tuple[Box, ...]
    top: int

    @property
    def half(self) -> int:
        """What the line in the middle of the scale stands for."""
        return self.top // 2


def draw_columns(pairs: Sequence[tuple[int, int]]) -> Columns:
    """Return a column for each pair: all of something, and a part of it."""
    top = scale_top(max((max(pair) for pair in pairs), default=0))
    outer, inner = [], []
    for place, (whole, part) in enumerate(pairs):
        x, width = place * SLOT + GAP / 2, SLOT - GAP
        outer.append(_column(x, width, whole, top))
        inner.append(_column(x + INSET, width - 2 * INSET, part, top))
    return Columns(len(pairs) * SLOT, HEIGHT, tuple(outer), tuple(inner), top)


def draw_bars(numbers: Sequence[int], most: int | None = None) -> tuple[float, ...]:
    """Return how long each bar is, the longest 100.

    :param most: what a bar of 100 stands for, by default the greatest number
    """
    whole = max(numbers, default=0) if most is None else most
    return tuple(
        round(HEIGHT * min(number, whole) / whole, 1) if whole else 0 for number in numbers
    )


def scale_top(most: int) -> int:
    """Return the next number that is easy to read and has a whole half: 2, 4, 10, 20, 40, 100."""
    power = 1
    while True:
        for step in (2, 4, 10):
            if step * power >= most:
                return step * power
        power *= 10


def _column(x: float, width: float, number: int, top: int) -> Box:
    height = round(HEIGHT * number / top, 1)
    return Box(x, HEIGHT - height, width, height)
