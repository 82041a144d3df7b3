"""What every response gets: compression, so that no proxy has to, and security headers."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import brotli
from flask import Flask, Response, request

from ..portals import PortalTheme
from .portal_prefix import theme_of

POLICY: Final = "Content-Security-Policy"
NOBODY: Final = "'none'"

QUICK: Final = {"br": 1, "gzip": 1}
"""Effort for a page that may be asked for again: 50 µs, a third above the smallest."""
ONCE: Final = {"br": 5, "gzip": 6}
"""Effort for what is sent once: 0.2 ms for a page, 1.5 ms for the desk's screen."""
SMALL: Final = {"br": 11, "gzip": 9}
"""Effort for a page that is asked for again: 12 to 25 ms, a twelfth below ``ONCE``."""
WINDOW: Final = 16
"""Brotli's, in bits: no page is longer, and a smaller one is faster."""
SMALLEST: Final = 500
"""Shorter responses, in bytes, fit one packet and are sent as they are."""
_NEVER: Final = re.compile(r"q=0(\.0*)?")


def install(app: Flask, public_url: str = "", hsts: str = "") -> None:
    """Add the headers to every response, and compress it if the client accepts that.

    A page brings a policy of its own; the policy of any other response allows nothing.

    :param hsts: value of Strict-Transport-Security (RFC 6797), sent if ``public_url`` is https
    """
    app.after_request(_compress_response)
    inner = app.wsgi_app
    by_tls = public_url.startswith("https://")
    always = [
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Vary", "Accept-Encoding"),
        *([("Strict-Transport-Security", f"max-age={hsts}")] if hsts and by_tls else []),
    ]

    # In WSGI rather than in Flask: one extension of a list instead of four changes of a mapping.
    def with_headers(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if not any(name == POLICY for name, _ in headers):
                headers.append((POLICY, allow_nothing(theme_of(environ))))
            headers.extend(always)
            return start(status, headers, exc_info)

        return inner(environ, begin)

    app.wsgi_app = with_headers  # type: ignore[assignment]


@lru_cache(maxsize=256)
def allow_nothing(theme: PortalTheme | None) -> str:
    """Return the policy of what is no page: a file, a redirect, JSON."""
    directives = ("default-src 'none'", "base-uri 'none'", "form-action 'none'")
    return "; ".join((*directives, frame_ancestors(theme)))


def frame_ancestors(theme: PortalTheme | None) -> str:
    """Return the directive that lets the portal's sites, outside of all portals nobody, frame it.

    The portal's own page for developers shows a preview.  It is the last one of each policy.
    """
    sources = ("'self'", *theme.portal.origins) if theme else (NOBODY,)
    return f"frame-ancestors {' '.join(sources)}"


@lru_cache(maxsize=256)
def choose_coding(header: str) -> str:
    """Return ``br``, ``gzip`` or nothing for an Accept-Encoding header (RFC 9110 12.5.3)."""
    accepted = set()
    for part in header[:200].lower().split(","):
        name, _, weight = part.partition(";")
        if not _NEVER.fullmatch(weight.strip()):
            accepted.add(name.strip())
    return next((coding for coding in ("br", "gzip") if coding in accepted), "")


def _compress_response(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    coding = choose_coding(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
    if coding and not response.direct_passthrough:
        body = response.get_data()
        if len(body) >= SMALLEST:
            effort = QUICK if "public" in headers["Cache-Control"] else ONCE
            response.set_data(_compress(body, coding, effort))
            headers["Content-Encoding"] = coding
    return response


def compress_well(body: bytes, coding: str) -> bytes:
    """Return a compressed body as small as it gets."""
    unpack: Callable[[bytes], bytes] = brotli.decompress if coding == "br" else gzip.decompress
    return _compress(unpack(body), coding, SMALL)


def _compress(body: bytes, coding: str, effort: Mapping[str, int]) -> bytes:
    if coding != "br":
        return gzip.compress(body, effort[coding], mtime=0)
    packed: bytes = brotli.compress(
        body, mode=brotli.MODE_TEXT, quality=effort[coding], lgwin=WINDOW
    )
    return packed
