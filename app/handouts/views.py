"""Sheet, text and QR code of a plan.

They name the plan's absolute address, so they depend on the host too and only browsers keep them.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from werkzeug.wrappers import Response as Answer

from ..diagnosis import Plan, PlannedRemedy, make_plan
from ..web.clock import today
from ..web.languages import Language
from ..web.links import Spot, check_url, part_url
from ..web.pages import page
from ..wizard.query import find_language, moved_part, read_query
from .qr import draw_qr
from .ticket import write_ticket

handouts = Blueprint("handouts", __name__)
OWN = "private, max-age=300"


@handouts.get("/<language:lang>/qr.svg")
def qr(lang: str) -> Answer:
    """Send the QR code that opens the plan on another device.

    :raise 404: there is no such language
    """
    find_language(lang)
    spot = read_query()[0]
    moved = moved_part(lang, "qr.svg", spot)
    return moved or _send(draw_qr(_link(lang, spot)), "image/svg+xml")


@handouts.get("/<language:lang>/ticket.txt")
def ticket(lang: str) -> Answer:
    """Send the case and its plan as plain text.

    :raise 404: there is no such language
    """
    language = find_language(lang)
    spot = read_query()[0]
    if moved := moved_part(lang, "ticket.txt", spot):
        return moved
    plan, remedy = _plan(language, spot)
    return _send(write_ticket(plan, remedy, language, _link(lang, spot)), "text/plain")


@handouts.get("/<language:lang>/sheet")
def sheet(lang: str) -> Answer:
    """Show the plan as one sheet to print.

    :raise 404: there is no such language
    """
    language = find_language(lang)
    spot = read_query()[0]
    if moved := moved_part(lang, "sheet", spot):
        return moved
    plan, remedy = _plan(language, spot)
    link = _link(lang, spot)
    values = {
        "plan": plan,
        "remedy": remedy,
        "others": [other for other in plan.remedies if other.id != remedy.id],
        "link": link,
        "qr": draw_qr(link),
        "back": check_url(lang, spot),
        "text": part_url(lang, "ticket.txt", spot),
        "here": part_url(lang, "sheet", spot).removeprefix(f"/{lang}/"),
    }
    return page(language, "sheet.html", values, keep=False)


def _plan(language: Language, spot: Spot) -> tuple[Plan, PlannedRemedy]:
    """Return the plan and the way to write out: when all have been tried, the words to say."""
    plan = make_plan(spot.facts, language.gettext, language.code, today())
    return plan, plan.shown(spot.way) or plan.last


def _link(lang: str, spot: Spot) -> str:
    base = current_app.extensions["public_url"] or request.host_url.rstrip("/")
    return f"{base}{check_url(lang, spot)}"


def _send(text: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Cache-Control"] = OWN
    return response
