"""A case on the desk: the same screen, with facts that are kept, one change after the other."""

from __future__ import annotations

from typing import Any, Final

from flask import abort, current_app, redirect, request
from werkzeug.wrappers import Response

from ...cases.finding import NotFound, find_case
from ...diagnosis import make_plan
from ...knowledge import knowledge
from ...store.agents import Agent
from ...store.cases import LONGEST_NOTE, OUTCOMES, Case, Cases, StaleCase
from ...web.clock import today
from ...web.languages import languages
from ...web.messages import N_
from ...web.pastes import take_paste
from ...web.site import Site
from ..access import at_work, signed_in
from ..blueprint import desk
from ..forms import DeskForm
from ..screen.page import desk_page
from ..screen.state import DeskState, read_state
from ..screen.taking import Taken, take_form
from ..screen.views import SCRIPT
from .overview import cases_page
from .shown import show_case

PATH: Final = "desk/cases"
STALE: Final = N_(
    "This was not kept: the case has been changed meanwhile, or the form was sent before. "
    "Here it is as it stands now."
)


@desk.post(f"/<language:lang>/{PATH}/new")
@signed_in
def keep(site: Site, agent: Agent) -> Response:
    """Make a case of what stands on the desk, and go on with it there.

    :raise 400: the form is not this session's own
    """
    _check_form()
    state = read_state(site)[0]
    case = _cases().open(site.portal_id, state.caller, state.facts, agent.name)
    return redirect(_state(site, case).url(site), 303)


@desk.get(f"/<language:lang>/{PATH}/<code>")
@signed_in
def show_one(site: Site, agent: Agent, code: str) -> Response:
    """Show a case on the desk."""
    try:
        case = find_case(site, code, f"agent {agent.id}", agent.name)
    except NotFound as fault:
        return cases_page(site, agent, code, fault)
    return _screen(site, agent, case, Taken(_state(site, case)))


@desk.post(f"/<language:lang>/{PATH}/<code>")
@signed_in
def renew_one(site: Site, agent: Agent, code: str) -> Response:
    """Take answers, remedies tried and a paste, and keep what they say.

    :raise 400: the form is not this session's own
    :raise 413: it is larger than any paste
    """
    take_paste(request)
    _check_form()
    try:
        case = find_case(site, code, f"agent {agent.id}", agent.name)
        if not _is_newest(case):
            return _stale(site, agent, case)
        taken = take_form(_state(site, case), request.form)
        if taken.state.facts != case.facts:
            case = _cases().change(case, agent.name, facts=taken.state.facts)
    except NotFound as fault:
        return cases_page(site, agent, code, fault)
    except StaleCase:
        return _stale(site, agent, _cases().find(site.portal_id, case.code))
    if taken.settled and SCRIPT not in request.headers:
        return redirect(taken.state.url(site), 303)
    return _screen(site, agent, case, taken)


@desk.post(f"/<language:lang>/{PATH}/<code>/outcome")
@signed_in
def conclude(site: Site, agent: Agent, code: str) -> Response:
    """Keep what came of a case, what helped, and a note.

    :raise 400: the form is not this session's own
    """
    _check_form()
    told: dict[str, Any] = {}
    outcome, helped = request.form.get("outcome", ""), request.form.get("helped", "")
    if outcome in OUTCOMES:
        told["outcome"] = outcome
    if helped in knowledge().remedies or not helped:
        told["helped"] = helped or None
    try:
        case = find_case(site, code, f"agent {agent.id}", agent.name)
        if not _is_newest(case):
            return _stale(site, agent, case)
        case = _cases().change(case, agent.name, request.form.get("note", ""), **told)
    except NotFound as fault:
        return cases_page(site, agent, code, fault)
    except StaleCase:
        return _stale(site, agent, _cases().find(site.portal_id, case.code))
    return redirect(_state(site, case).url(site), 303)


@desk.post(f"/<language:lang>/{PATH}/<code>/delete")
@signed_in
def end(site: Site, agent: Agent, code: str) -> Response:
    """Erase a case on request.

    :raise 400: the form is not this session's own
    """
    _check_form()
    try:
        case = find_case(site, code, f"agent {agent.id}", agent.name)
        _cases().end(site.portal_id, case.code, agent.name)
    except NotFound as fault:
        return cases_page(site, agent, code, fault)
    return redirect(f"{site.base}/{PATH}", 303)


def _cases() -> Cases:
    kept: Cases = current_app.extensions["cases"]
    return kept


def _check_form() -> None:
    if DeskForm.sent().forged:
        abort(400)


def _is_newest(case: Case) -> bool:
    return request.form.get("version") == str(case.version)


def _state(site: Site, case: Case) -> DeskState:
    state = read_state(site, f"{PATH}/{case.code}")[0].at(facts=case.facts)
    spoken = [language.code for language in site.languages]
    untold = "caller" not in request.args and case.language in spoken
    return state.at(caller=case.language) if untold else state


def _stale(site: Site, agent: Agent, case: Case) -> Response:
    """Show the case as it is now, and that the form came too late; its note is not lost."""
    told = request.form.get("note", "")[:LONGEST_NOTE]
    problem = site.language.gettext(STALE)
    return _screen(site, agent, case, Taken(_state(site, case)), problem, told, 409)


def _screen(
    site: Site,
    agent: Agent,
    case: Case,
    taken: Taken,
    problem: str = "",
    note: str = "",
    status: int = 0,
) -> Response:
    at_desk = at_work(agent)
    theirs = Site(languages()[taken.state.caller], site.root, site.look)
    plans = {
        spoken.language.code: make_plan(
            case.facts, spoken.language.gettext, spoken.language.code, today()
        )
        for spoken in (site, theirs)
    }
    return desk_page(
        site,
        taken.state,
        hidden=(("csrf_token", at_desk.token), ("version", str(case.version))),
        case=show_case(case, site, theirs, plans, problem, note),
        at_desk=at_desk,
        reading=taken.paste,
        errors=taken.errors,
        typed=taken.typed,
        status=status or taken.status,
    )
