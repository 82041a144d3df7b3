"""The wizard: a GET shows what its query string says, a POST takes typed text and redirects."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from ..diagnosis import next_step
from ..knowledge import knowledge
from ..web.counting import mark
from ..web.links import Spot
from ..web.messages import PROBLEMS
from ..web.site import Site, find_site, visitor_site
from .forms import typed_form
from .query import found_line, read_query, typed_in_url
from .questions import typed_facts, without_stale
from .screens import picture_page, plan_page, question_page, start_page, worked_page
from .seen import seen_answer

wizard = Blueprint("wizard", __name__)


@wizard.get("/")
def door() -> Response:
    """Lead to the start page in the visitor's language, with the facts of the link."""
    response = redirect(visitor_site().start(read_query()[0].facts), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@wizard.get("/<language:lang>")
def without_slash(lang: str) -> Response:
    """Lead to the start page, as a link without its closing slash means.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    return redirect(site.start(read_query()[0].facts), 302)


@wizard.get("/<language:lang>/")
def start(lang: str) -> Response:
    """Show the start page.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    spot, _ = read_query()
    if typed_in_url(spot.facts):
        return redirect(site.start(spot.facts), 302)
    if found := found_line(site, spot):
        return redirect(site.start(found.facts), 302)
    return start_page(site, spot)


@wizard.get("/<language:lang>/check")
def check(lang: str) -> Response:
    """Show the next question, or the plan.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    spot, wrong = read_query()
    if typed_in_url(spot.facts):
        return redirect(site.check(spot), 302)
    if wrong:
        fact = next(iter(wrong))
        return question_page(site, spot, fact, PROBLEMS[wrong[fact]])
    asked = request.args.get("asked", "")
    if asked in knowledge().questions:
        if getattr(spot.facts, asked) is None:
            return question_page(site, spot, asked, PROBLEMS["missing-choice"])
        was = request.args.get("was")
        if was is not None:  # an answer was changed: go to the canonical URL without what is stale
            changed = was != str(getattr(spot.facts, asked))
            facts = without_stale(spot.facts, asked) if changed else spot.facts
            response = redirect(site.check(Spot(facts)), 302)
            if not was:  # the question came up out of turn, and had no answer yet
                mark(response, ("answered", asked))
            return response
    if spot.change != "connection" and (found := found_line(site, spot)):
        response = redirect(site.check(found), 302)
    else:
        response = _page_of(site, spot)
    mark(response, *seen_answer(spot.facts, asked))
    return response


def _page_of(site: Site, spot: Spot) -> Response:
    """Show what stands at a spot of the wizard."""
    if spot.change:
        return question_page(site, spot, spot.change)
    if spot.worked:
        return worked_page(site, spot)
    step = next_step(spot.facts)
    if step.fact is None or spot.plan:
        return plan_page(site, spot)
    return question_page(site, spot, step.fact, at_most=step.at_most)


@wizard.get("/<language:lang>/step.svg")
def step_picture(lang: str) -> Response:
    """Draw the screen of one step: ``way`` names the remedy, ``step`` counts from 1.

    :raise 404: there is no such language, remedy or step, or it happens on no screen
    """
    site = find_site(lang)
    spot, _ = read_query()
    number = request.args.get("step", "")
    return picture_page(site, spot, int(number) if number.isdecimal() else 0)


@wizard.post("/<language:lang>/check")
def answer(lang: str) -> Response:
    """Take typed answers, keep only domains, and lead on.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    spot, _ = read_query()
    asked = [fact for fact in typed_facts() if fact in request.form]
    if not asked:
        return redirect(site.check(spot.at(change=None)), 303)
    form = typed_form(request.form, asked, keep="keep" in request.form)
    if form.validate():
        facts = spot.facts
        for field in form:
            if getattr(facts, field.name) not in (None, field.canonical):
                facts = without_stale(facts, field.name)
            facts = facts.but(**{field.name: field.canonical})
        response = redirect(site.check(Spot(facts)), 303)
        # An answer given anew has been counted.
        new = (field.name for field in form if getattr(spot.facts, field.name) is None)
        mark(response, *(("answered", fact) for fact in new))
        return response
    fact, codes = next(iter(form.errors.items()))
    more: dict[str, Any] = {"typed": form[fact].data[:400]}
    if codes[0] == "telex":
        more["guess"] = form[fact].guess
    return question_page(site, spot.at(change=fact), fact, PROBLEMS[codes[0]], **more)
