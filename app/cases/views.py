"""``/<lang>/help``: a code for what was answered so far.  ``/<lang>/case``: back with a code."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

from ..diagnosis import Situation
from ..http.cross_site import is_part_of_another
from ..http.event_counting import record_event
from ..i18n.languages import long_date, shown_wait
from ..presentation.case_pages import NotFound, code_page, find_case, spell, why_not
from ..presentation.pictures import draw_route
from ..presentation.plan import make_plan
from ..presentation.questions import answers_so_far
from ..presentation.wizard_query import canonical_state, read_query
from ..services import services, storage
from ..store import DatabaseUnavailable
from ..store.cases import Case, EndedCase, UnknownCode
from ..store.codes import MalformedCode, format_code, parse_code
from ..web.links import NOTHING, WizardState
from ..web.pages import page
from ..web.site import Site, count_visit, rate_keys

cases = Blueprint("cases", __name__)


@cases.before_request
def _require_storage() -> None:
    """Let none of these pages exist where no cases are kept."""
    if services().storage is None:
        abort(404)


@cases.after_request
def _no_opener(response: Response) -> Response:
    """Cut off a page that opened this one: it could lead it on from one code to the next."""
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


@cases.get("/<language:site>/help")
def offer(site: Site) -> Answer:
    """Say what a code is, what is kept under it and for how long."""
    state = canonical_state(site.help)
    plan = make_plan(site, state.situation)
    values = {
        "answers": list(answers_so_far(site.language.code, state.facts)),
        "tried": [plan.wording.title(remedy) for remedy in state.facts.tried],
        "action": site.help(state),
        "back": site.check(state),
        "days": storage().cases.lifetime.days,
        "here": site.help(state),
    }
    return page(site, "cases/help.html", values)


@cases.post("/<language:site>/help")
def open_case(site: Site) -> Answer:
    """Keep the facts that the URL tells, and lead to the page with their code."""
    state = read_query()[0]
    if wait := count_visit(site, services().rates.open_case, "case"):
        return _away(site, state, wait)
    try:
        case = storage().cases.open(site.portal_id, site.language.code, state.facts)
    except DatabaseUnavailable:
        return _away(site, state)
    response = redirect(site.case(case.code), 303)
    record_event(response, ("case", "opened"))
    return response


@cases.get("/<language:site>/case")
def ask_for_code(site: Site) -> Response:
    """Ask for a code."""
    return _ask(site)


@cases.post("/<language:site>/case")
def take_code(site: Site) -> Answer:
    """Lead to the case of a code that was typed."""
    typed = request.form.get("code", "")
    try:
        return redirect(site.case(parse_code(typed)), 303)
    except MalformedCode:
        return _show(site, typed)


@cases.get("/<language:site>/case/<code>")
def show(site: Site, code: str) -> Response:
    """Show a case to whoever has its code, as it stands now."""
    if is_part_of_another():  # its visitor would be held up for the codes that it tries
        return _ask(site)
    # What is no code is not shown again: a link may say anything.
    return _show(site, code, again=False)


@cases.post("/<language:site>/case/<code>/delete")
def delete(site: Site, code: str) -> Response:
    """Erase a case: whoever has its code may."""
    try:
        case = find_case(site, code, rate_keys())
        storage().cases.delete(site.portal_id, case.code)
    except NotFound as fault:
        return _ask(site, code, fault)
    except (UnknownCode, EndedCase) as fault:  # somebody was faster
        return _ask(site, code, why_not(site, fault))
    except DatabaseUnavailable:
        return _away(site)
    values = {"back": site.check(WizardState(case.facts)), "here": site.enter_code()}
    return page(site, "cases/deleted.html", values, keep=False)


def _show(site: Site, typed: str, again: bool = True) -> Response:
    try:
        return _case(site, find_case(site, typed, rate_keys()))
    except NotFound as fault:
        return _ask(site, typed if again or fault.status != 422 else "", fault)
    except DatabaseUnavailable:
        return _away(site)


def _case(site: Site, case: Case) -> Response:
    """Show a case to the person whose it is: the code, and what is known now."""
    facts, plan = case.facts, make_plan(site, Situation(case.facts))
    settled = plan.next.ready
    values = {
        "case": case,
        "code": format_code(case.code),
        "spelled": spell(site, case.code),
        "until": long_date(case.expires, site.language.code),
        "summary": plan.summary if settled else None,
        "tried": [plan.wording.title(remedy) for remedy in facts.tried],
        "left": plan.situation.questions_left,
        "go_on": site.check(WizardState(facts)),
        "answers": list(answers_so_far(site.language.code, facts)),
        "route": draw_route(facts, site.language.gettext, plan.diagnosis if settled else None),
        "here": site.case(case.code),
    }
    return page(site, "cases/case.html", values, keep=False)


def _ask(site: Site, typed: str = "", fault: NotFound | None = None) -> Response:
    """Ask a person for a code; with a message when the one that was typed fits nothing."""
    return code_page(site, "cases/ask.html", typed, fault, {"here": site.enter_code()})


def _away(site: Site, state: WizardState | None = None, wait: int = 0) -> Response:
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
