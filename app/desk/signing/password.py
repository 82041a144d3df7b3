"""Sign in with a password, and out."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Response, current_app, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ...portal.identity import IdentityProvider
from ...store.agents import Agent, Agents
from ...store.passwords import Locked
from ...web.guesses import visitor_key
from ...web.messages import N_
from ...web.pages import page
from ...web.rates import Rate
from ...web.site import Site
from ..access import TOKEN, current_agent, find_desk
from ..blueprint import desk
from ..forms import DeskForm, SignInForm

WRONG: Final = N_("Name and password do not fit. Please look again.")
LOCKED: Final = N_(
    "Too many wrong passwords came for this name. Please wait {seconds} s; someone who runs this "
    "server can unlock it at once."
)
MANY: Final = N_("Too many tries came from your network. Please wait {seconds} s.")
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
    allowance = rate.take(f"sign-in {visitor_key()}") if rate else None
    if allowance and not allowance.allowed:
        return sign_in_page(site, name, translate(MANY).format(seconds=allowance.wait), 429)
    agents: Agents = current_app.extensions["agents"]
    try:
        agent = agents.check(site.portal_id, name, str(form.password.data or ""))
    except Locked as lock:
        return sign_in_page(site, name, translate(LOCKED).format(seconds=lock.args[0]), 429)
    if agent is None:
        return sign_in_page(site, name, translate(WRONG), 422)
    begin(agent)
    return redirect(page_of(site, request.args.get("to", "")), 303)


@desk.post("/<language:lang>/desk/sign-out")
def sign_out(lang: str) -> Answer:
    """Sign the agent out, here and for good.

    :raise 404: there is no such language, or nobody can sign in here
    """
    site = find_desk(lang)
    if not DeskForm.sent().forged:
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


def page_of(site: Site, wanted: str) -> str:
    """Return the page of the desk that was asked for before signing in, or the desk."""
    # Only the desk's own pages: a link must not lead to another site.
    own = wanted.startswith(("desk/", "desk?")) and "//" not in wanted and "\\" not in wanted
    safe = own and wanted.isascii() and wanted.isprintable() and len(wanted) < 4000
    return f"{site.base}/{wanted if safe else 'desk'}"


def sign_in_page(
    site: Site,
    name: str = "",
    error: str | None = None,
    status: int = 200,
    to: str | None = None,
    at: str = "name",
) -> Response:
    """Show the sign-in page.

    :param to: the page to lead to afterwards, where the request does not say it
    :param at: the id of what is to be tried again after an error
    """
    wanted = request.args.get("to", "") if to is None else to
    query = f"?{urlencode({'to': wanted})}" if wanted and len(wanted) < 4000 else ""
    provider = provider_of(site)
    way = (
        {"url": f"{site.base}/desk/sign-in/provider{query}", "name": provider.shown}
        if provider
        else None
    )
    values = {
        "form": DeskForm(),
        "name": name,
        "error": error,
        "at": at,
        "provider": way,
        "here": f"desk/sign-in{query}",
    }
    return page(site, "sign-in.html", values, status, keep=False)


def provider_of(site: Site) -> IdentityProvider | None:
    """Return who vouches for this desk's agents besides their passwords: a portal has its own."""
    if site.portal:
        return site.portal.identity
    outside: IdentityProvider | None = current_app.extensions["identity"]
    return outside
