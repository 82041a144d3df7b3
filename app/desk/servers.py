"""Check the outgoing server of a case from here, and keep what was seen in the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, redirect
from werkzeug.wrappers import Response as Answer

from ..diagnosis import Situation
from ..diagnosis.domains import display
from ..presentation.connection_test import tested_server
from ..presentation.server_check import check_in_words
from ..services import services
from ..store.agents import Agent
from ..store.cases import Case
from ..store.codes import format_code
from ..web.pages import page
from ..web.site import Site
from .access import agent_values, check_form, desk
from .views import case_of, on_case

if TYPE_CHECKING:
    from ..discovery.checks import Checks


@desk.get("/<language:site>/desk/cases/<code>/server")
@on_case
def show_server(site: Site, agent: Agent, code: str) -> Response:
    """Show what was seen of the server of a case, or the button that begins to look.

    :raise 404: this installation checks no servers
    """
    return _page(site, agent, case_of(site, agent, code))


def _page(site: Site, agent: Agent, case: Case, busy: bool = False) -> Response:
    checks, host = _checks(), tested_server(Situation(case.facts))
    check = checks.known(host) if host else None
    done = check is not None and check.done
    values: dict[str, Any] = {
        **agent_values(agent),
        "case": case,
        "code": format_code(case.code),
        "server": display(host) if host else "",
        "searching": check is not None and not check.done,
        "words": check_in_words(check, site.language) if check and done else None,
        "busy": busy,
        "here": site.check_server(case.code),
        "back": site.desk_case(case.code),
    }
    return page(site, "desk/server.html", values, 503 if busy else 200, keep=False)


@desk.post("/<language:site>/desk/cases/<code>/server")
@on_case
def check_server(site: Site, agent: Agent, code: str) -> Answer:
    """Begin to check the server of a case, unless that was done in the last ten minutes.

    :raise 404: this installation checks no servers
    """
    check_form(site)
    from ..discovery import TooMany  # only where it is switched on

    checks, case = _checks(), case_of(site, agent, code)
    if host := tested_server(Situation(case.facts)):
        try:
            checks.begin(host)
        except TooMany:
            return _page(site, agent, case, busy=True)
    return redirect(site.check_server(case.code), 303)


def _checks() -> Checks:
    found = services().discovery
    if found is None:
        abort(404)
    return found.checks
