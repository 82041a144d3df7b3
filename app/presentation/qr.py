"""A QR code of a link, as SVG."""

from __future__ import annotations

from io import BytesIO

import segno

QUIET = 4
"""Empty modules around the code, which scanners need (ISO/IEC 18004 section 9.1)."""


def draw_qr(link: str) -> str:
    """Return a link's QR code as an SVG document, dark on white whatever the page's colours.

    Long links need large codes: the least correction that is allowed keeps their dots large, and
    segno raises it where that costs no dot.
    """
    out = BytesIO()
    segno.make_qr(link, error="l").save(
        out, kind="svg", border=QUIET, light="#fff", xmldecl=False, omitsize=True, nl=False
    )
    return out.getvalue().decode("utf-8")
