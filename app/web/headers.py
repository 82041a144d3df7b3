"""Security headers, and compression by the app itself."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import brotli
from flask import Flask, Response, request

from ..portal import Look
from .assets import scripts, styles
from .mount import look_of

QUALITY = 7
"""Brotli's: 0.4 ms for our largest page; 9 would save 4 bytes and take twenty times as long."""
Header = tuple[str, str]
POLICY = "Content-Security-Policy"
NOBODY = "'none'"
_NEVER = re.compile(r"q=0(\.0*)?")
WINDOW = 16
"""Brotli's, in bits: no page is longer, and a smaller one is faster."""
HEAVY, BEST = 6_000, 11
"""Above so many bytes a page that is kept would miss its budget: the best saves 6%, for 25 ms."""
LONG, QUICK = 40_000, 5
"""What is longer, in bytes, is the desk's screen, and somebody waits for it: 1.5 ms, 2% more."""
SMALLEST = 500
"""Shorter answers, in bytes, are not worth compressing: they fit one packet anyway."""


def install(app: Flask, hsts: str = "") -> None:
    """Send every answer with the headers, compressed when the client takes it.

    :param hsts: what Strict-Transport-Security says (RFC 6797), if browsers come by https at all
    """
    inner = app.wsgi_app
    by_tls = app.extensions["public_url"].startswith("https://")
    safely = [("Strict-Transport-Security", f"max-age={hsts}")] if hsts and by_tls else []

    @lru_cache(maxsize=256)
    def headers_for(look: Look | None) -> tuple[Header, list[Header]]:
        origins = look.portal.origins if look else ()
        return (POLICY, _policy(look, f"frame-ancestors {' '.join(origins) or NOBODY}")), [
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Vary", "Accept-Encoding"),
            *safely,
        ]

    # In WSGI rather than in Flask: one extension of a list instead of four changes of a mapping.
    def with_headers(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            policy, always = headers_for(look_of(environ))
            if not any(name == POLICY for name, _ in headers):  # a page may bring its own
                headers.append(policy)
            headers.extend(always)
            return start(status, headers, exc_info)

        return inner(environ, begin)

    app.wsgi_app = with_headers  # type: ignore[assignment]
    app.after_request(_finish)


@lru_cache(maxsize=256)
def desk_policy(look: Look | None) -> str:
    """Return the policy of pages for agents: their script asks this server, and nobody frames them.

    A site that embeds the wizard has no business around what an agent is signed in to.
    """
    return _policy(look, "connect-src 'self'", f"frame-ancestors {NOBODY}")


def _policy(look: Look | None, *more: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(style.csp for style in styles(look).values())}",
            f"script-src {' '.join(script.csp for script in scripts().values())}",
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            *more,
        )
    )


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    coding = choose_coding(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
    if coding and not response.direct_passthrough:
        body = response.get_data()
        if len(body) >= SMALLEST:
            kept = "public" in headers["Cache-Control"]
            response.set_data(_compress(body, coding, kept))
            headers["Content-Encoding"] = coding
    return response


@lru_cache(maxsize=256)
def choose_coding(header: str) -> str:
    """Return ``br``, ``gzip`` or nothing for an Accept-Encoding header (RFC 9110 12.5.3)."""
    accepted = set()
    for part in header[:200].lower().split(","):
        name, _, weight = part.partition(";")
        if not _NEVER.fullmatch(weight.strip()):
            accepted.add(name.strip())
    return next((coding for coding in ("br", "gzip") if coding in accepted), "")


def _compress(body: bytes, coding: str, kept: bool) -> bytes:
    if coding == "br":
        packed = _brotli(body, QUALITY if len(body) <= LONG else QUICK)
        return _brotli(body, BEST) if kept and len(packed) > HEAVY else packed
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes, quality: int) -> bytes:
    packed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality, lgwin=WINDOW)
    return packed
