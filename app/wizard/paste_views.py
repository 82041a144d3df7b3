"""Views for a pasted error: read it, answer, keep nothing."""

from __future__ import annotations

from flask import Request, redirect, request
from werkzeug.wrappers import Response

from ..http.event_counting import record_event
from ..i18n.messages import PROBLEMS
from ..presentation.paste_input import LONGEST_SHOWN, decode, merge_reading, take_paste
from ..presentation.wizard_query import read_query
from ..reading import TooLong, read
from ..web.links import WizardState
from ..web.site import find_site
from .screens import paste_page, understood_page
from .views import wizard


@wizard.get("/<language:lang>/read")
def lead_to_the_box(lang: str) -> Response:
    """Lead to the start page: what was pasted is kept nowhere, so there is nothing to show.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    return redirect(site.start(read_query()[0].facts), 302)


@wizard.post("/<language:lang>/read")
def take(lang: str) -> Response:
    """Read a paste; show what was understood, or lead on where a program sent it.

    :raise 404: there is no such language
    :raise 413: it is larger than any paste
    """
    site = find_site(lang)
    known = read_query()[0].facts
    take_paste(request)
    text = _pasted(request)
    if not text.strip():
        return paste_page(site, known, text, PROBLEMS["no-text"])
    try:
        reading = read(text)
    except TooLong:
        return paste_page(site, known, text[:LONGEST_SHOWN], PROBLEMS["too-much-text"])
    response: Response
    if "show" not in request.form:
        response = redirect(site.check(WizardState(merge_reading(reading, known))), 303)
    elif reading.reason == "none":
        response = paste_page(site, known, text)
    else:
        response = understood_page(site, known, text, reading)
    record_event(response, ("read", reading.reason))
    return response


def _pasted(request: Request) -> str:
    """Return what was typed and what the chosen file holds, its lines ended in one way."""
    file = request.files.get("file")
    parts = (request.form.get("text", ""), decode(file.read()) if file else "")
    return "\n\n".join(part for part in parts if part.strip()).replace("\r\n", "\n")
