"""What screens are drawn with: shapes, and texts that fit into their room."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from ...diagnosis.guide import Caption, Control, Screen

WIDTH: Final = 320
"""Of every drawing."""
SIZE, SMALL, LINE = 13, 12, 15
"""Of text: its sizes, and the height of each further line."""
BOLD: Final = 1.1
"""How much wider a bold text is."""
CHECKS: Final = ("tick", "untick", "pick")
"""Fields that are a box to tick, or a button among several."""
DOTS: Final = "••••••••"
"""What a field for a password shows."""
_ADVANCES = {
    **dict.fromkeys("iljI'|", 0.29),
    **dict.fromkeys(" ft.,:;()-/`!›", 0.38),
    **dict.fromkeys("rszc", 0.52),
    **dict.fromkeys("mwMW@…", 0.95),
    **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZĐ", 0.72),
}
"""Widths of letters in a wide system font (DejaVu Sans), by the size of the text; else 0.62."""
_MARKS: Final = range(0x300, 0x370)


@dataclass(frozen=True)
class Shape:
    """A rectangle, a line (``path``) or a text; ``look`` is its class in the style.

    ``anchor``, ``weight`` and ``size`` are those of a text, where they are not the usual ones.
    """

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    radius: float = 0
    path: str = ""
    text: str = ""
    language: str | None = None
    look: str = ""
    anchor: str = ""
    weight: int = 0
    size: int = 0


def measure(text: str) -> float:
    """Return how wide a text is at most: system fonts differ."""
    letters = (letter for letter in unicodedata.normalize("NFD", text) if ord(letter) not in _MARKS)
    return SIZE * sum(_ADVANCES.get(letter, 0.62) for letter in letters)


def fit(text: str, room: float, lines: int = 2) -> tuple[str, ...]:
    """Return a text in lines that fit into a room, the last one shortened if it has to be."""
    made: list[str] = []
    words = text.split()
    while words and len(made) < lines - 1:
        taken = 1
        while taken < len(words) and measure(" ".join(words[: taken + 1])) <= room:
            taken += 1
        made.append(_shorten(" ".join(words[:taken]), room))
        words = words[taken:]
    return (*made, _shorten(" ".join(words), room)) if words else tuple(made)


def _shorten(text: str, room: float) -> str:
    if measure(text) <= room:
        return text
    while text and measure(text + "…") > room:
        text = text[:-1]
    return text.rstrip(" ,.(") + "…"


@dataclass
class Pen:
    """Collects the shapes of one drawing."""

    shapes: list[Shape] = field(default_factory=list)
    bars: str = ""

    def box(
        self, x: float, y: float, width: float, height: float, radius: float = 4, look: str = ""
    ) -> None:
        shape = Shape(round(x), round(y), round(width), round(height), radius, look=look)
        self.shapes.append(shape)

    def bar(self, x: float, y: float, width: float) -> None:
        """Draw what is there, and nobody knows what it says: a line with round ends."""
        self.bars += f"M{round(x) + 3} {y:g}h{max(round(width) - 6, 0)}"

    def dots(self, y: float) -> None:
        """Draw the signs at the right of a status line."""
        for x in (275, 284, 293):
            self.bar(x, y, 6)

    def add(self, other: Pen) -> None:
        """Draw what another pen has drawn, above what is there."""
        self.shapes += other.shapes
        self.bars += other.bars

    def drawing(self) -> tuple[Shape, ...]:
        """Return all that was drawn."""
        return (*self.shapes, Shape(path=self.bars, look="b")) if self.bars else (*self.shapes,)

    def line(self, path: str, look: str = "") -> None:
        self.shapes.append(Shape(path=path, look=look))

    def write(
        self,
        caption: Caption,
        x: float,
        y: float,
        room: float,
        anchor: str = "",
        *,
        lines: int = 1,
        bold: bool = False,
        quiet: bool = False,
        size: int = 0,
    ) -> None:
        """Write a text around a height, in one line or more.

        It stands right of ``x``, around it (``anchor`` is middle) or left of it (end).  Our words
        are quiet, and never bold.
        """
        bold = bold and not caption.ours
        made = fit(caption.text, room / BOLD if bold else room, lines)
        for at, line in enumerate(made):
            self.shapes.append(
                Shape(
                    round(x),
                    y + 4.5 + (at - (len(made) - 1) / 2) * LINE,
                    text=line,
                    language=caption.language,
                    look="s" if quiet or caption.ours else "",
                    anchor=anchor,
                    weight=600 if bold else 0,
                    size=size,
                )
            )

    def arrow(self, x: float, y: float) -> None:
        self.line(f"M{round(x)} {y - 2:g}l4 4 4-4", "q")

    def button(self, label: Caption, x: float, y: float, width: float, marked: bool) -> None:
        """Draw a button; without a label, one that nobody knows."""
        self.box(x, y, width, 24, look="m" if marked else "")
        if label.text:
            self.write(label, x + width / 2, y + 12, width - 8, "middle")
        else:
            self.bar(x + 12, y + 12, width - 24)

    def mark(self, control: Control, x: float, y: float, width: float, height: float) -> None:
        """Mark the line of a control if the step is about it."""
        if control.marked:
            self.box(x, y, width, height, look="m")

    def check(self, control: Control, x: float, y: float) -> None:
        """Draw a box with its tick, or a button that is chosen among several."""
        if control.kind == "pick":
            self.box(x, y - 7, 14, 14, 7)
            self.box(x + 4, y - 3, 6, 6, 3, "a")
            return
        self.box(x, y - 7, 14, 14)
        if control.kind == "tick":
            self.line(f"M{x + 3:g} {y:g}l3 3 5-6", "q")

    def switch(self, x: float, y: float) -> None:
        """Draw a switch that is on, up to ``x``."""
        self.box(x - 34, y - 10, 34, 20, 10, "a")
        self.box(x - 18, y - 8, 16, 16, 8)

    def crumb(self, screen: Screen) -> int:
        """Write how one came to a window without a name; return how much room that takes."""
        names = [name for name in screen.way if not name.ours][-2:]
        if not names or (screen.title.text and not screen.title.ours):
            return 0
        text = " › ".join(name.text for name in names)
        self.write(Caption(text, names[-1].language), 2, 8, WIDTH - 4, quiet=True, size=SMALL)
        return 18


def parts(screen: Screen, *kinds: str) -> list[Control]:
    """Return the controls of some kinds."""
    return [control for control in screen.controls if control.kind in kinds]


def label_of(control: Control) -> Caption:
    """Return a row's label; our words are not quiet where they are what to press."""
    return replace(control.label, ours=False) if control.marked else control.label


def content_of(control: Control) -> Caption:
    """Return what stands in a field."""
    return Caption(DOTS) if control.kind == "secret" else control.value
