"""``POST /api/v1/diagnoses``: facts in, plan out.  ``…/readings``: an error in, facts out."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, g, request

from ..diagnosis import Situation, read_facts
from ..http.portal_prefix import theme_of
from ..http.rate_limits import Allowance
from ..http.security_log import record
from ..i18n.languages import DEFAULT, languages
from ..i18n.messages import PROBLEMS
from ..knowledge import knowledge
from ..presentation.json_answers import plan_object, reading_object
from ..presentation.paste_input import take_paste
from ..reading import TooLong, read
from ..services import services
from ..web.errors import KINDS, refuse, reply
from ..web.links import with_defaults
from ..web.pages import FRESH
from ..web.site import Site, known_facts, rate_keys, visitor_site
from .openapi import describe

TOO_MANY: Final = "too-many-requests"
SEEN: Final = "Retry-After, RateLimit, RateLimit-Policy"
"""Headers that a script of another site may read."""
HOURS_24: Final = "86400"
"""Seconds that a browser may remember what a site is allowed."""
api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.before_request
def count_request() -> Response | None:
    """Count the request, and refuse it beyond its address's limit."""
    rate = services().rates.api
    # Neither a CORS preflight nor what caches keep, which must not keep one visitor's count.
    if rate is None or request.method == "OPTIONS" or request.endpoint == "api.description":
        return None
    g.allowance = allowance = rate.take(rate_keys())
    if allowance.allowed:
        return None
    site = visitor_site()
    if allowance.is_first_refusal:
        record("limit-hit", limit="api", portal=site.portal_id)
    message = site.language.gettext(KINDS[TOO_MANY].message).format(
        seconds=allowance.wait, limit=allowance.limit, window=allowance.window
    )
    response = refuse(site, TOO_MANY, {"request": message})
    response.headers["Retry-After"] = str(allowance.wait)
    return response


@api.after_request
def add_rate_headers(response: Response) -> Response:
    """Add the headers of the limit (draft-ietf-httpapi-ratelimit-headers-10)."""
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        headers = response.headers
        headers["RateLimit-Policy"] = f'"address";q={allowance.limit};w={allowance.window}'
        headers["RateLimit"] = f'"address";r={allowance.remaining};t={allowance.wait}'
    return response


@api.after_app_request
def allow_origin(response: Response) -> Response:
    """Let scripts of listed sites use the API in a browser (Fetch, CORS), without cookies.

    Under a portal's root its own sites count, outside of all portals those of any portal.
    """
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


@api.post("/diagnoses")
def diagnoses() -> Response:
    """Answer facts with a plan, or with 422 and a message for each wrong value."""
    site = visitor_site()
    given = _read_body()
    if not isinstance(given, dict):
        return _refuse(site, "no-object", {"request": "not-an-object"})
    facts, wrong = read_facts(given, frozenset(knowledge().remedies), services().holds)
    if wrong:
        return _refuse(site, "bad-facts", wrong)
    situation = Situation(with_defaults(facts, known_facts()))
    return reply(plan_object(situation, site, services().today()), site)


@api.post("/readings")
def readings() -> Response:
    """Answer a pasted text with what it says, or with 422 and what is wrong with the request."""
    site = visitor_site()
    take_paste(request)
    given = _read_body()
    if not isinstance(given, dict):
        return _refuse(site, "no-object", {"request": "no-object-with-text"})
    text = given.get("text")
    if text is not None and not isinstance(text, str):
        return _refuse(site, "bad-text", {"text": "not-a-text"})
    if not text or not text.strip():
        return _refuse(site, "bad-text", {"text": "no-text"})
    try:
        reading = read(text)
    except TooLong:
        return _refuse(site, "bad-text", {"text": "too-much-text"})
    return reply(reading_object(reading, site), site)


@api.get("/openapi.json")
def description() -> Response:
    """Describe the API in the language that the URL names, so that everybody may keep it."""
    code = request.args.get("lang", DEFAULT) if len(request.query_string) < 4000 else DEFAULT
    language = languages().get(code, languages()[DEFAULT])
    response = reply(describe(Site(language, request.script_root)), Site(language))
    response.headers["Cache-Control"] = FRESH
    return response


def _read_body() -> Any:
    """Return the JSON value of the body, None when it is none."""
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):  # broken text or UTF-8; brackets nested without end
        return None


def _refuse(site: Site, name: str, codes: dict[str, str]) -> Response:
    return refuse(
        site, name, {key: site.language.gettext(PROBLEMS[code]) for key, code in codes.items()}
    )
