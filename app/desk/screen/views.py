"""The desk: a GET shows the screen for its URL, a POST takes the form and leads to another."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from ...presentation.paste_input import take_paste
from ...presentation.wizard_query import has_uncanonical_names
from ...web.site import Site
from ..access import AgentContext, admit
from ..blueprint import desk
from .form_answers import LONGEST_KEPT, AnswerError
from .page import desk_page
from .state import read_state
from .submission import Submission, read_submission

SCRIPT = "X-Desk"
"""The header that the screen's script sends along."""


@desk.get("/<language:lang>/desk")
@admit
def show(site: Site, at_desk: AgentContext | None) -> Response:
    """Show the screen; what is wrong in the URL is said at its field.

    :raise 404: there is no such language
    :raise 414: the query is longer than any set of answers
    """
    state, wrong = read_state(site)
    if has_uncanonical_names(state.facts):
        return redirect(state.url(site), 302)
    errors = {fact: AnswerError(code) for fact, code in wrong.items()}
    typed = {fact: request.args[fact][:LONGEST_KEPT] for fact in wrong}
    return desk_page(site, Submission(state, errors, typed), at_desk)


@desk.post("/<language:lang>/desk")
@admit
def renew(site: Site, at_desk: AgentContext | None) -> Response:
    """Take answers, remedies tried and a paste, and lead on to the URL of the new state.

    What no URL may hold is shown at once; so is everything to the screen's own script, which
    writes the URL itself: a round trip less, and somebody is waiting.

    :raise 404: there is no such language
    :raise 413: it is larger than any paste
    :raise 414: the query is longer than any set of answers
    """
    take_paste(request)
    taken = read_submission(read_state(site)[0], request.form)
    if taken.settled and SCRIPT not in request.headers:
        return redirect(taken.state.url(site), 303)
    return desk_page(site, taken, at_desk)
