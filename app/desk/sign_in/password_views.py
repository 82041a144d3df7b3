"""Sign in with a password, and out."""

from __future__ import annotations

from typing import Final

from flask import abort, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ...http.rate_limits import NetworkRate
from ...http.security_log import record
from ...i18n.languages import shown_wait
from ...i18n.messages import N_
from ...services import services, storage
from ...store.agents import Agent
from ...store.hashing_limit import SlotsFull
from ...store.sessions import CredentialsChanged
from ...store.sign_in_throttle import SignInLocked
from ...web.site import Site, rate_keys
from ..access import TOKEN, check_form, current_agent, find_desk
from ..blueprint import desk
from ..forms import SignInForm
from .device_cookie import known_device, remember_device
from .page import return_url, sign_in_page

WRONG: Final = N_("Name and password do not fit. Please look again.")
LOCKED: Final = N_(
    "Too many wrong passwords came for this name. Please wait {time}, or sign in with a browser "
    "that you have signed in with before; someone who runs this server can unlock it at once."
)
MANY: Final = N_("Too many tries came from your network. Please wait {time}.")
BUSY: Final = N_(
    "Very many sign in just now, so yours was not looked at. Please try again in a few seconds."
)
SOON: Final = "3"
"""Seconds after which somebody may try again who found the server busy (Retry-After)."""
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
        return redirect(return_url(site, request.args.get("to", "")), 303)
    return sign_in_page(site)


@desk.post("/<language:lang>/desk/sign-in")
def take_password(lang: str) -> Answer:
    """Sign an agent in and lead to the page they had asked for.

    :raise 404: there is no such language, or nobody can sign in here with a password
    """
    site = find_desk(lang)
    if services().settings.passwords == "nobody":
        abort(404)
    code = site.language.code
    form = SignInForm.sent()
    name = str(form.name.data or "")
    if form.forged:
        return _refuse(site, name, FORGED, 400, "forged")
    rate = services().rates.sign_in
    visitor = rate_keys()
    device = known_device(site, name)
    if rate and not device and (wait := rate.wait(visitor)):
        record("limit-hit", limit="sign-in", portal=site.portal_id)
        return _refuse(site, name, MANY, 429, "limit", time=shown_wait(wait, code))
    agents = storage().agents
    password = str(form.password.data or "")
    try:
        agent = agents.check(site.portal_id, name, password, visitor[1], device)
    except SlotsFull:
        answer = _refuse(site, name, BUSY, 503, "busy")
        answer.headers["Retry-After"] = SOON
        return answer
    except SignInLocked as lock:
        _count(rate, visitor, device is not None)
        reason = "device-locked" if device else "locked"
        return _refuse(site, name, LOCKED, 429, reason, time=shown_wait(lock.args[0], code))
    if agent is None:
        _count(rate, visitor, device is not None)
        return _refuse(site, name, WRONG, 422, "password")
    try:
        begin(agent, "password")
    except CredentialsChanged:
        return _refuse(site, name, WRONG, 422, "password")
    remember_device(agent)
    return redirect(return_url(site, request.args.get("to", "")), 303)


@desk.post("/<language:lang>/desk/sign-out")
def sign_out(lang: str) -> Answer:
    """Sign the agent out, here and for good.

    :raise 400: the form is not this session's own
    :raise 404: there is no such language, or nobody can sign in here
    """
    site = find_desk(lang)
    check_form(site)
    agent = current_agent(site)
    if token := session.get(TOKEN):
        storage().sessions.end(token)
    session.clear()
    if agent:
        record("sign-out", portal=site.portal_id, agent=agent.id)
    return redirect(site.sign_in(), 303)


def begin(agent: Agent, way: str) -> None:
    """Begin an agent's session anew, so that nobody could have prepared it; the old one ends.

    :param way: how they have signed in, a word for the security log
    :raise CredentialsChanged: they may not sign in any more
    """
    token = storage().sessions.begin(agent, session.get(TOKEN, ""))
    session.clear()
    session[TOKEN] = token
    record("sign-in", portal=agent.portal, agent=agent.id, role=agent.role, way=way)


def _count(rate: NetworkRate | None, visitor: tuple[str, ...], known: bool) -> None:
    """Count what was refused against the address and the networks around it.

    Known devices do not count: each is throttled alone, and others' tries are no reason to.
    """
    if rate and not known:
        rate.take(visitor)


def _refuse(site: Site, name: str, text: str, status: int, reason: str, **values: str) -> Answer:
    record("sign-in-refused", portal=site.portal_id, reason=reason)
    return sign_in_page(site, name, site.language.gettext(text).format(**values), status)
