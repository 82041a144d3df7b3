"""Put the screen together: the card, all facts, the verdict, the remedies, the ticket."""

from __future__ import annotations

from typing import Any

from flask import Response, session

from ...diagnosis import FACT_KEYS, Plan
from ...diagnosis.domains import display
from ...diagnosis.found import SKIPPED
from ...i18n.languages import languages
from ...i18n.messages import PROBLEMS
from ...knowledge import knowledge
from ...presentation import lookup
from ...presentation.paste_input import stated_facts
from ...presentation.pictures import SERVER, draw_route
from ...presentation.plan import certainty_in_words, make_plan
from ...presentation.questions import answers_so_far, shown_question
from ...presentation.reading_rows import excerpt, is_guess, others_of, printable, rows_of
from ...presentation.ticket import Part, make_ticket, write_markdown, write_plain
from ...services import services
from ...store.agents import Agent
from ...web.links import NOTHING
from ...web.pages import page
from ...web.site import Site, home_url
from ..access import TOKEN, agent_values
from ..sign_in.page import place_query
from .case import OpenedCase, case_parts, show_case
from .question_card import make_card, make_rows
from .state import DeskState
from .submission import Paste, Submission


def desk_page(
    site: Site,
    taken: Submission,
    agent: Agent | None = None,
    opened: OpenedCase | None = None,
    status: int | None = None,
) -> Response:
    """Show the screen.

    :param taken: its state, and what no URL holds: mistakes, and what was pasted
    :param agent: who works here, None where the desk is open to all
    :param opened: the case that the facts belong to
    :param status: of the answer, by default what ``taken`` says
    """
    state, code = taken.state, site.language.code
    caller = languages()[state.caller]
    theirs = Site(caller, site.root, site.theme)
    plan = make_plan(site, state.situation, spoken=True)
    said = plan if caller is site.language else make_plan(theirs, state.situation, spoken=True)
    places = [site] if said is plan else [site, theirs]
    tickets = [_ticket(where, state, opened, site) for where in places]
    link, here = theirs.check(state.plan), state.url(site)
    values: dict[str, Any] = {
        "state": state,
        "caller": caller,
        "two": caller is not site.language,
        "here": here,
        "afresh": state.at(facts=NOTHING, ask=None, code="").url(site),
        "case": show_case(opened, site, theirs, plan) if opened else None,
        "keep_url": site.keep_case(state.query(site)),
        "away": agent is None and TOKEN in session,
        "sign_in_url": site.sign_in(place_query(site.within(here))) if services().storage else "",
        **agent_values(agent),
        "paste": _shown_paste(site, state, taken.paste),
        "lookup": _look_up(site, state),
        "errors": {
            fact: (site.language.gettext(PROBLEMS[fault.code]), fault.guess)
            for fact, fault in taken.errors.items()
        },
        "typed": taken.typed,
        "labels": {fact: shown_question(code, fact).label for fact in knowledge().questions},
        "card": make_card(state, plan),
        "answered": list(answers_so_far(code, state.facts)),
        "rows": make_rows(state, code),
        "plan": plan,
        "left": state.situation.questions_left,
        "certainty": certainty_in_words(plan),
        "route": draw_route(state.facts, site.language.gettext, plan.diagnosis),
        "said": said,
        "own_account": site.serves(plan.provider),
        "settings": _settings(code, plan),
        "link": link,
        "whole_link": f"{home_url()}{link}",
        "qr": theirs.qr(state.plan),
        "ticket_plain": "\n----------\n\n".join(map(write_plain, tickets)),
        "ticket_markdown": "\n---\n\n".join(map(write_markdown, tickets)),
    }
    return page(site, "desk/desk.html", values, status or taken.status, keep=False)


def _ticket(
    where: Site, state: DeskState, opened: OpenedCase | None, site: Site
) -> tuple[Part, ...]:
    """Return the ticket in one of the screen's languages; a case in it is led to on the desk."""
    plan = make_plan(where, state.situation)
    link = f"{home_url()}{where.check(state.plan)}"
    extra = case_parts(opened.case, site, where.language, plan) if opened else ()
    return make_ticket(plan, plan.current or plan.last, where.language, link, extra)


def _look_up(site: Site, state: DeskState) -> dict[str, Any] | None:
    """Return what a look-up of the caller's domain has found, None where there is nothing to find.

    The agent asks the caller, so nothing is taken over by itself.
    """
    discovery, domain = services().discovery, state.facts.known("account_domain")
    if discovery is None or domain is None or not lookup.may_look_up(state.situation):
        return None
    search = lookup.look_up(site, discovery, domain)
    done, found = lookup.progress(search)
    return {
        "domain": display(domain),
        "searching": not done,
        "skipped": done and not found and lookup.nothing(search, domain).how == SKIPPED,
        "found": str(lookup.seal(discovery, found)) if found and done else "",
        "how": lookup.how_found(found, site.language) if found else "",
        "setting": lookup.setting_of(found) if found else None,
    }


def _settings(language: str, plan: Plan) -> list[tuple[str, str]]:
    """Return the settings to use, as label and value."""
    translate = languages()[language].gettext
    values = next((remedy.values for remedy in plan.remedies if remedy.values), {})
    return [
        (
            # The question about the server is called after what is set at present.
            translate(SERVER) if name == "server" else shown_question(language, name).label,
            translate(choice.short or choice.text)
            if (choice := knowledge().questions[name].choice(str(value)))
            else display(str(value)),
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
