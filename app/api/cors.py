"""Which sites' scripts may use the API in a browser: those that the portal lists (Fetch, CORS)."""

from __future__ import annotations

from flask import Flask, Response, request

from ..http.portal_prefix import theme_of
from ..services import services

SEEN = "Retry-After, RateLimit, RateLimit-Policy"
"""Headers that such a script may read."""
HOURS_24 = "86400"
"""Seconds that a browser may remember what a site is allowed."""


def install(app: Flask) -> None:
    """Answer browsers of listed sites below ``/api/``; nobody is ever sent anybody's cookies.

    Under a portal's root its own sites count, outside of all portals those of any portal.
    """

    @app.after_request
    def allow(response: Response) -> Response:
        environ = request.environ
        if not environ["PATH_INFO"].startswith("/api/"):  # every page comes by here
            return response
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin", "")
        theme = theme_of(environ)
        portals = (theme.portal,) if theme else services().portals.all()
        if origin and any(origin in portal.origins for portal in portals):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = SEEN
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = "GET, POST"
                response.headers["Access-Control-Allow-Headers"] = "Content-Type"
                response.headers["Access-Control-Max-Age"] = HOURS_24
        return response
