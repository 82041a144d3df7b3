"""Forms that a page of another site sends, without a click, to have this one show its text."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from .mount import look_of

PROGRAMS = "/api/"
"""Where requests from anywhere are read: what is answered there is no page."""


def install(app: Flask) -> None:
    """Lead such a request on to the same address, as a link of that site would."""

    @app.before_request
    def lead_on() -> Response | None:
        if request.method != "POST" or not _is_foreign() or request.endpoint is None:
            return None
        query = request.query_string.decode("latin-1")
        path = quote(f"{request.script_root}{request.path}", safe="/;=")
        return redirect(f"{path}?{query}" if query else path, 303)


def _is_foreign() -> bool:
    """Tell whether a page sent it that neither is ours nor may embed ours.

    Browsers say so since 2023 (W3C, Fetch Metadata Request Headers, section 2.3); Origin would not
    tell, for it is ``null`` from our own pages, which send no referrer.
    """
    if request.headers.get("Sec-Fetch-Site") != "cross-site" or request.path.startswith(PROGRAMS):
        return False
    look = look_of(request.environ)
    return look is None or request.headers.get("Origin") not in look.portal.origins
