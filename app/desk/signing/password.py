"""Sign in with a password, and out."""

from __future__ import annotations

from typing import Final

from flask import abort, current_app, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ...store.agents import Agent, Agents
from ...store.passwords import Locked
from ...web.dates import shown_wait
from ...web.guesses import visitor_key
from ...web.messages import N_
from ...web.rates import Rate
from ..access import TOKEN, current_agent, find_desk
from ..blueprint import desk
from ..forms import DeskForm, SignInForm
from .page import page_of, sign_in_page

WRONG: Final = N_("Name and password do not fit. Please look again.")
LOCKED: Final = N_(
    "Too many wrong passwords came for this name. Please wait {time}; someone who runs this "
    "server can unlock it at once."
)
MANY: Final = N_("Too many tries came from your network. Please wait {time}.")
FORGED: Final = N_(
    "This form was too old, or your browser did not send the desk's cookie back (it does so over "
    "https only). Please try again."
)


@desk.get("/<language:lang>/desk/sign-in")
def sign_in(lang: str) -> Answer:
    """Ask for name and password, or show the way to the identity provider.

    :raise 404: there is no such language, or nobody can sign in here
    """
    site = find_desk(lang)
    if current_agent(site):
        return redirect(page_of(site, request.args.get("to", "")), 303)
    return sign_in_page(site)


@desk.post("/<language:lang>/desk/sign-in")
def take_password(lang: str) -> Answer:
    """Sign an agent in and lead to the page they had asked for.

    :raise 404: there is no such language, or nobody can sign in here
    """
    site = find_desk(lang)
    translate = site.language.gettext
    form = SignInForm.sent()
    name = str(form.name.data or "")
    if form.forged:
        return sign_in_page(site, name, translate(FORGED), 400)
    rate: Rate | None = current_app.extensions["sign_in_rate"]
    key, code = f"sign-in {visitor_key()}", site.language.code
    if rate and (wait := rate.wait(key)):
        return sign_in_page(site, name, translate(MANY).format(time=shown_wait(wait, code)), 429)
    agents: Agents = current_app.extensions["agents"]
    try:
        agent = agents.check(site.portal_id, name, str(form.password.data or ""))
    except Locked as lock:
        time = shown_wait(lock.args[0], code)
        return sign_in_page(site, name, translate(LOCKED).format(time=time), 429)
    if agent is None:
        if rate:  # only these: a whole helpdesk may share one address
            rate.take(key)
        return sign_in_page(site, name, translate(WRONG), 422)
    begin(agent)
    return redirect(page_of(site, request.args.get("to", "")), 303)


@desk.post("/<language:lang>/desk/sign-out")
def sign_out(lang: str) -> Answer:
    """Sign the agent out, here and for good.

    :raise 400: the form is not this session's own
    :raise 404: there is no such language, or nobody can sign in here
    """
    site = find_desk(lang)
    if DeskForm.sent().forged:
        abort(400)
    agents: Agents = current_app.extensions["agents"]
    if token := session.get(TOKEN):
        agents.sign_out(token)
    session.clear()
    return redirect(f"{site.base}/desk/sign-in", 303)


def begin(agent: Agent) -> None:
    """Begin an agent's session anew, so that nobody could have prepared it."""
    agents: Agents = current_app.extensions["agents"]
    session.clear()
    session[TOKEN] = agents.sign_in(agent)
