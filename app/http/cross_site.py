"""Requests that a page of another site makes its visitor's browser send."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from .portal_prefix import theme_of

PROGRAMS = "/api/"
"""The path below which requests from any site are read: the API returns no page."""
ELSEWHERE = ("cross-site", "same-site")
"""Values of Sec-Fetch-Site for a request that a page of another origin has made."""


def install(app: Flask) -> None:
    """Redirect a form of another site to the same URL, as a link would, without reading it."""

    @app.before_request
    def redirect_foreign_form() -> Response | None:
        if request.method != "POST" or request.path.startswith(PROGRAMS):
            return None
        if not _is_elsewhere() or request.endpoint is None:
            return None
        theme = theme_of(request.environ)
        if theme and request.headers.get("Origin") in theme.portal.origins:  # it may embed ours
            return None
        query = request.query_string.decode("latin-1")
        path = quote(f"{request.script_root}{request.path}", safe="/;=")
        return redirect(f"{path}?{query}" if query else path, 303)


def is_part_of_another() -> bool:
    """Tell whether a page of another site fetches this one as a part of itself, or beforehand.

    So it could send many requests from its visitor's address, which the visitor has to answer for.
    """
    as_page = request.headers.get("Sec-Fetch-Dest") == "document"
    return _is_elsewhere() and (not as_page or "Sec-Purpose" in request.headers)


def _is_elsewhere() -> bool:
    # Browsers say so since 2023 (W3C, Fetch Metadata Request Headers, section 2.3).  Origin would
    # not tell: it is ``null`` from our own pages, which send no referrer.
    # A neighbour below the same domain is another site too: providers host their customers' pages.
    return request.headers.get("Sec-Fetch-Site") in ELSEWHERE
