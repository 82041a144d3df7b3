"""``POST /api/v1/diagnoses``: facts in, plan out.  ``…/readings``: a pasted error in, facts out."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from ..diagnosis import read_facts
from ..knowledge import knowledge
from ..reading import TooLong, read
from ..web.clock import today
from ..web.links import fill_in
from ..web.messages import PROBLEMS
from ..web.pastes import take_paste
from ..web.site import Site, known_facts, visitor_site
from .answer import plan_object
from .reading import reading_object

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/diagnoses")
def diagnoses() -> Response:
    """Answer facts with a plan, or with 422 and a message for each wrong value."""
    site = visitor_site()
    given = _read_body()
    if not isinstance(given, dict):
        return _refuse({"request": PROBLEMS["not-an-object"]}, site)
    facts, wrong = read_facts(given, frozenset(knowledge().remedies))
    if wrong:
        return _refuse({key: PROBLEMS[code] for key, code in wrong.items()}, site)
    return _json(plan_object(fill_in(facts, known_facts()), site, today()), 200, site)


@api.post("/readings")
def readings() -> Response:
    """Answer a pasted text with what it says, or with 422 and what is wrong with the request."""
    site = visitor_site()
    take_paste(request)
    given = _read_body()
    if not isinstance(given, dict):
        return _refuse({"request": PROBLEMS["no-object-with-text"]}, site)
    text = given.get("text")
    if text is not None and not isinstance(text, str):
        return _refuse({"text": PROBLEMS["not-a-text"]}, site)
    if not text or not text.strip():
        return _refuse({"text": PROBLEMS["no-text"]}, site)
    try:
        reading = read(text)
    except TooLong:
        return _refuse({"text": PROBLEMS["too-much-text"]}, site)
    return _json(reading_object(reading, site), 200, site)


def _read_body() -> Any:
    """Return the JSON value of the body, None when it is none."""
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):  # broken text or UTF-8; brackets nested without end
        return None


def _refuse(errors: dict[str, str], site: Site) -> Response:
    told = {key: site.language.gettext(text) for key, text in errors.items()}
    return _json({"errors": told}, 422, site)


def _json(value: Any, status: int, site: Site) -> Response:
    # A text may hold halves of letters, which no coding takes.
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(body, status, mimetype="application/json")
    response.headers["Content-Language"] = site.language.code
    return response
