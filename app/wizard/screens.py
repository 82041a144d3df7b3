"""The pages of the wizard: start, what a paste says, a question, a plan, the happy end.

The events that are counted of them are fixed words only, never what somebody typed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from flask import Response, abort

from ..diagnosis import Facts
from ..diagnosis.domains import display
from ..diagnosis.found import NOTHING_FOUND, SKIPPED, Found
from ..diagnosis.plan import Plan
from ..http.event_counting import Event, record_event
from ..i18n.messages import N_
from ..knowledge import Provider, knowledge
from ..knowledge.variables import UNKNOWN
from ..presentation import questions, reading_rows
from ..presentation.connection_test import test_commands, tested_server
from ..presentation.lookup import found_line, may_look_up
from ..presentation.paste_input import fails_encrypted, merge_reading
from ..presentation.pictures import draw_route, through
from ..presentation.plan import certainty_in_words, make_plan
from ..presentation.screens import draw_screen
from ..reading import Reading
from ..services import services
from ..web.links import WizardState, extend
from ..web.pages import page
from ..web.site import Site

_BRACKETS = re.compile(r"\s*\([^()]*`[^()]*\)")
APPLE = ("iphone", "apple-mail")
"""Programs on devices that install configuration profiles."""
OTHER: Final = "other"
LONGEST_ID: Final = 60
LATER: Final = N_("Fix {n} of {all}")
TESTED: Final = ("no-connection", "tls-failed")
"""Errors of which a test from where the person is can change what is advised."""
COUNTED: Final = ("error", "program", "place")
"""The answers that are counted with a plan, where they were given."""


def start_page(site: Site, state: WizardState) -> Response:
    """Show the start page."""
    values = {
        "left": state.situation.questions_left,
        "pasted": "",
        "about_file": False,
        "pictures": services().pictures is not None,
        "public_url": services().settings.public_url,
        "codes": services().storage is not None,
        **_links(site, state, site.start(state.facts)),
    }
    return page(site, "wizard/start.html", values)


def question_page(
    site: Site,
    state: WizardState,
    fact: str,
    error: str | None = None,
    **more: Any,
) -> Response:
    """Show one question; with an error message it is answered as unprocessable."""
    facts = state.facts
    kept = [(key, value) for key, value in facts.pairs if key != fact]
    current, question = getattr(facts, fact), questions.shown_question(site.language.code, fact)
    values = {
        "question": question,
        "current": None if current is None else question.choice_of(str(current)),
        "changing": state.change == fact,
        "kept": kept,
        "error": site.language.gettext(error) if error else None,
        "in_turn": fact == state.asked and not state.change,
        "done": sum(1 for key, _ in facts.pairs if key in knowledge().questions),
        "back": _back(site, state),
        # Only on the way to the first plan: what is asked after a "No" is another count.
        "left": 0 if facts.tried or state.plan else state.situation.questions_left,
        "typed": None,
        "guess": None,
        "route": draw_route(facts, site.language.gettext),
        "answers": list(questions.answers_so_far(site.language.code, facts)),
        **_links(site, state, site.check(state)),
        **more,
    }
    response = page(site, "wizard/question.html", values, 422 if error else 200)
    if not error and current is None:  # else an answer is being changed
        record_event(response, ("shown", fact))
    return response


def _back(site: Site, state: WizardState) -> str:
    """Return the URL of the fix or the question before, of the plan, or of the start page."""
    if state.change or state.way:
        return site.check(state.at(change=None, way=None))
    if tried := state.facts.tried:
        return site.check(state.at(plan="", facts=state.facts.but(tried=tried[:-1])))
    before = questions.question_before(state.facts)
    return site.check(state.at(change=before)) if before else site.start(state.facts)


def plan_page(site: Site, state: WizardState) -> Response:
    """Show what happened and what to do: the way asked for, or the first not yet tried."""
    plan = make_plan(site, state.situation)
    current, fact = plan.shown(state.way), plan.next.fact
    first = current is plan.current
    asks = fact if first and plan.next.helps else None
    question = questions.shown_question(site.language.code, asks) if asks else None
    number = 1 + plan.remedies.index(current) if current else 1
    later = site.language.gettext(LATER).format(n=number, all=len(plan.remedies))
    values = {
        "plan": plan,
        "current": current,
        "later": later if number > 1 else "",
        "back": _back(site, state),
        "certainty": certainty_in_words(plan) if first and current else "",
        "question": question,
        "kept": state.facts.pairs,
        # An answer that is given on the plan leads to the plan again.
        "again": state.at(plan="now"),
        "ours": site.serves(plan.provider),
        "test_url": site.connection_test(state) if state.facts.error in TESTED else "",
        **_found_values(site, state),
        "drawn": draw_screen,
        "program": questions.program_name(site.language.code, state.facts),
        "products": questions.products(site.language.code, state.facts),
        "profile": state.facts.program in APPLE and plan.provider and plan.provider.has_profile,
        "route": draw_route(state.facts, site.language.gettext, plan.diagnosis),
        "answers": list(questions.answers_so_far(site.language.code, state.facts)),
        **_links(site, state, site.check(state)),
    }
    response = page(site, "wizard/plan.html", values)
    record_event(response, *_plan_events(state, plan, site.language.code))
    return response


def _found_values(site: Site, state: WizardState) -> dict[str, Any]:
    """Return what a plan says about the search for its settings; '' where nobody has searched."""
    found = state.facts.found
    skipped, afresh = found and found.how == SKIPPED, state.at(facts=state.facts.but(found=None))
    without = found and state.at(facts=state.facts.but(found=Found(found.domain, SKIPPED)))
    return {
        "found_line": found_line(found, site.language),
        "not_found": found is not None and found.how == NOTHING_FOUND,
        "without_found": site.check(without) if found and without and found.is_here else "",
        "look_up_url": site.check(afresh) if skipped and may_look_up(afresh.situation) else "",
        "account": display(found.domain) if found else "",
    }


def test_page(site: Site, state: WizardState) -> Response:
    """Show a command that tests the connection from where the person is."""
    server = tested_server(state.situation)
    values = {
        "server": display(server) if server else "",
        "commands": [
            (site.language.gettext(where), command)
            for where, command in (test_commands(server) if server else ())
        ],
        "back": site.check(state),
        **_links(site, state, site.connection_test(state)),
    }
    return page(site, "wizard/test.html", values)


def tested_page(site: Site, known: Facts, reading: Reading) -> Response:
    """Show what a test of the connection found out, port by port."""
    state = WizardState(merge_reading(reading, known), plan="now")
    ports = reading.command.ports if reading.command else ()
    good = [test for test in ports if test.outcome == "works"]
    if good:
        outcome = "good" if len(good) == len(ports) else "one"
    elif fails_encrypted(reading):
        outcome = "encryption"
    else:
        outcome = "broken" if any(test.outcome == "broken" for test in ports) else "none"
    values = {
        "outcome": outcome,
        "port": state.facts.open_port,
        "shown": reading_rows.shown_by(reading, site.language),
        "route": draw_route(state.facts, site.language.gettext),
        **_links(site, state, site.check(state)),
    }
    return page(site, "wizard/tested.html", values, keep=False)


def picture_page(site: Site, state: WizardState, number: int) -> Response:
    """Show the picture of one step of a way.

    :raise 404: the plan has no such way or step, or the step happens on no screen
    """
    remedy = make_plan(site, state.situation).shown(state.way)
    steps = remedy.steps if remedy else ()
    screen = steps[number - 1].screen if 0 < number <= len(steps) else None
    if screen is None:
        abort(404)
    values = {"values": (draw_screen(screen), True)}
    return page(site, "wizard/step-picture.svg", values, mimetype="image/svg+xml")


def worked_page(site: Site, state: WizardState) -> Response:
    """Show that the mail gets through now."""
    remedy, translate = knowledge().remedies[state.worked or ""], site.language.gettext
    values = {
        "cause": make_plan(site, state.situation).summary,
        "remedy": translate(remedy.title),
        "worked": translate(remedy.worked) if remedy.worked else None,
        "route": through(draw_route(state.facts, translate), translate),
        **_links(site, state, site.check(state)),
    }
    response = page(site, "wizard/worked.html", values)
    record_event(response, ("worked", remedy.id))
    return response


def paste_page(
    site: Site,
    known: Facts,
    pasted: str,
    error: str | None = None,
    of_picture: bool = False,
    reading: Reading | None = None,
    file: bool = False,
    status: int = 422,
    **filled: int,
) -> Response:
    """Show the box to paste into: nothing was found in the text, or it could not be read.

    :param of_picture: the text was recognised in a picture, and has not been read yet
    :param file: the error is about the file, not the text; ``filled``: numbers in the message
    :param reading: what a text says that tells of no error
    """
    values = {
        "pasted": reading_rows.printable(pasted),
        "error": site.language.gettext(error).format(**filled) if error else None,
        "about_file": file,
        "of_picture": of_picture,
        "pictures": services().pictures is not None,
        "shown": reading_rows.shown_by(reading, site.language) if reading else (),
        "well": bool(reading and reading.command and reading_rows.went_well(reading.command)),
        "route": draw_route(known, site.language.gettext),
        **_links(site, WizardState(known), site.start(known)),
    }
    return page(site, "wizard/paste.html", values, status if error else 200, keep=False)


def understood_page(site: Site, known: Facts, pasted: str, reading: Reading) -> Response:
    """Show what a paste says, with the words that it rests on marked."""
    state = WizardState(merge_reading(reading, known))
    if reading.reason == UNKNOWN and reading.facts.get("reply_code"):
        return _code_page(site, state, known, reading, keep=not pasted)
    rows, ready = reading_rows.rows_of(reading, known, site.language), state.asked is None
    diagnosis = state.situation.diagnosis if ready else None
    happened = questions.answer_text(site.language.code, "error", reading.reason)
    values = {
        "reading": reading,
        "rows": rows,
        "excerpt": reading_rows.excerpt(pasted, reading, rows),
        "others": reading_rows.others_of(reading, site.language),
        # Plain words for the heading: the server's own stand in brackets, and in the list below.
        "happened": _BRACKETS.sub("", happened),
        "unsure": reading_rows.is_guess(reading),
        "shown": reading_rows.shown_by(reading, site.language),
        "yours": reading.reason in reading_rows.YOURS,
        "left": state.situation.questions_left,
        "route": draw_route(state.facts, site.language.gettext, diagnosis),
        **_links(site, state, site.read(state.facts)),
    }
    return page(site, "wizard/understood.html", values, keep=not pasted)


def _code_page(
    site: Site, state: WizardState, known: Facts, reading: Reading, keep: bool
) -> Response:
    """Show what a reply code may mean that was all that was pasted."""
    values = {
        "code": reading.facts["reply_code"],
        "others": reading_rows.others_of(reading, site.language),
        # Nobody has said what the error is, and no excerpt is there for a number to point at.
        "rows": [
            replace(row, number=0)
            for row in reading_rows.rows_of(reading, known, site.language)
            if row.key != "error"
        ],
        "route": draw_route(state.facts, site.language.gettext),
        **_links(site, state, site.read(state.facts)),
    }
    return page(site, "wizard/code.html", values, keep=keep)


def _links(site: Site, state: WizardState, here: str) -> dict[str, Any]:
    """Return what every page needs to link to itself in other languages and to its parts."""
    facts = WizardState(state.facts)
    on_own_line = state.facts.connection == "own" and state.change != "connection"
    return {
        "state": state,
        # Whether to say that the visitor is on the portal's network, detected or answered.
        "own_line": on_own_line and site.serves(state.situation.provider),
        "network": _network(site, state),
        "here": here,
        "change_url": extend(site.check(facts), "change="),
        "plan_url": site.check(facts.at(plan="now")),
        # A code is for somebody to call: outside of all portals there is nobody.
        "help_url": site.help(facts) if site.portal and services().storage else "",
    }


def _network(site: Site, state: WizardState) -> dict[str, str] | None:
    """Return the name of the network that the visitor seems to be on, and the way without it."""
    known = services().access_networks
    network = known.of(state.facts.known("network")) if known else None
    if network is None:
        return None
    facts = state.facts.but(network=UNKNOWN, connection=None, vpn=None)
    return {
        "name": network.name,
        "servers": "yes" if network.has_servers else "",
        "without": site.check(state.at(facts=facts)),
    }


def _plan_events(state: WizardState, plan: Plan, language: str) -> tuple[Event, ...]:
    """Return what is counted of a plan: once a visit, as far as that shows without a cookie.

    One asked for before it is ready counts by the question that was left out.
    """
    if state.way:
        return ()
    if plan.next.asked:
        return (("early", plan.next.asked),)
    if state.plan or state.facts.tried:  # the plan has been counted before
        return ()
    return (
        ("plan", "settled"),
        ("scenario", plan.diagnosis.scenario),
        ("provider", _provider(state.facts, plan.provider)),
        *((key, getattr(state.facts, key)) for key in COUNTED if getattr(state.facts, key)),
        ("lang", language),
    )


def _provider(facts: Facts, provider: Provider | None) -> str:
    """Return the id of a provider that everybody may know; a domain that was typed never counts."""
    if provider is not None and knowledge().provider_by("id", provider.id):
        return provider.id if len(provider.id) <= LONGEST_ID else OTHER
    name = facts.known("account_domain") or facts.known("server")
    return OTHER if name else UNKNOWN
