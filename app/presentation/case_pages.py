"""The pages of a person's own case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from ..diagnosis import Situation
from ..i18n.dates import long_date, shown_wait
from ..i18n.messages import N_
from ..store.cases import Case
from ..store.codes import MAX_TYPED_LENGTH, format_code
from ..web.links import NOTHING, WizardState
from ..web.pages import page
from ..web.site import Site
from .case_lookup import NotFound
from .plan import make_plan
from .questions import described_facts
from .route import draw_route

SPELLED: Final = {
    "F": N_("F as in Foxtrot"),
    "H": N_("H as in Hotel"),
    "K": N_("K as in Kilo"),
    "L": N_("L as in Lima"),
    "M": N_("M as in Mike"),
    "Q": N_("Q as in Quebec"),
    "R": N_("R as in Romeo"),
    "T": N_("T as in Tango"),
}


def spell(site: Site, code: str) -> str:
    """Return a code as one reads it out: each letter with a word that begins with it."""
    return ", ".join(site.language.gettext(SPELLED[c]) if c in SPELLED else c for c in code)


def offer_page(site: Site, state: WizardState, days: int) -> Response:
    """Show what a code does, with the button that makes one."""
    values = {
        "answers": list(described_facts(site.language.code, state.facts)),
        "action": site.help(state),
        "back": site.check(state),
        "days": days,
        "here": site.help(state),
    }
    return page(site, "cases/help.html", values)


def case_page(site: Site, case: Case) -> Response:
    """Show a case to the person whose it is: the code, and what is known now."""
    facts, plan = case.facts, make_plan(site, Situation(case.facts))
    settled = plan.next.fact is None
    values = {
        "case": case,
        "code": format_code(case.code),
        "spelled": spell(site, case.code),
        "until": long_date(case.expires, site.language.code),
        "summary": plan.summary if settled else None,
        "tried": [plan.wording.title(remedy) for remedy in facts.tried],
        "at_most": plan.next.at_most,
        "go_on": site.check(WizardState(facts)),
        "answers": list(described_facts(site.language.code, facts)),
        "route": draw_route(facts, site.language.gettext, plan.diagnosis if settled else None),
        "here": site.case(case.code),
    }
    return page(site, "cases/case.html", values, keep=False)


def ask_page(site: Site, typed: str = "", fault: NotFound | None = None) -> Response:
    """Ask a person for a code; with a message when the one that was typed fits nothing."""
    return code_page(site, "cases/ask.html", typed, fault, {"here": site.enter_code()})


def code_page(
    site: Site, template: str, typed: str, fault: NotFound | None, values: Mapping[str, Any]
) -> Response:
    """Show a page with the box for a code, and what is wrong with the one that was typed."""
    box = {
        "typed": typed[:MAX_TYPED_LENGTH],
        "error": fault.message if fault else None,
        "wait": fault.wait if fault else 0,
    }
    response = page(site, template, {**box, **values}, fault.status if fault else 200, keep=False)
    if fault and fault.wait:
        response.headers["Retry-After"] = str(fault.wait)
    return response


def away_page(site: Site, state: WizardState | None = None, wait: int = 0) -> Response:
    """Say that cases cannot be had just now, and what helps meanwhile."""
    state = state or WizardState(NOTHING)
    values = {
        "wait": shown_wait(wait, site.language.code) if wait else "",
        "back": site.check(state) if state.facts != NOTHING else None,
        "sheet": site.sheet(state) if state.facts != NOTHING else None,
        "here": site.enter_code(),
    }
    response = page(site, "cases/unavailable.html", values, 429 if wait else 503, keep=False)
    response.headers["Retry-After"] = str(wait or 60)
    return response


def deleted_page(site: Site, state: WizardState) -> Response:
    """Say that a case is gone, and lead back to what the person has answered."""
    values = {"back": site.check(state), "here": site.enter_code()}
    return page(site, "cases/deleted.html", values, keep=False)
