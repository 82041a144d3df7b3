"""The pages that a spot of the wizard can show: a question, a plan, the happy end."""

from __future__ import annotations

from typing import Any

from flask import Response

from ..diagnosis import make_plan, next_step
from ..knowledge import knowledge
from ..web.languages import Language
from ..web.links import Spot, check_url, extend, start_url
from ..web.pages import page
from .questions import answers_so_far, shown_question
from .route import draw_route, through


def start_page(language: Language, spot: Spot) -> Response:
    """Show the start page."""
    values = {
        "next": next_step(spot.facts),
        "route": draw_route(spot.facts, language.gettext),
        **_links(language.code, spot, "start"),
    }
    return page(language, "start.html", values)


def question_page(
    language: Language,
    spot: Spot,
    fact: str,
    error: str | None = None,
    at_most: int | None = None,
    **more: Any,
) -> Response:
    """Show one question; with an error message it is answered as unprocessable."""
    facts = spot.facts
    kept = [(key, value) for key, value in facts.pairs if key != fact]
    current = getattr(facts, fact)
    values = {
        "question": shown_question(language.code, fact),
        "current": None if current is None else str(current),
        "changing": spot.change == fact,
        "kept": kept,
        "error": language.gettext(error) if error else None,
        "at_most": at_most,
        "typed": None,
        "guess": None,
        "route": draw_route(facts, language.gettext),
        "answers": list(answers_so_far(language.code, facts)),
        **_links(language.code, spot, "check"),
        **more,
    }
    return page(language, "question.html", values, 422 if error else 200)


def plan_page(language: Language, spot: Spot) -> Response:
    """Show what happened and what to do."""
    plan = make_plan(spot.facts, language.gettext)
    values = {
        "plan": plan,
        "route": draw_route(spot.facts, language.gettext, plan.diagnosis),
        "answers": list(answers_so_far(language.code, spot.facts)),
        **_links(language.code, spot, "check"),
    }
    return page(language, "plan.html", values)


def worked_page(language: Language, spot: Spot) -> Response:
    """Show that the mail gets through now."""
    remedy = knowledge().remedies[spot.worked or ""]
    values = {
        "remedy": language.gettext(remedy.title),
        "worked": language.gettext(remedy.worked) if remedy.worked else None,
        "route": through(spot.facts, language.gettext),
        **_links(language.code, spot, "check"),
    }
    return page(language, "worked.html", values)


def _links(language: str, spot: Spot, where: str) -> dict[str, Any]:
    """Return what every page needs to link to itself in other languages and to its parts."""
    here = start_url(language, spot.facts) if where == "start" else check_url(language, spot)
    facts_url = check_url(language, Spot(spot.facts))
    return {
        "spot": spot,
        "here": here.removeprefix(f"/{language}/"),
        "change_url": extend(facts_url, "change="),
        "plan_url": extend(facts_url, "plan=now"),
        "check_url": check_url,
        "start_url": start_url,
    }
