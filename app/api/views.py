"""``POST /api/v1/diagnoses``: facts in, plan out."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from ..diagnosis import read_facts
from ..knowledge import knowledge
from ..web.errors import visitor_language
from ..web.languages import Language
from ..web.messages import PROBLEMS
from .answer import plan_object

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/diagnoses")
def diagnoses() -> Response:
    """Answer facts with a plan, or with 422 and a message for each wrong value."""
    language = visitor_language()
    given = _read_body()
    if not isinstance(given, dict):
        return _refuse({"request": PROBLEMS["not-an-object"]}, language)
    facts, wrong = read_facts(given, frozenset(knowledge().remedies))
    if wrong:
        return _refuse({key: PROBLEMS[code] for key, code in wrong.items()}, language)
    return _json(plan_object(facts, language), 200, language)


def _read_body() -> Any:
    """Return the JSON value of the body, None when it is none."""
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):  # broken text or UTF-8; brackets nested without end
        return None


def _refuse(errors: dict[str, str], language: Language) -> Response:
    told = {key: language.gettext(text) for key, text in errors.items()}
    return _json({"errors": told}, 422, language)


def _json(value: Any, status: int, language: Language) -> Response:
    body = json.dumps(value, ensure_ascii=False)
    response = Response(body, status, mimetype="application/json")
    response.headers["Content-Language"] = language.code
    return response
