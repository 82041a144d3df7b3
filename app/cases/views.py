"""``/<lang>/help``: a code for what was answered so far.  ``/<lang>/case``: back with a code."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from ..store import DatabaseAway
from ..store.cases import Cases, EndedCase, UnknownCode
from ..store.codes import NotACode, read_code
from ..web.counting import mark
from ..web.foreign import is_part_of_another
from ..web.links import Spot
from ..web.rates import NetworkRate
from ..web.security_log import record
from ..web.site import Site, find_site
from ..web.visitors import visitor_keys
from ..wizard.query import moved_part, read_query
from . import pages
from .finding import NotFound, find_case, why_not

cases = Blueprint("cases", __name__)
HELP = "help"
CASE = "case"


@cases.after_request
def _no_opener(response: Response) -> Response:
    """Cut off a page that opened this one: it could lead it on from one code to the next."""
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


@cases.get(f"/<language:lang>/{HELP}")
def offer(lang: str) -> Answer:
    """Say what a code is, what is kept under it and for how long.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, kept = _desk(lang)
    spot = read_query()[0]
    return moved_part(site, HELP, spot) or pages.offer_page(site, spot, kept.lifetime.days)


@cases.post(f"/<language:lang>/{HELP}")
def open_case(lang: str) -> Answer:
    """Keep the facts that the URL tells, and lead to the page with their code.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, kept = _desk(lang)
    spot = read_query()[0]
    rate: NetworkRate | None = current_app.extensions["case_rate"]
    allowance = rate.take(visitor_keys()) if rate else None
    if allowance and not allowance.allowed:
        if allowance.is_first_refusal:
            record("limit-hit", limit="case", portal=site.portal_id)
        return pages.away_page(site, spot, wait=allowance.wait)
    try:
        case = kept.open(site.portal_id, site.language.code, spot.facts)
    except DatabaseAway:
        return pages.away_page(site, spot)
    response = redirect(f"{site.base}/{CASE}/{case.code}", 303)
    mark(response, ("case", "opened"))
    return response


@cases.get(f"/<language:lang>/{CASE}")
def ask_for_code(lang: str) -> Response:
    """Ask for a code.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, _ = _desk(lang)
    return pages.ask_page(site)


@cases.post(f"/<language:lang>/{CASE}")
def take_code(lang: str) -> Answer:
    """Lead to the case of a code that was typed.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, _ = _desk(lang)
    typed = request.form.get("code", "")
    try:
        return redirect(f"{site.base}/{CASE}/{read_code(typed)}", 303)
    except NotACode:
        return _show(site, typed)


@cases.get(f"/<language:lang>/{CASE}/<code>")
def show(lang: str, code: str) -> Response:
    """Show a case to whoever has its code, as it stands now.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, _ = _desk(lang)
    if is_part_of_another():  # its visitor would be held up for the codes that it tries
        return pages.ask_page(site)
    # What is no code is not shown again: a link may say anything.
    return _show(site, code, again=False)


@cases.post(f"/<language:lang>/{CASE}/<code>/delete")
def delete(lang: str, code: str) -> Response:
    """Erase a case: whoever has its code may.

    :raise 404: there is no such language, or no cases are kept here
    """
    site, kept = _desk(lang)
    try:
        case = find_case(site, code, visitor_keys())
        kept.end(site.portal_id, case.code)
    except NotFound as fault:
        return pages.ask_page(site, code, fault)
    except (UnknownCode, EndedCase) as fault:  # somebody was faster
        return pages.ask_page(site, code, why_not(site, fault))
    except DatabaseAway:
        return pages.away_page(site)
    return pages.deleted_page(site, Spot(case.facts))


def _show(site: Site, typed: str, again: bool = True) -> Response:
    try:
        return pages.case_page(site, find_case(site, typed, visitor_keys()))
    except NotFound as fault:
        return pages.ask_page(site, typed if again or fault.status != 422 else "", fault)
    except DatabaseAway:
        return pages.away_page(site)


def _desk(lang: str) -> tuple[Site, Cases]:
    site = find_site(lang)
    kept: Cases | None = current_app.extensions["cases"]
    if kept is None:
        abort(404)
    return site, kept
