"""Rate limit of the API, by address."""

from __future__ import annotations

from flask import Response, g, request

from ..http.rate_limits import Allowance
from ..http.security_log import record
from ..services import services
from ..web.problems import KINDS, refuse
from ..web.rate_keys import rate_keys
from ..web.site import visitor_site

NAME = "too-many-requests"


def count() -> Response | None:
    """Count the request, and refuse it beyond its address's limit."""
    rate = services().rates.api
    # A CORS preflight is not counted.
    if rate is None or request.method == "OPTIONS" or request.endpoint in FREE:
        return None
    g.allowance = allowance = rate.take(rate_keys())
    if allowance.allowed:
        return None
    site = visitor_site()
    if allowance.is_first_refusal:
        record("limit-hit", limit="api", portal=site.portal_id)
    message = site.language.gettext(KINDS[NAME].message).format(
        seconds=allowance.wait, limit=allowance.limit, window=allowance.window
    )
    response = refuse(site, NAME, {"request": message})
    response.headers["Retry-After"] = str(allowance.wait)
    return response


def tell(response: Response) -> Response:
    """Add the headers of the limit (draft-ietf-httpapi-ratelimit-headers-10)."""
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        policy = f'"address";q={allowance.limit};w={allowance.window}'
        left = f'"address";r={allowance.remaining};t={allowance.wait}'
        response.headers["RateLimit-Policy"] = policy
        response.headers["RateLimit"] = left
    return response


FREE = frozenset({"api.description"})
"""What is the same for everybody and kept by caches, which must not keep one visitor's count."""
