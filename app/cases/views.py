"""``/<lang>/help``: a code for what was answered so far.  ``/<lang>/case``: back with a code."""

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

from ..http.cross_site import is_part_of_another
from ..http.event_counting import record_event
from ..presentation import case_pages
from ..presentation.case_pages import NotFound, find_case, why_not
from ..presentation.wizard_query import canonical_state, read_query
from ..services import services, storage
from ..store import DatabaseUnavailable
from ..store.cases import EndedCase, UnknownCode
from ..store.codes import MalformedCode, parse_code
from ..web.links import WizardState
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
    return case_pages.offer_page(site, state, storage().cases.lifetime.days)


@cases.post("/<language:site>/help")
def open_case(site: Site) -> Answer:
    """Keep the facts that the URL tells, and lead to the page with their code."""
    state = read_query()[0]
    if wait := count_visit(site, services().rates.open_case, "case"):
        return case_pages.away_page(site, state, wait)
    try:
        case = storage().cases.open(site.portal_id, site.language.code, state.facts)
    except DatabaseUnavailable:
        return case_pages.away_page(site, state)
    response = redirect(site.case(case.code), 303)
    record_event(response, ("case", "opened"))
    return response


@cases.get("/<language:site>/case")
def ask_for_code(site: Site) -> Response:
    """Ask for a code."""
    return case_pages.ask_page(site)


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
        return case_pages.ask_page(site)
    # What is no code is not shown again: a link may say anything.
    return _show(site, code, again=False)


@cases.post("/<language:site>/case/<code>/delete")
def delete(site: Site, code: str) -> Response:
    """Erase a case: whoever has its code may."""
    try:
        case = find_case(site, code, rate_keys())
        storage().cases.delete(site.portal_id, case.code)
    except NotFound as fault:
        return case_pages.ask_page(site, code, fault)
    except (UnknownCode, EndedCase) as fault:  # somebody was faster
        return case_pages.ask_page(site, code, why_not(site, fault))
    except DatabaseUnavailable:
        return case_pages.away_page(site)
    return case_pages.deleted_page(site, WizardState(case.facts))


def _show(site: Site, typed: str, again: bool = True) -> Response:
    try:
        return case_pages.case_page(site, find_case(site, typed, rate_keys()))
    except NotFound as fault:
        return case_pages.ask_page(site, typed if again or fault.status != 422 else "", fault)
    except DatabaseUnavailable:
        return case_pages.away_page(site)
