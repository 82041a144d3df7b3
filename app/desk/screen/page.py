"""Put the screen together: the card, all facts, the verdict, the remedies, the ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, current_app

from ...diagnosis import CHOICES, FACT_KEYS, Plan, make_plan
from ...knowledge import knowledge
from ...web.clock import today
from ...web.languages import languages
from ...web.links import NOTHING
from ...web.messages import PROBLEMS
from ...web.pages import page
from ...web.pastes import stated_facts
from ...web.site import Site, home_url
from ...wizard.excerpt import excerpt
from ...wizard.paste import printable, rows_of
from ...wizard.questions import answer_text, answers_so_far, shown_question
from ...wizard.route import draw_route
from ...wizard.screens import SURE
from ..access import AtDesk
from ..cases.shown import ShownCase
from .answers import Fault
from .asking import make_card, make_rows
from .state import NEW, PATH, DeskState
from .taking import Paste
from .tickets import write_tickets
from .ways import make_ways


def desk_page(
    site: Site,
    state: DeskState,
    *,
    action: str | None = None,
    hidden: Iterable[tuple[str, str]] = (),
    case: ShownCase | None = None,
    at_desk: AtDesk | None = None,
    reading: Paste | None = None,
    errors: Mapping[str, Fault] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Show the screen.

    :param action: where the form is sent to, by default the state's own URL
    :param hidden: more pairs for the form to send along
    :param case: the case that the facts belong to
    :param at_desk: who works here, None where the desk is open to all
    :param reading: what was pasted, which no URL holds
    :param errors: what is wrong, by fact; ``typed`` is what was typed there
    """
    caller = languages()[state.caller]
    theirs = Site(caller, site.root, site.look)
    plan = _plan(state, site)
    said = plan if caller is site.language else _plan(state, theirs)
    link = theirs.check(state.plan)
    code = site.language.code
    values: dict[str, Any] = {
        "state": state,
        "caller": caller,
        "two": caller is not site.language,
        "url": state.url(site),
        "afresh": state.at(facts=NOTHING, ask=None, path=PATH).url(site),
        "here": site.within(state.url(site)),
        "action": action or state.url(site),
        "hidden": tuple(hidden),
        "case": case,
        "keep_url": state.at(path=NEW).url(site),
        "sign_in_url": f"{site.base}/desk/sign-in" if current_app.extensions["agents"] else "",
        "agent": at_desk and at_desk.agent,
        "token": at_desk and at_desk.token,
        "paste": _shown_paste(site, state, reading),
        "errors": {fact: _told(site, fault) for fact, fault in (errors or {}).items()},
        "typed": typed or {},
        "labels": {fact: shown_question(code, fact).label for fact in knowledge().questions},
        "card": make_card(state, code),
        "rows": make_rows(state, code),
        "answered": list(answers_so_far(code, state.facts)),
        "plan": plan,
        "route": draw_route(state.facts, site.language.gettext, plan.diagnosis),
        "ways": make_ways(plan, said),
        "said": said,
        "own_account": site.serves(plan.provider),
        "settings": _settings(code, plan),
        "link": link,
        "whole_link": f"{home_url()}{link}",
        "qr": theirs.part("qr.svg", state.plan),
        "tickets": write_tickets(
            [(site, plan)] if said is plan else [(site, plan), (theirs, said)], state, case
        ),
    }
    return page(site, "desk.html", values, status, keep=False)


def _plan(state: DeskState, site: Site) -> Plan:
    return make_plan(state.facts, site.language.gettext, site.language.code, today())


def _told(site: Site, fault: Fault) -> tuple[str, str]:
    """Return the message of a fault, and what was meant perhaps."""
    return site.language.gettext(PROBLEMS[fault.code]), fault.guess


def _settings(language: str, plan: Plan) -> list[tuple[str, str]]:
    """Return the settings to use, as label and answer."""
    values = next((remedy.values for remedy in plan.remedies if remedy.values), {})
    return [
        (shown_question(language, name).label, answer_text(language, name, str(value)))
        for name, value in values.items()
    ]


def _shown_paste(site: Site, state: DeskState, paste: Paste | None) -> dict[str, Any]:
    """Return what the paste box and what was understood of it show."""
    shown: dict[str, Any] = {"text": "", "error": None, "nothing": False, "reading": None}
    if paste is None:
        return shown
    if paste.problem:
        shown["error"] = site.language.gettext(PROBLEMS[paste.problem])
    if paste.reading is None or not paste.understood:
        return shown | {"text": printable(paste.text), "nothing": paste.reading is not None}
    reading, code = paste.reading, site.language.code
    stated = stated_facts(reading)
    rows = rows_of(reading, state.facts, site.language)
    told = [row for row in rows if row.key not in FACT_KEYS or getattr(stated, row.key) is not None]
    return shown | {
        "reading": reading,
        "rows": told,
        "excerpt": excerpt(paste.text, reading, told),
        "unsure": reading.confidence < SURE and reading.reason != "other",
        "others": [
            (other.reason, answer_text(code, "error", other.reason))
            for other in reading.alternatives
            if other.reason in CHOICES["error"]
        ],
    }
