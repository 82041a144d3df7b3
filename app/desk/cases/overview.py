"""The desk's cases: open one by its code, go on with it, write down what came of it."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answer

from ...http.code_throttle import Keys
from ...i18n.languages import short_moment
from ...i18n.messages import N_
from ...presentation.case_pages import NotFound, code_page, find_case
from ...services import storage
from ...store import audit
from ...store.agents import Agent
from ...store.codes import MalformedCode, format_code, parse_code
from ...web.pages import page
from ...web.site import Site
from ..access import agent_context, check_form, lead_only, signed_in
from ..blueprint import desk

ACTIONS: Final = {
    "opened": N_("opened"),
    "seen": N_("looked at"),
    "changed": N_("changed"),
    "deleted": N_("deleted"),
    "expired": N_("expired"),
    "password": N_("changed their password"),
}
NOBODY: Final = {
    "opened": N_("the customer"),
    "deleted": N_("the customer"),
    "expired": N_("by itself"),
}
"""Who has done what no agent did."""
LINES: Final = 500
"""How many lines of the audit one page shows."""
LATELY: Final = 10
"""How many of an agent's own cases are listed."""


@desk.get("/<language:lang>/desk/cases")
@signed_in
def cases(site: Site, agent: Agent) -> Response:
    """Ask for a code, and list the cases that the agent has worked on lately.

    :raise 404: there is no such language, or no cases are kept here
    """
    return cases_page(site, agent)


@desk.post("/<language:lang>/desk/cases")
@signed_in
def take_code(site: Site, agent: Agent) -> Answer:
    """Lead to the case of a code that was typed.

    :raise 400: the form is not this session's own
    :raise 404: there is no such language, or no cases are kept here
    """
    check_form(site)
    typed = request.form.get("code", "")
    try:
        case = find_case(site, typed, throttle_keys(agent), agent.signature)
    except NotFound as fault:
        return cases_page(site, agent, typed, fault)
    return redirect(site.desk_case(case.code), 303)


@desk.get("/<language:lang>/desk/audit")
@lead_only
def audit_lines(site: Site, agent: Agent) -> Response:
    """Show who has done what with which case, newest first.

    :raise 403: the agent is no lead
    """
    lines = audit.read(storage().database, site.portal_id, LINES)
    values = {
        **agent_context(agent)._asdict(),
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


def throttle_keys(agent: Agent) -> Keys:
    """Return what an agent's misses are counted under."""
    return (f"agent {agent.id}",)


def cases_page(
    site: Site, agent: Agent, typed: str = "", fault: NotFound | None = None
) -> Response:
    """Show the box for a code; with a message when the one that was typed fits nothing."""
    database = storage().database
    lately = audit.recent_codes(database, site.portal_id, agent.signature, LATELY)
    values = {
        **agent_context(agent)._asdict(),
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
