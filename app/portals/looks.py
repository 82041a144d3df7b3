"""A portal's looks: its colours, checked for contrast in light and dark, and its logo.

Colours are changed where unreadable; why they are not refused: docs/decisions/portal-colours.md.
Contrast and luminance: WCAG 2.2, "contrast ratio" and "relative luminance"; success criterion
1.4.3 asks for 4.5 to 1.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PALETTE = Path(__file__).parent.parent.parent / "static" / "shared" / "palette.css"
LEAST = 4.55
"""A little more than asked for: colours are rounded to whole steps."""
GROUND = 8.0
"""Contrast that the strongest ink has on a ground, so that colours on it can still differ."""
BLACK, WHITE = "#000000", "#ffffff"
GROUNDS = ("paper", "card")
WORDS = ("accent", "ink", "soft", "stop", "doubt")
"""What is written in, the accent first: the tint that it makes is a ground for ink."""

LARGEST = 20_000
"""Bytes of a logo: it comes over a weak line too."""
KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
HEIGHT = 32
"""Pixels that it is shown high."""
_LINEAR = tuple(
    part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    for part in (step / 255 for step in range(256))
)
"""What each value of a channel adds to the luminance, as a share of its full light."""
_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBER, _BETWEEN = rb"([-\d.]+)", rb"[\s,]+"
_VIEW = re.compile(rb"<svg\b[^>]*\sviewBox=[\"']" + _BETWEEN.join([_NUMBER] * 4) + rb"[\"']")

Scheme = Mapping[str, str]
"""Names of colours, as in palette.css, to ``#rrggbb``."""


@dataclass(frozen=True)
class Palette:
    """The colours of both schemes; ``adjusted``: (scheme, name, reason) of each changed one."""

    light: Scheme
    dark: Scheme
    adjusted: tuple[tuple[str, str, str], ...]

    @property
    def css(self) -> str:
        """The style sheet of these colours, in place of palette.css."""
        by_day, by_night = (
            ";".join(f"--{name}:{_short(colour)}" for name, colour in scheme.items())
            for scheme in (self.light, self.dark)
        )
        return (
            f":root{{color-scheme:light dark;{by_day}}}"
            f"@media (prefers-color-scheme:dark){{:root{{{by_night}}}}}"
        )


def make_palette(light: Scheme, dark: Scheme) -> Palette:
    """Return our palette with other colours, each readable on every ground it stands on."""
    our_light, our_dark = defaults()
    day, day_changes = _adjust(our_light, light, BLACK)
    night, night_changes = _adjust(our_dark, dark, WHITE)
    adjusted = [("light", *why) for why in day_changes] + [("dark", *why) for why in night_changes]
    return Palette(day, night, tuple(adjusted))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    return _ratio(_luminance(one), _luminance(other))


@cache
def defaults() -> tuple[Scheme, Scheme]:
    """Return our own colours by day and by night, as palette.css has them."""
    by_day, by_night = PALETTE.read_text("utf-8").split("@media")
    light, dark = (
        {name: _long(value) for name, value in re.findall(r"--(\w+): (#[0-9a-f]+)", css)}
        for css in (by_day, by_night)
    )
    return light, dark


def _adjust(ours: Scheme, wanted: Scheme, ink: str) -> tuple[Scheme, list[tuple[str, str]]]:
    """Return one scheme made readable, and why colours are not those that were asked for."""
    reasons: list[tuple[str, str]] = []
    scheme = dict(ours) | {name: colour.lower() for name, colour in wanted.items()}
    for name in GROUNDS:
        if contrast(ink, scheme[name]) < GROUND:
            reasons.append(
                (name, f"{scheme[name]} cannot carry readable text; the default is used")
            )
            scheme[name] = ours[name]
    if scheme == ours:  # nothing to check: a test holds that ours are readable
        return scheme, reasons
    grounds = [scheme[name] for name in GROUNDS]
    lights = [_luminance(ground) for ground in grounds]
    for name in WORDS:
        before = scheme[name]
        tinted = name in ("ink", "accent")
        for step in range(101):
            colour = _mix(before, ink, step / 100)
            light = _luminance(colour)
            if all(_ratio(light, ground) >= LEAST for ground in lights):
                accent = colour if name == "accent" else scheme["accent"]
                if not tinted or contrast(colour, _tint(scheme["card"], accent)) >= LEAST:
                    break
        scheme[name] = colour
        if name in wanted and colour != before:
            ground = min(grounds, key=lambda ground: contrast(before, ground))
            ratio = f"{contrast(before, ground):.2f} on {ground}"
            reasons.append((name, f"{before} has a contrast of {ratio}, not 4.5: {colour} is used"))
    scheme["tint"] = _tint(scheme["card"], scheme["accent"])
    scheme["on"] = max(WHITE, BLACK, key=lambda on: contrast(on, scheme["accent"]))
    scheme["line"] = _mix(scheme["paper"], scheme["ink"], 0.18)
    return scheme, reasons


def _tint(card: str, accent: str) -> str:
    return _mix(card, accent, 0.1)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return f"#{bytes(round(a + (b - a) * share) for a, b in pairs).hex()}"


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = bytes.fromhex(colour[1:])
    return 0.2126 * _LINEAR[red] + 0.7152 * _LINEAR[green] + 0.0722 * _LINEAR[blue]


def _short(colour: str) -> str:
    return f"#{colour[1::2]}" if colour[1::2] == colour[2::2] else colour


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * letter for letter in colour[1:])


class BadLogo(ValueError):
    """A file that cannot be used; the message says why."""


@dataclass(frozen=True)
class Logo:
    """A small picture on every page of the portal; ``name`` changes with the content.

    ``width`` is how wide it is shown at its height.
    """

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
            raise BadLogo("is not a PNG file, although its name says so")
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
