"""``/<lang>/help``: a code for what was answered so far.  ``/<lang>/case``: back with a code."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

from ..http.cross_site import is_part_of_another
from ..http.event_counting import record_event
from ..http.security_log import record
from ..presentation import case_pages
from ..presentation.case_lookup import NotFound, find_case, why_not
from ..presentation.wizard_query import read_query, redirect_to_canonical
from ..services import services
from ..store import DatabaseUnavailable
from ..store.cases import Cases, EndedCase, UnknownCode
from ..store.codes import MalformedCode, parse_code
from ..web.links import WizardState
from ..web.rate_keys import rate_keys
from ..web.site import Site, find_site

cases = Blueprint("cases", __name__)


@cases.after_request
def _no_opener(response: Response) -> Response:
    """Cut off a page that opened this one: it could lead it on from one code to the next."""
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


@cases.get("/<language:lang>/help")
def offer(lang: str) -> Answer:
    """Say what a code is, what is kept under it and for how long.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, kept = _find_site(lang)
    state = read_query()[0]
    return redirect_to_canonical(site.help(state), state) or case_pages.offer_page(
        site, state, kept.lifetime.days
    )


@cases.post("/<language:lang>/help")
def open_case(lang: str) -> Answer:
    """Keep the facts that the URL tells, and lead to the page with their code.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, kept = _find_site(lang)
    state = read_query()[0]
    rate = services().rates.open_case
    allowance = rate.take(rate_keys()) if rate else None
    if allowance and not allowance.allowed:
        if allowance.is_first_refusal:
            record("limit-hit", limit="case", portal=site.portal_id)
        return case_pages.away_page(site, state, wait=allowance.wait)
    try:
        case = kept.open(site.portal_id, site.language.code, state.facts)
    except DatabaseUnavailable:
        return case_pages.away_page(site, state)
    response = redirect(site.case(case.code), 303)
    record_event(response, ("case", "opened"))
    return response


@cases.get("/<language:lang>/case")
def ask_for_code(lang: str) -> Response:
    """Ask for a code.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, _ = _find_site(lang)
    return case_pages.ask_page(site)


@cases.post("/<language:lang>/case")
def take_code(lang: str) -> Answer:
    """Lead to the case of a code that was typed.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, _ = _find_site(lang)
    typed = request.form.get("code", "")
    try:
        return redirect(site.case(parse_code(typed)), 303)
    except MalformedCode:
        return _show(site, typed)


@cases.get("/<language:lang>/case/<code>")
def show(lang: str, code: str) -> Response:
    """Show a case to whoever has its code, as it stands now.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, _ = _find_site(lang)
    if is_part_of_another():  # its visitor would be held up for the codes that it tries
        return case_pages.ask_page(site)
    # What is no code is not shown again: a link may say anything.
    return _show(site, code, again=False)


@cases.post("/<language:lang>/case/<code>/delete")
def delete(lang: str, code: str) -> Response:
    """Erase a case: whoever has its code may.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, kept = _find_site(lang)
    try:
        case = find_case(site, code, rate_keys())
        kept.delete(site.portal_id, case.code)
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


def _find_site(lang: str) -> tuple[Site, Cases]:
    site = find_site(lang)
    kept = services().storage
    if kept is None:
        abort(404)
    return site, kept.cases
