"""Read a picture on standard input and write its text; run by ``pictures.py`` as a program.

A picture comes from anybody.  So this process limits itself before it looks at it: memory, time,
and no byte may be written to a file.
"""

import resource
import subprocess
import sys
from io import BytesIO

from PIL import Image, ImageOps, ImageStat

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space."""
SECONDS = 10
"""Seconds of processor time, of this process and of Tesseract each."""
MOST_PIXELS = 50_000_000
LARGE = 8_000_000
"""Pixels that a photo is reduced to; a long screenshot stays as wide as it is legible."""
TOO_LARGE, BROKEN = 3, 4
"""Exit statuses, known to ``pictures.py``."""
SMALL_SIDE = 1400
"""Pixels below which a screenshot is enlarged: its letters are too small for Tesseract."""
DARK = 110
"""Mean brightness, of 255, below which letters are taken to be light."""


def main(languages: str, *options: str) -> int:
    """Write the text of the picture on standard input."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        prepared = prepare(sys.stdin.buffer.read())
    except (OSError, SyntaxError, ValueError, MemoryError):  # Pillow's, for what it cannot decode
        return BROKEN
    command = ["tesseract", "stdin", "stdout", "-l", languages, *options]
    return subprocess.run(command, input=prepared, stderr=subprocess.DEVNULL).returncode


def prepare(picture: bytes) -> bytes:
    """Return a picture in grey, upright, dark on light, its letters neither tiny nor huge."""
    with Image.open(BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise SystemExit(TOO_LARGE)
        side = int(LARGE**0.5)
        opened.draft("L", (side, side))  # a JPEG is decoded smaller at once
        grey = _on_white(ImageOps.exif_transpose(opened)).convert("L")
    longest = max(grey.size)
    factor = 2.0 if longest < SMALL_SIDE else min(1.0, (LARGE / (grey.width * grey.height)) ** 0.5)
    if factor != 1:
        size = max(1, round(grey.width * factor)), max(1, round(grey.height * factor))
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    if ImageStat.Stat(grey).mean[0] < DARK:
        grey = ImageOps.invert(grey)
    out = BytesIO()
    grey.save(out, "PPM")
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture with white where it is transparent."""
    if not picture.has_transparency_data:
        return picture
    coloured = picture.convert("RGBA")
    paper = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(paper, coloured)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
