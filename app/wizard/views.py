"""The wizard: a GET shows what its query string says, a POST takes typed text and redirects.

A pasted error is read and answered at once, and nothing of it is kept.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from ..diagnosis import Facts
from ..files import PICTURE, UNREADABLE, Unreadable, document_text, kind_of
from ..http.event_counting import record_event
from ..i18n.messages import PROBLEMS
from ..knowledge import knowledge
from ..presentation import paste_input
from ..presentation.lookup import may_look_up
from ..presentation.questions import typed_facts, typed_form, without_outdated
from ..presentation.wizard_query import canonical_state, detected, has_uncanonical_names, read_query
from ..reading import TooLong, read
from ..services import services
from ..web.links import WizardState
from ..web.site import Site, count_visit, visitor_site
from . import screens
from .finding import find_page

wizard = Blueprint("wizard", __name__)


@wizard.get("/")
def redirect_to_language() -> Response:
    """Lead to the start page in the visitor's language, with the facts of the link."""
    response = redirect(visitor_site().start(read_query()[0].facts), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@wizard.get("/<language:site>")
def lead_to_the_start(site: Site) -> Response:
    """Lead to the start page: the closing slash is missing."""
    return redirect(site.start(read_query()[0].facts), 302)


@wizard.get("/<language:site>/read")
def show_again(site: Site) -> Response:
    """Show again what a paste said, without its words, which are kept nowhere.

    Back leads here, and the other language.
    """
    facts = read_query()[0].facts
    reading = paste_input.recall(facts)
    if reading is None:
        return redirect(site.start(facts), 302)
    if has_uncanonical_names(facts):
        return redirect(site.read(facts), 302)
    return screens.understood_page(site, facts, "", reading)


@wizard.get("/<language:site>/")
def start(site: Site) -> Response:
    """Show the start page."""
    state, _ = read_query()
    if has_uncanonical_names(state.facts):
        return redirect(site.start(state.facts), 302)
    if site.portal and (known := detected(site, state)):
        return redirect(site.start(known.facts), 302)
    return screens.start_page(site, state)


@wizard.get("/<language:site>/check")
def check(site: Site) -> Response:
    """Show the next question, or the plan."""
    state, wrong = read_query()
    if has_uncanonical_names(state.facts):
        return redirect(site.check(state), 302)
    if wrong:
        fact = next(iter(wrong))
        return screens.question_page(site, state, fact, PROBLEMS[wrong[fact]])
    asked = request.args.get("asked", "")
    if asked in knowledge().questions:
        if getattr(state.facts, asked) is None:
            return screens.question_page(site, state, asked, PROBLEMS["missing-choice"])
        was = request.args.get("was")
        if was is not None:  # an answer was changed: go to the canonical URL without what is stale
            changed = was != str(getattr(state.facts, asked))
            facts = without_outdated(state.facts, asked) if changed else state.facts
            response = redirect(site.check(state.at(facts=facts, change=None)), 302)
            if not was:  # the question came up out of turn, and had no answer yet
                record_event(response, ("answered", asked))
            return response
    if state.change != "connection" and (known := detected(site, state)):
        response = redirect(site.check(known), 302)
    elif not state.change and may_look_up(state.situation):
        response = redirect(site.find(state), 302)
    elif state.worked and not state.change:
        response = screens.worked_page(site, state)
    elif question := state.change or state.asked:
        response = screens.question_page(site, state, question)
    else:
        response = screens.plan_page(site, state)
    if asked in knowledge().questions:
        record_event(response, ("answered", asked))
    failed = request.args.get("failed")
    if failed in state.facts.tried:
        record_event(response, ("not-worked", failed))
    return response


@wizard.get("/<language:site>/find")
def find(site: Site) -> Response:
    """Look up the settings that the account's domain publishes, and lead on to the plan."""
    return find_page(site, canonical_state(site.find))


@wizard.get("/<language:site>/test")
def connection_test(site: Site) -> Response:
    """Show a command that tests the connection from where the person is."""
    return screens.test_page(site, canonical_state(site.connection_test))


@wizard.get("/<language:site>/step.svg")
def step_picture(site: Site) -> Response:
    """Draw the screen of one step: ``way`` names the remedy, ``step`` counts from 1.

    :raise 404: there is no such remedy or step, or it happens on no screen
    """
    state, _ = read_query()
    number = request.args.get("step", "")
    return screens.picture_page(site, state, int(number) if number.isdecimal() else 0)


@wizard.post("/<language:site>/check")
def answer(site: Site) -> Response:
    """Take typed answers, keep only domains, and lead on."""
    state, _ = read_query()
    asked = [fact for fact in typed_facts() if fact in request.form]
    if not asked:
        return redirect(site.check(state.at(change=None)), 303)
    form = typed_form(request.form, asked, keep="keep" in request.form)
    if form.validate():
        facts = state.facts
        for field in form:
            if getattr(facts, field.name) not in (None, field.canonical):
                facts = without_outdated(facts, field.name)
            facts = facts.but(**{field.name: field.canonical})
        response = redirect(site.check(state.at(facts=facts, change=None)), 303)
        # An answer given anew has been counted.
        new = (field.name for field in form if getattr(state.facts, field.name) is None)
        record_event(response, *(("answered", fact) for fact in new))
        return response
    fact, codes = next(iter(form.errors.items()))
    more: dict[str, Any] = {"typed": form[fact].data[:400]}
    if codes[0] == "telex":
        more["guess"] = form[fact].guess
    return screens.question_page(site, state.at(change=fact), fact, PROBLEMS[codes[0]], **more)


@wizard.post("/<language:site>/read")
def take(site: Site) -> Response:
    """Read a paste; show what was understood, or lead on where a program sent it.

    :raise 413: it is larger than any paste
    """
    known = read_query()[0].facts
    paste_input.take_paste(request, paste_input.LARGEST_UPLOAD)
    typed = request.form.get("text", "").replace("\r\n", "\n")
    file = request.files.get("file")
    data = file.read() if file else b""
    kind = kind_of(data)
    if kind == PICTURE:  # another one replaces what was found in the one before
        return _take_picture(site, known, "" if "of_picture" in request.form else typed, data)
    held = "" if kind == UNREADABLE else document_text(data)
    if data and not held:
        return screens.paste_page(site, known, typed, PROBLEMS["unreadable-file"], file=True)
    text = _join(typed, held)
    if not text.strip():
        return screens.paste_page(site, known, text, PROBLEMS["no-text"])
    try:
        reading = read(text)
    except TooLong:
        return screens.paste_page(
            site, known, text[: paste_input.LONGEST_SHOWN], PROBLEMS["too-much-text"]
        )
    response: Response
    if "show" not in request.form:
        response = redirect(site.check(WizardState(paste_input.merge_reading(reading, known))), 303)
    elif paste_input.tries_ports(reading):
        response = screens.tested_page(site, known, reading)
    elif reading.reason == "none":
        # Settings that stand in it are known all the same.
        facts = paste_input.merge_reading(reading, known).but(error=known.error)
        response = screens.paste_page(site, facts, text, reading=reading)
    else:
        response = screens.understood_page(site, known, text, reading)
    record_event(response, ("read", reading.reason))
    return response


def _take_picture(site: Site, known: Facts, typed: str, picture: bytes) -> Response:
    """Show the text of a picture, to be corrected before it is read."""
    pictures = services().pictures
    if pictures is None:
        return screens.paste_page(site, known, typed, PROBLEMS["no-pictures"], file=True)
    if wait := count_visit(site, services().rates.picture, "picture"):
        minutes, problem = ceil(wait / 60), PROBLEMS["too-many-pictures"]
        return screens.paste_page(
            site, known, typed, problem, file=True, status=429, minutes=minutes
        )
    try:
        found = pictures.text_of(picture)
    except Unreadable as fault:
        return screens.paste_page(site, known, typed, PROBLEMS[fault.args[0]], file=True)
    return screens.paste_page(site, known, _join(typed, found), of_picture=True)


def _join(*parts: str) -> str:
    """Return what was typed and what a file holds, its lines ended in one way."""
    return "\n\n".join(part for part in parts if part.strip()).replace("\r\n", "\n")
