"""The desk: a GET shows the screen for its URL, a POST takes the form and leads to another."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from ...web.pastes import take_paste
from ...web.site import Site
from ...wizard.query import typed_in_url
from ..access import AtDesk, admit
from ..blueprint import desk
from .answers import LONGEST_KEPT, Fault
from .page import desk_page
from .state import read_state
from .taking import Taken, take_form

SCRIPT = "X-Desk"
"""The header that the screen's script sends along."""


@desk.get("/<language:lang>/desk")
@admit
def show(site: Site, at_desk: AtDesk | None) -> Response:
    """Show the screen; what is wrong in the URL is said at its field.

    :raise 404: there is no such language
    :raise 414: the query is longer than any set of answers
    """
    state, wrong = read_state(site)
    if typed_in_url(state.facts):
        return redirect(state.url(site), 302)
    errors = {fact: Fault(code) for fact, code in wrong.items()}
    typed = {fact: request.args[fact][:LONGEST_KEPT] for fact in wrong}
    return desk_page(site, Taken(state, errors, typed), at_desk)


@desk.post("/<language:lang>/desk")
@admit
def renew(site: Site, at_desk: AtDesk | None) -> Response:
    """Take answers, remedies tried and a paste, and lead on to the URL of the new state.

    What no URL may hold is shown at once; so is everything to the screen's own script, which
    writes the URL itself: a round trip less, and somebody is waiting.

    :raise 404: there is no such language
    :raise 413: it is larger than any paste
    :raise 414: the query is longer than any set of answers
    """
    take_paste(request)
    taken = take_form(read_state(site)[0], request.form)
    if taken.settled and SCRIPT not in request.headers:
        return redirect(taken.state.url(site), 303)
    return desk_page(site, taken, at_desk)
