"""Windows of a desktop: Windows, macOS, and a neutral one for apps that run on several."""

from __future__ import annotations

from typing import Final

from ...diagnosis.guide import Caption, Control, Screen
from ...knowledge.programs import FORM
from .pen import BOLD, CHECKS, LINE, WIDTH, Pen, content_of, fit, label_of, measure, parts

BAR: Final = 26
"""The height of a title bar."""
COLUMN, SIDE = 146, 104
"""Widths: of the labels of a form, and of a list at the left."""
FIELDS: Final = (*FORM, "secret")
_CORNERS: Final = {"windows": 4, "macos": 9, "desktop": 6}


def draw_window(pen: Pen, screen: Screen) -> int:
    """Draw a window with what the step is about; return how high the drawing is."""
    top, body = pen.crumb(screen), Pen()
    if parts(screen, "press"):
        bottom = _buttons(body, screen, top + BAR)
    elif parts(screen, *FIELDS):
        bottom = _form(body, screen, top + BAR)
    else:
        bottom = _end_of_way(body, screen, top + BAR)
    height = round(bottom)
    radius = _CORNERS[screen.platform]
    pen.box(1, top + 1, WIDTH - 2, height - top - 2, radius, "p")
    pen.box(1, top + BAR, WIDTH - 2, height - top - BAR - 1, radius)
    _title_bar(pen, screen, top + BAR // 2)
    pen.add(body)
    return height


def _title_bar(pen: Pen, screen: Screen, middle: int) -> None:
    x, room, anchor = WIDTH // 2, 210, "middle"
    if screen.platform == "macos":
        for left in (10, 25, 40):
            pen.box(left, middle - 4.5, 9, 9, 4.5)
    elif screen.platform == "windows":
        pen.line(f"M246 {middle + 4}h8M271 {middle - 4}h8v8h-8zM296 {middle - 4}l8 8m0-8l-8 8", "q")
        x, room, anchor = 10, 225, ""
    else:
        pen.line(f"M300 {middle - 4}l8 8m0-8l-8 8", "q")
    if screen.title.text:
        pen.write(screen.title, x, middle, room, anchor, bold=True)
    else:
        pen.bar(x - (40 if anchor else 0), middle, 80)


def _tabs(pen: Pen, screen: Screen, y: float, left: float = 0) -> float:
    """Draw a row of tabs of which one is open or marked, if there is one; return where it ends."""
    for tab in parts(screen, "tab"):
        mac, width = screen.platform == "macos", WIDTH - left
        around = 26 if left else 40
        wide = min(measure(tab.label.text) * BOLD + 20, width - 2 * around - 10)
        x = left + ((width - wide) / 2 - around if mac else 8)
        for place in (x, x + around + wide):
            pen.box(place, y + 8, around, 22, 4 if mac else 0, "p")
            pen.bar(place + 8, y + 19, around - 16)
        if not mac:
            pen.line(f"M{left + 1:g} {y + 30:g}h{width - 2:g}")
        tall = 22 if mac or tab.marked else 23  # an open one covers the line
        pen.box(x + around, y + 8, wide, tall, 4 if mac else 0, "m" if tab.marked else "")
        middle = x + around + wide / 2
        pen.write(tab.label, middle, y + 19, wide - 8, "middle", bold=not tab.marked)
        y += 34
    return y


def _unknown(pen: Pen, lines: int, y: float, left: float = 0) -> float:
    """Draw fields that nobody knows; return where they end."""
    width = WIDTH - left
    for at in range(lines):
        middle = y + 14 + at * 24
        pen.bar(left + 14, middle, width * (0.26 if at % 2 else 0.2))
        pen.box(left + width * 0.47, middle - 9, width * 0.53 - 14, 18)
    return y + lines * 24 + 6


def _buttons(pen: Pen, screen: Screen, y: float) -> float:
    """Draw the buttons at the bottom right of a window."""
    y = _unknown(pen, 2, _tabs(pen, screen, y)) + 4
    right = WIDTH - 14.0
    for control in reversed(parts(screen, "press")):
        width = max(72, min(measure(control.label.text) + 24, 140))
        pen.button(control.label, right - width, y, width, marked=True)
        right -= width + 8
    return y + 34


def _end_of_way(pen: Pen, screen: Screen, y: float) -> float:
    """Draw a list at the left, tabs, a list that opens; where a way ends with these."""
    rows, buttons = parts(screen, "row"), parts(screen, "button")
    if rows and buttons:
        return _list_with_button(pen, screen, rows[-1], buttons[-1], y)
    top, left = y, SIDE if rows else 0
    for row in rows[-1:]:
        _sidebar(pen, row, y + 8)
    y = _tabs(pen, screen, y, left)
    if parts(screen, "list", "menu"):
        y = _menu(pen, screen, y, left)
    else:
        y = _unknown(pen, 2 if parts(screen, "tab", "button") else 3, y, left)
    for button in buttons:
        wide = min(measure(button.label.text) + 32, WIDTH - left - 28)
        pen.button(button.label, left + 14, y, wide, button.marked)
        y += 32
    if rows:
        y = max(y, top + 92)
        pen.line(f"M{left} {top}V{y + 4:g}")
    return y + 4


def _sidebar(pen: Pen, row: Control, y: float) -> None:
    room = SIDE - 22
    lines = len(fit(row.label.text, room))
    tall = 9 + lines * LINE
    pen.bar(14, y + 10, 60)
    pen.box(6, y + 22, SIDE - 12, tall, 4, "m" if row.marked else "p")
    pen.write(label_of(row), 12, y + 22 + tall / 2, room, lines=2)
    for below in range(3 - lines):
        pen.bar(14, y + tall + 34 + below * 16, 70 - below * 22)


def _list_with_button(pen: Pen, screen: Screen, row: Control, last: Control, y: float) -> float:
    """Draw a list with one row chosen, and the button: above it on Windows, else beside it."""
    wide, width, y = min(measure(last.label.text) + 24, 140), WIDTH - 24.0, y + 10
    if screen.platform == "windows":
        pen.button(Caption(), 12, y, 66, marked=False)
        pen.button(last.label, 84, y, wide, marked=True)
        pen.button(Caption(), 90 + wide, y, 66, marked=False)
        y += 32
    else:
        wide = max(wide, 76)
        width -= wide + 8
        for at, label in enumerate((Caption(), last.label, Caption())):
            pen.button(label, WIDTH - 12 - wide, y + at * 30, wide, marked=bool(label.text))
    tall = 9 + len(fit(row.label.text, width - 20)) * LINE
    pen.box(12, y, width, 84)
    pen.bar(22, y + 12, width * 0.5)
    pen.box(12, y + 24, width, tall, 0, "p")
    pen.write(row.label, 22, y + 24 + tall / 2, width - 20, lines=2)
    pen.bar(22, y + tall + 38, width * 0.4)
    return y + 94


def _menu(pen: Pen, screen: Screen, y: float, left: float) -> float:
    """Draw a list that has opened, or a menu without one; return where it ends."""
    x = left + 12.0
    for control in parts(screen, "list"):
        pen.mark(control, left + 6, y + 2, WIDTH - left - 12, 28)
        pen.write(control.label, x, y + 16, 72)
        box = x + min(measure(control.label.text), 72) + 8
        pen.box(box, y + 6, WIDTH - 12 - box, 20, 4)
        pen.bar(box + 8, y + 16, 44)
        pen.arrow(WIDTH - 28, y + 16)
        x, y = box, y + 26
    for entry in parts(screen, "menu"):
        wide = max(120, min(measure(entry.label.text) + 16, WIDTH - left - 16))
        x = min(x, WIDTH - 8 - wide)
        pen.box(x, y, wide, 50, 4)
        pen.bar(x + 10, y + 12, 70)
        pen.box(x, y + 22, wide, 28, 4, "m")
        pen.write(entry.label, x + 8, y + 36, wide - 10)
        y += 52
    return y


def _form(pen: Pen, screen: Screen, y: float) -> float:
    """Draw fields with their labels at the left."""
    y = _tabs(pen, screen, y) + 6
    mac, fields = screen.platform == "macos", parts(screen, *FIELDS)
    inset = 34 if mac else 14
    for control in fields:
        check, switch = control.kind in CHECKS, control.kind == "switch"
        room = WIDTH - 46 - inset if check or switch else COLUMN - 22
        tall = 9 + len(fit(control.label.text, room, 3)) * LINE
        middle = y + tall / 2
        pen.mark(control, 6, y, WIDTH - 12, tall)
        if check:
            pen.check(control, inset, middle)
            pen.write(control.label, inset + 22, middle, room, lines=3)
        elif switch:
            pen.write(control.label, 14, middle, room, lines=3)
            pen.switch(WIDTH - 14, middle)
        else:
            x, anchor = (COLUMN - 4, "end") if mac else (14, "")
            pen.write(control.label, x, middle, room, anchor, lines=3)
            width, listed = WIDTH - COLUMN - 18, control.kind == "choose"
            pen.box(COLUMN + 4, middle - 10, width, 20)
            pen.write(content_of(control), COLUMN + 10, middle, width - (26 if listed else 12))
            if listed:
                pen.arrow(COLUMN + width - 11, middle)
        y += tall + 2
    if len(fields) == 1:
        y = _unknown(pen, 1, y - 2) - 4
    return y + 5
