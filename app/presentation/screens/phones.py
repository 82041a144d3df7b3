"""Pages of an app on a phone: iOS and Android."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...diagnosis.guide import Control, Screen
from .pen import BOLD, CHECKS, SMALL, WIDTH, Pen, content_of, label_of, measure, parts

ROW: Final = 28
"""The height of a row on iOS."""
FIELD, SWITCH = 37, 30
"""Heights on Android: of a label above its value, and of a switch or box."""


def draw_ios(pen: Pen, screen: Screen) -> int:
    """Draw a page of iOS: its bar, and rows in an inset group; return how high it is."""
    last = screen.controls[-1]
    body = Pen()
    y = 44
    if last.kind == "press":
        y = _group(body, (None, None), y)
    elif last.kind == "row":
        y = _group(body, (None, last, None), y)
    elif last.kind == "button":
        y = _group(body, (None, None), y) + 10
        body.mark(last, 12, y, WIDTH - 24, ROW)
        body.write(last.label, WIDTH / 2, y + ROW / 2, WIDTH - 60, "middle")
        y += ROW
    else:
        y = _group(body, _with_another(screen.controls), y)
    pen.box(1, 1, WIDTH - 2, y + 9, 18, "p")
    _ios_bar(pen, screen)
    pen.add(body)
    return y + 11


def _with_another(controls: tuple[Control, ...]) -> Sequence[Control | None]:
    """Return fields, and a field that nobody knows below one that would stand alone."""
    return (*controls, None) if len(controls) == 1 else controls


def _turned(pen: Pen, control: Control, right: float, y: float) -> None:
    """Draw a switch, or a box that is ticked or not, at the right of its label."""
    if control.kind == "switch":
        pen.switch(right, y)
    else:
        pen.check(control, right - 14, y)


def _status(pen: Pen, y: float) -> None:
    pen.bar(24, y + 10, 20)
    pen.dots(y + 10)


def _ios_bar(pen: Pen, screen: Screen) -> None:
    """Draw the status line and the bar with the way back, the title and the buttons."""
    _status(pen, 0)
    title, wide = screen.title, 76.0
    if title.text:
        wide = min(measure(title.text) * (1 if title.ours else BOLD), 150)
        pen.write(title, WIDTH / 2, 29, 150, "middle", bold=True)
    else:
        pen.bar((WIDTH - wide) / 2, 29, wide)
    pen.line("M18 23l-6 6 6 6", "q")
    room = (WIDTH - wide) / 2 - 32
    for back in screen.way[-1:]:
        if not back.ours and measure(back.text) <= room:
            pen.write(back, 24, 29, room, quiet=True)
    right = WIDTH - 10.0
    for control in reversed(parts(screen, "press")):
        wide = min(measure(control.label.text) * BOLD + 18, 90)
        pen.box(right - wide, 17, wide, 23, 11, "m")
        pen.write(control.label, right - wide / 2, 29, wide, "middle", bold=True)
        right -= wide + 8


def _group(pen: Pen, rows: Sequence[Control | None], y: int) -> int:
    """Draw rows in an inset group; return where it ends."""
    pen.box(12, y, WIDTH - 24, ROW * len(rows), 9)
    pen.line("".join(f"M26 {y + at * ROW}h282" for at in range(1, len(rows))))
    for control in rows:
        if control:
            _ios_row(pen, control, y)
        else:
            pen.bar(26, y + ROW / 2, 96)
        y += ROW
    return y


def _ios_row(pen: Pen, control: Control, y: int) -> None:
    """Draw a row: a page to open, or a label at the left and its value at the right."""
    middle, right = y + ROW / 2, WIDTH - 24
    pen.mark(control, 12, y, WIDTH - 24, ROW)
    if control.kind in (*CHECKS, "switch"):
        _turned(pen, control, right, middle)
    elif control.kind in ("row", "choose"):
        pen.line(f"M292 {middle - 5:g}l5 5-5 5", "q")
        right -= 12
    content = content_of(control)
    room = 150 if content.text else 210
    pen.write(label_of(control), 26, middle, room)
    taken = min(measure(control.label.text), room)
    pen.write(content, right, middle, right - 36 - taken, "end", quiet=True)


def draw_android(pen: Pen, screen: Screen) -> int:
    """Draw a page of Android: its bar, and a list or fields; return how high the drawing is."""
    top, body = pen.crumb(screen), Pen()
    last = screen.controls[-1]
    y = top + 41
    if last.kind in ("row", "button"):
        body.bar(42, y + 15, 96)
        body.mark(last, 6, y + 30, WIDTH - 12, 30)
        body.write(label_of(last), 42, y + 45, 250)
        body.bar(42, y + 75, 96)
        y += 90
    elif last.kind == "press":
        y = _fields(body, (None,), y) + 6
        right = WIDTH - 14.0
        for control in reversed(screen.controls):
            wide = max(72, min(measure(control.label.text) + 32, 140))
            body.box(right - wide, y, wide, 28, 14, "m")
            body.write(control.label, right - wide / 2, y + 14, wide - 8, "middle")
            right -= wide + 8
        y += 32
    else:
        y = _fields(body, _with_another(screen.controls), y)
    height = y + 5
    pen.box(1, top + 1, WIDTH - 2, height - top - 2, 14)
    _status(pen, top - 1)
    pen.line(f"M16 {top + 27}h13M22 {top + 21}l-6 6 6 6", "q")
    if screen.title.text:
        pen.write(screen.title, 42, top + 27, 250, bold=True)
    else:
        pen.bar(42, top + 27, 90)
    pen.add(body)
    return height


def _fields(pen: Pen, fields: Sequence[Control | None], y: int) -> int:
    """Draw labels above their values, and switches at the right; return where they end."""
    for control in fields:
        if control is None:
            pen.bar(18, y + 10, 70)
            pen.bar(18, y + 25, 110)
            y += FIELD
        elif control.kind in (*CHECKS, "switch"):
            pen.mark(control, 6, y, WIDTH - 12, SWITCH)
            pen.write(control.label, 18, y + SWITCH / 2, 230)
            _turned(pen, control, WIDTH - 18, y + SWITCH / 2)
            y += SWITCH
            continue
        else:
            pen.mark(control, 6, y, WIDTH - 12, FIELD)
            pen.write(control.label, 18, y + 10, 280, quiet=True, size=SMALL)
            pen.write(content_of(control), 18, y + 25, 250)
            if control.kind == "choose":
                pen.arrow(WIDTH - 32, y + 23)
            y += FIELD
        if not (control and control.marked):
            pen.line(f"M18 {y - 1.5:g}h284")
    return y
