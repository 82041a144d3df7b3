"""A case on the desk: the same screen, with facts that are kept, one change after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Final

from flask import redirect, request
from werkzeug.wrappers import Response

from ...i18n.messages import N_
from ...knowledge import knowledge
from ...presentation.case_pages import NotFound, find_case, why_not
from ...presentation.paste_input import take_paste
from ...services import storage
from ...store.agents import Agent
from ...store.cases import MAX_NOTE_LENGTH, OUTCOMES, Case, Cases, EndedCase, StaleCase, UnknownCode
from ...web.site import Site
from ..access import agent_context, check_form, signed_in
from ..blueprint import desk
from ..screen.page import desk_page
from ..screen.state import DeskState, read_state
from ..screen.submission import Submission, read_submission
from ..screen.views import SCRIPT
from .overview import cases_page, throttle_keys
from .presenter import OpenedCase

View = Callable[[Site, Agent, str], Any]
STALE: Final = N_(
    "This was not kept: the case has been changed meanwhile, or the form was sent before. "
    "Here it is as it stands now."
)


@desk.post("/<language:lang>/desk/cases/new")
@signed_in
def keep(site: Site, agent: Agent) -> Response:
    """Make a case of what stands on the desk, and go on with it there.

    :raise 400: the form is not this session's own
    """
    check_form(site)
    state = read_state(site)[0]
    case = _cases().open(site.portal_id, state.caller, state.facts, agent.signature)
    return redirect(_state(site, case).url(site), 303)


def with_case_errors(view: View) -> View:
    """Answer with the box for a code where a case is not there, or not there any more."""

    @wraps(view)
    def guarded(site: Site, agent: Agent, code: str) -> Any:
        try:
            return view(site, agent, code)
        except NotFound as fault:
            return cases_page(site, agent, code, fault)
        except (UnknownCode, EndedCase) as fault:  # it ended while it was being changed
            return cases_page(site, agent, code, why_not(site, fault))
        except StaleCase:
            return _stale(site, agent, code)

    return guarded


@desk.get("/<language:lang>/desk/cases/<code>")
@signed_in
@with_case_errors
def show_one(site: Site, agent: Agent, code: str) -> Response:
    """Show a case on the desk."""
    case = find_case(site, code, throttle_keys(agent), agent.signature)
    return desk_page(site, Submission(_state(site, case)), agent_context(agent), OpenedCase(case))


@desk.post("/<language:lang>/desk/cases/<code>")
@signed_in
@with_case_errors
def renew_one(site: Site, agent: Agent, code: str) -> Response:
    """Take answers, remedies tried and a paste, and keep what they say.

    :raise 400: the form is not this session's own
    :raise 413: it is larger than any paste
    """
    take_paste(request)
    case = _sent_for(site, agent, code)
    taken = read_submission(_state(site, case), request.form)
    if taken.state.facts != case.facts:
        case = _cases().change(case, agent.signature, facts=taken.state.facts)
    if taken.settled and SCRIPT not in request.headers:
        return redirect(taken.state.url(site), 303)
    return desk_page(site, taken, agent_context(agent), OpenedCase(case))


@desk.post("/<language:lang>/desk/cases/<code>/outcome")
@signed_in
@with_case_errors
def conclude(site: Site, agent: Agent, code: str) -> Response:
    """Keep what came of a case, what helped, and a note.

    :raise 400: the form is not this session's own
    """
    case = _sent_for(site, agent, code)
    case = _cases().change(case, agent.signature, request.form.get("note", ""), **_outcome())
    return redirect(_state(site, case).url(site), 303)


@desk.post("/<language:lang>/desk/cases/<code>/delete")
@signed_in
@with_case_errors
def end(site: Site, agent: Agent, code: str) -> Response:
    """Erase a case on request.

    :raise 400: the form is not this session's own
    """
    check_form(site)
    case = find_case(site, code, throttle_keys(agent), agent.signature)
    _cases().delete(site.portal_id, case.code, agent.signature)
    return redirect(site.desk_cases(f"gone={case.code}"), 303)


def _cases() -> Cases:
    return storage().cases


def _sent_for(site: Site, agent: Agent, code: str) -> Case:
    """Return the case that a form was made for, as it is now.

    :raise 400: the form is not this session's own
    :raise StaleCase: the case has changed since
    """
    check_form(site)
    case = find_case(site, code, throttle_keys(agent), agent.signature)
    if request.form.get("version") != str(case.version):
        raise StaleCase
    return case


def _outcome() -> dict[str, Any]:
    """Return what a form says came of a case; what it does not know is left as it was."""
    outcome, helped = request.form.get("outcome", ""), request.form.get("helped", "")
    with_case_errors: dict[str, Any] = {"outcome": outcome} if outcome in OUTCOMES else {}
    if helped in knowledge().remedies or not helped:
        with_case_errors["helped"] = helped or None
    return with_case_errors


def _state(site: Site, case: Case) -> DeskState:
    state = read_state(site, case.code)[0].at(facts=case.facts)
    spoken = [language.code for language in site.languages]
    untold = "caller" not in request.args and case.language in spoken
    return state.at(caller=case.language) if untold else state


def _stale(site: Site, agent: Agent, code: str) -> Response:
    """Show the case as it is now, and that the form came too late; what it said is not lost."""
    case = find_case(site, code, throttle_keys(agent), agent.signature)
    meant = replace(case, **_outcome()) if "outcome" in request.form else case
    note = request.form.get("note", "")[:MAX_NOTE_LENGTH]
    opened = OpenedCase(meant, site.language.gettext(STALE), note)
    return desk_page(site, Submission(_state(site, case)), agent_context(agent), opened, 409)
