"""Sheet, text and QR code of a plan.

They name the plan's absolute address, so they depend on the host too and only browsers keep them.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from ..diagnosis import Plan, PlannedRemedy
from ..presentation.markdown import write_markdown
from ..presentation.plan import make_plan
from ..presentation.qr import draw_qr
from ..presentation.ticket import Part, make_ticket, write_plain
from ..presentation.wizard_query import read_query, redirect_to_canonical
from ..web.links import WizardState
from ..web.pages import page
from ..web.site import Site, find_site, home_url, known_home

handouts = Blueprint("handouts", __name__)
OWN = "private, max-age=300"


@handouts.get("/<language:lang>/qr.svg")
def qr(lang: str) -> Answer:
    """Send the QR code that opens the plan on another device.

    :raise 404: there is no such language
    :raise 421: nobody knows which name the link should begin with
    """
    site = find_site(lang)
    state = read_query()[0]
    moved = redirect_to_canonical(site.qr(state), state)
    return moved or _send(draw_qr(home_url() + site.check(state)), "image/svg+xml")


@handouts.get("/<language:lang>/ticket.txt")
def ticket(lang: str) -> Answer:
    """Send the case and its plan as plain text.

    :raise 404: there is no such language
    """
    return _send_ticket(lang, Site.ticket, write_plain, "text/plain")


@handouts.get("/<language:lang>/ticket.md")
def markdown(lang: str) -> Answer:
    """Send the case and its plan in Markdown.

    :raise 404: there is no such language
    """
    return _send_ticket(lang, Site.markdown_ticket, write_markdown, "text/markdown")


@handouts.get("/<language:lang>/sheet")
def sheet(lang: str) -> Answer:
    """Show the plan as one sheet to print.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    state = read_query()[0]
    if moved := redirect_to_canonical(site.sheet(state), state):
        return moved
    plan, remedy = _plan(site, state)
    link = _link(site, state)
    values = {
        "plan": plan,
        "remedy": remedy,
        "ours": site.serves(plan.provider),
        "others": [other for other in plan.remedies if other.id != remedy.id],
        "link": link,
        "qr": draw_qr(link) if link else "",
        "back": site.check(state),
        "text": site.ticket(state),
        "here": site.sheet(state),
    }
    return page(site, "handouts/sheet.html", values, keep=False)


def _send_ticket(
    lang: str,
    link: Callable[[Site, WizardState], str],
    write: Callable[[tuple[Part, ...]], str],
    mimetype: str,
) -> Answer:
    site = find_site(lang)
    state = read_query()[0]
    if moved := redirect_to_canonical(link(site, state), state):
        return moved
    plan, remedy = _plan(site, state)
    parts = make_ticket(plan, remedy, site.language, _link(site, state))
    return _send(write(parts), mimetype)


def _plan(site: Site, state: WizardState) -> tuple[Plan, PlannedRemedy]:
    """Return the plan and the way to write out: when all have been tried, the words to say."""
    plan = make_plan(site, state.situation)
    return plan, plan.shown(state.way) or plan.last


def _link(site: Site, state: WizardState) -> str:
    """Return the absolute address of the plan; '' where nobody knows which name it begins with."""
    home = known_home()
    return home and home + site.check(state)


def _send(text: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Cache-Control"] = OWN
    return response
