"""Put the screen together: the card, all facts, the verdict, the remedies, the ticket."""

from __future__ import annotations

from typing import Any

from flask import Response, session

from ...diagnosis import FACT_KEYS, Plan
from ...i18n.languages import languages
from ...i18n.messages import PROBLEMS
from ...knowledge import knowledge
from ...presentation.paste_input import stated_facts
from ...presentation.pictures import SERVER, draw_route
from ...presentation.plan import make_plan
from ...presentation.questions import answer_text, answers_so_far, shown_question
from ...presentation.reading_rows import excerpt, is_guess, others_of, printable, rows_of
from ...web.links import NOTHING
from ...web.pages import page
from ...web.site import Site, home_url
from ..access import TOKEN, AgentContext
from ..cases.presenter import OpenedCase, show_case
from ..sign_in.page import sign_in_url
from .form_answers import AnswerError
from .question_card import make_card, make_rows
from .remedies import make_ways
from .state import DeskState
from .submission import Paste, Submission
from .ticket import write_tickets


def desk_page(
    site: Site,
    taken: Submission,
    at_desk: AgentContext | None = None,
    opened: OpenedCase | None = None,
    status: int | None = None,
) -> Response:
    """Show the screen.

    :param taken: its state, and what no URL holds: mistakes, and what was pasted
    :param at_desk: who works here, None where the desk is open to all
    :param opened: the case that the facts belong to
    :param status: of the answer, by default what ``taken`` says
    """
    state, code = taken.state, site.language.code
    caller = languages()[state.caller]
    theirs = Site(caller, site.root, site.theme)
    plan = make_plan(site, state.situation)
    said = plan if caller is site.language else make_plan(theirs, state.situation)
    plans = {code: plan, caller.code: said}
    case = show_case(opened, site, theirs, plans) if opened else None
    link, url = theirs.check(state.plan), state.url(site)
    values: dict[str, Any] = {
        "state": state,
        "caller": caller,
        "two": caller is not site.language,
        "url": url,
        "afresh": state.at(facts=NOTHING, ask=None, code="").url(site),
        "here": url,
        "case": case,
        "keep_url": site.keep_case(state.query(site)),
        "away": at_desk is None and TOKEN in session,
        "sign_in_url": sign_in_url(site, site.within(url)),
        "agent": at_desk and at_desk.agent,
        "token": at_desk and at_desk.token,
        "paste": _shown_paste(site, state, taken.paste),
        "errors": {fact: _message(site, fault) for fact, fault in taken.errors.items()},
        "typed": taken.typed,
        "labels": {fact: shown_question(code, fact).label for fact in knowledge().questions},
        "card": make_card(state, plan),
        "answered": list(answers_so_far(code, state.facts)),
        "rows": make_rows(state, code),
        "plan": plan,
        "route": draw_route(state.facts, site.language.gettext, plan.diagnosis),
        "ways": make_ways(plan, said),
        "said": said,
        "own_account": site.serves(plan.provider),
        "settings": _settings(code, plan),
        "link": link,
        "whole_link": f"{home_url()}{link}",
        "qr": theirs.qr(state.plan),
        "tickets": write_tickets(
            [(site, plan)] if said is plan else [(site, plan), (theirs, said)], state, case
        ),
    }
    return page(site, "desk/desk.html", values, status or taken.status, keep=False)


def _message(site: Site, fault: AnswerError) -> tuple[str, str]:
    """Return the message of a fault, and what was meant perhaps."""
    return site.language.gettext(PROBLEMS[fault.code]), fault.guess


def _settings(language: str, plan: Plan) -> list[tuple[str, str]]:
    """Return the settings to use, as label and answer."""
    translate = languages()[language].gettext
    values = next((remedy.values for remedy in plan.remedies if remedy.values), {})
    return [
        (
            # The question about the server is called after what is set at present.
            translate(SERVER) if name == "server" else shown_question(language, name).label,
            answer_text(language, name, str(value)),
        )
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
    reading = paste.reading
    stated = stated_facts(reading)
    rows = rows_of(reading, state.facts, site.language)
    read = [row for row in rows if row.key not in FACT_KEYS or getattr(stated, row.key) is not None]
    return shown | {
        "reading": reading,
        "rows": read,
        "excerpt": excerpt(paste.text, reading, read),
        "unsure": is_guess(reading),
        "others": others_of(reading, site.language),
    }
