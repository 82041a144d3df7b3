"""The desk's screen, without a case and with one; the box for a case's code, and the audit.

A GET shows the screen for its URL, a POST takes the form and leads to another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answer

from ..i18n.languages import short_moment
from ..i18n.messages import N_
from ..knowledge import knowledge
from ..presentation.case_pages import NotFound, code_page, find_case, why_not
from ..presentation.paste_input import take_paste
from ..presentation.wizard_query import has_uncanonical_names
from ..services import storage
from ..store import audit
from ..store.agents import Agent
from ..store.cases import MAX_NOTE_LENGTH, OUTCOMES, Case, EndedCase, StaleCase, UnknownCode
from ..store.codes import MalformedCode, format_code, parse_code
from ..web.pages import page
from ..web.site import Site
from .access import admit, agent_values, check_form, desk, lead_only, signed_in
from .screen.case import OpenedCase
from .screen.page import desk_page
from .screen.state import DeskState, read_state
from .screen.submission import LONGEST_KEPT, AnswerError, Submission, read_submission

SCRIPT: Final = "X-Desk"
"""The header that the screen's script sends along."""
ACTIONS: Final = {
    "opened": N_("created"),
    "seen": N_("viewed"),
    "changed": N_("changed"),
    "deleted": N_("deleted"),
    "expired": N_("expired"),
    "password": N_("changed password"),
}
NOBODY: Final = {
    "opened": N_("the caller"),
    "deleted": N_("the caller"),
    "expired": N_("automatically"),
}
"""Who has done what no agent did."""
LINES: Final = 500
"""How many lines of the audit one page shows."""
LATELY: Final = 10
"""How many of an agent's own cases are listed."""
STALE: Final = N_(
    "Your change wasn't saved, because someone else had changed the case or you "
    "had already sent this form. Below is the case as it is now."
)
View = Callable[[Site, Agent, str], Any]


@desk.get("/<language:site>/desk")
@admit
def show(site: Site, agent: Agent | None) -> Answer:
    """Show the screen; what is wrong in the URL is said at its field.

    :raise 414: the query is longer than any set of answers
    """
    state, wrong = read_state(site)
    if has_uncanonical_names(state.facts):
        return redirect(state.url(site), 302)
    errors = {fact: AnswerError(code) for fact, code in wrong.items()}
    typed = {fact: request.args[fact][:LONGEST_KEPT] for fact in wrong}
    return desk_page(site, Submission(state, errors, typed), agent)


@desk.post("/<language:site>/desk")
@admit
def renew(site: Site, agent: Agent | None) -> Answer:
    """Take answers, remedies tried and a paste, and lead on to the URL of the new state.

    What no URL may hold is shown at once; so is everything to the screen's own script, which
    writes the URL itself: a round trip less, and somebody is waiting.

    :raise 413: it is larger than any paste
    :raise 414: the query is longer than any set of answers
    """
    take_paste(request)
    taken = read_submission(read_state(site)[0], request.form)
    if taken.settled and SCRIPT not in request.headers:
        return redirect(taken.state.url(site), 303)
    return desk_page(site, taken, agent)


@desk.get("/<language:site>/desk/cases")
@signed_in
def cases(site: Site, agent: Agent) -> Response:
    """Ask for a code, and list the cases that the agent has worked on lately."""
    return _code_page(site, agent)


@desk.post("/<language:site>/desk/cases")
@signed_in
def take_code(site: Site, agent: Agent) -> Answer:
    """Lead to the case of a code that was typed."""
    check_form(site)
    typed = request.form.get("code", "")
    try:
        return redirect(site.desk_case(case_of(site, agent, typed).code), 303)
    except NotFound as fault:
        return _code_page(site, agent, typed, fault)


@desk.get("/<language:site>/desk/audit")
@lead_only
def audit_lines(site: Site, agent: Agent) -> Response:
    """Show who has done what with which case, newest first.

    :raise 403: the agent is no lead
    """
    lines = audit.read(storage().database, site.portal_id, LINES)
    values = {
        **agent_values(agent),
        "lines": [
            (
                short_moment(line.at, site.language.code),
                line.agent or site.language.gettext(NOBODY[line.action]),
                site.language.gettext(ACTIONS[line.action]),
                format_code(line.code),
            )
            for line in lines
        ],
        "most": LINES,
        "here": site.audit(),
    }
    return page(site, "desk/audit.html", values, keep=False)


@desk.post("/<language:site>/desk/cases/new")
@signed_in
def keep(site: Site, agent: Agent) -> Answer:
    """Make a case of what stands on the desk, and go on with it there."""
    check_form(site)
    state = read_state(site)[0]
    case = storage().cases.open(site.portal_id, state.caller, state.facts, agent.signature)
    return redirect(_state(site, case).url(site), 303)


def on_case(view: View) -> View:
    """Require an agent; answer with the box for a code where a case is not, or no more, there."""

    @signed_in
    @wraps(view)
    def guarded(site: Site, agent: Agent, code: str) -> Any:
        try:
            return view(site, agent, code)
        except NotFound as fault:
            return _code_page(site, agent, code, fault)
        except (UnknownCode, EndedCase) as fault:  # it ended while it was being changed
            return _code_page(site, agent, code, why_not(site, fault))
        except StaleCase:
            return _stale(site, agent, code)

    return guarded


@desk.get("/<language:site>/desk/cases/<code>")
@on_case
def show_one(site: Site, agent: Agent, code: str) -> Answer:
    """Show a case on the desk."""
    case = case_of(site, agent, code)
    return desk_page(site, Submission(_state(site, case)), agent, OpenedCase(case))


@desk.post("/<language:site>/desk/cases/<code>")
@on_case
def renew_one(site: Site, agent: Agent, code: str) -> Answer:
    """Take answers, remedies tried and a paste, and keep what they say.

    :raise 413: it is larger than any paste
    """
    take_paste(request)
    case = _sent_for(site, agent, code)
    taken = read_submission(_state(site, case), request.form)
    if taken.state.facts != case.facts:
        case = storage().cases.change(case, agent.signature, facts=taken.state.facts)
    if taken.settled and SCRIPT not in request.headers:
        return redirect(taken.state.url(site), 303)
    return desk_page(site, taken, agent, OpenedCase(case))


@desk.post("/<language:site>/desk/cases/<code>/outcome")
@on_case
def conclude(site: Site, agent: Agent, code: str) -> Answer:
    """Keep what came of a case, what helped, and a note."""
    case = _sent_for(site, agent, code)
    case = storage().cases.change(case, agent.signature, request.form.get("note", ""), **_outcome())
    return redirect(_state(site, case).url(site), 303)


@desk.post("/<language:site>/desk/cases/<code>/delete")
@on_case
def end(site: Site, agent: Agent, code: str) -> Answer:
    """Erase a case on request."""
    check_form(site)
    case = case_of(site, agent, code)
    storage().cases.delete(site.portal_id, case.code, agent.signature)
    return redirect(site.desk_cases(f"gone={case.code}"), 303)


def case_of(site: Site, agent: Agent, typed: str) -> Case:
    """Return the case of a code; what fits nothing is counted for the agent.

    :raise NotFound: there is none
    """
    return find_case(site, typed, (f"agent {agent.id}",), agent.signature)


def _sent_for(site: Site, agent: Agent, code: str) -> Case:
    """Return the case that a form was made for, as it is now.

    :raise StaleCase: the case has changed since
    """
    check_form(site)
    case = case_of(site, agent, code)
    if request.form.get("version") != str(case.version):
        raise StaleCase
    return case


def _outcome() -> dict[str, Any]:
    """Return what a form says came of a case; what it does not know is left as it was."""
    outcome, helped = request.form.get("outcome", ""), request.form.get("helped", "")
    changes: dict[str, Any] = {"outcome": outcome} if outcome in OUTCOMES else {}
    if helped in knowledge().remedies or not helped:
        changes["helped"] = helped or None
    return changes


def _state(site: Site, case: Case) -> DeskState:
    state = read_state(site, case.code)[0].at(facts=case.facts)
    spoken = [language.code for language in site.languages]
    untold = "caller" not in request.args and case.language in spoken
    return state.at(caller=case.language) if untold else state


def _stale(site: Site, agent: Agent, code: str) -> Response:
    """Show the case as it is now, and that the form came too late; what it said is not lost."""
    case = case_of(site, agent, code)
    meant = replace(case, **_outcome()) if "outcome" in request.form else case
    note = request.form.get("note", "")[:MAX_NOTE_LENGTH]
    opened = OpenedCase(meant, site.language.gettext(STALE), note)
    return desk_page(site, Submission(_state(site, case)), agent, opened, 409)


def _code_page(
    site: Site, agent: Agent, typed: str = "", fault: NotFound | None = None
) -> Response:
    """Show the box for a code; with a message when the one that was typed fits nothing."""
    lately = audit.recent_codes(storage().database, site.portal_id, agent.signature, LATELY)
    values = {
        **agent_values(agent),
        "gone": _gone(),
        "lately": [(code, format_code(code)) for code in lately],
        "here": site.desk_cases(),
    }
    return code_page(site, "desk/cases.html", typed, fault, values)


def _gone() -> str:
    """Return the code of the case that has just been deleted, as it is shown."""
    try:
        return format_code(parse_code(request.args.get("gone", "")))
    except MalformedCode:
        return ""
