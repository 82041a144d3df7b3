"""Sheet, text and QR code of a plan.

They name the plan's absolute address, so they depend on the host too and only browsers keep them.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from ..diagnosis import Plan, PlannedRemedy
from ..presentation.pictures import draw_qr
from ..presentation.plan import make_plan
from ..presentation.questions import program_name
from ..presentation.ticket import Part, make_ticket, write_markdown, write_plain
from ..presentation.wizard_query import canonical_state
from ..web.links import WizardState
from ..web.pages import page
from ..web.site import Site, home_url, known_home

handouts = Blueprint("handouts", __name__)
OWN = "private, max-age=300"


@handouts.get("/<language:site>/qr.svg")
def qr(site: Site) -> Response:
    """Send the QR code that opens the plan on another device.

    :raise 421: nobody knows which name the link should begin with
    """
    state = canonical_state(site.qr)
    return _send(draw_qr(home_url() + site.check(state)), "image/svg+xml")


@handouts.get("/<language:site>/ticket.txt")
def ticket(site: Site) -> Response:
    """Send the case and its plan as plain text."""
    return _send_ticket(site, site.ticket, write_plain, "text/plain")


@handouts.get("/<language:site>/ticket.md")
def markdown(site: Site) -> Response:
    """Send the case and its plan in Markdown."""
    return _send_ticket(site, site.markdown_ticket, write_markdown, "text/markdown")


@handouts.get("/<language:site>/sheet")
def sheet(site: Site) -> Response:
    """Show the plan as one sheet to print."""
    state = canonical_state(site.sheet)
    plan, remedy = _plan(site, state)
    link = _link(site, state)
    values = {
        "plan": plan,
        "remedy": remedy,
        "program": program_name(site.language.code, state.facts),
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
    site: Site,
    link: Callable[[WizardState], str],
    write: Callable[[tuple[Part, ...]], str],
    mimetype: str,
) -> Response:
    state = canonical_state(link)
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
    return Response(text, headers={"Cache-Control": OWN}, mimetype=mimetype)
