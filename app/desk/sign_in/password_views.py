"""An agent's sessions and password: sign in and out, see all sessions, take another password."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ...http.security_log import record
from ...i18n.languages import short_moment, shown_wait
from ...i18n.messages import N_
from ...services import services, storage
from ...store.agents import Agent
from ...store.hashing_limit import SlotsFull
from ...store.passwords import MAX_LENGTH, MIN_LENGTH, GuessablePassword
from ...store.sessions import CredentialsChanged, digest
from ...store.sign_in_throttle import SignInLocked
from ...web.pages import page
from ...web.site import Site, rate_keys
from ..access import TOKEN, agent_values, check_form, current_agent, desk, require_desk, signed_in
from ..cookies import known_device, remember_device
from ..forms import is_forged
from .page import return_url, sign_in_page

WRONG: Final = N_("Wrong username or password. Please try again.")
LOCKED: Final = N_(
    "Too many wrong passwords for this username. Please wait {time}, or use a "
    "browser you have signed in with before. A server administrator can unlock "
    "the username at once."
)
MANY: Final = N_("Too many sign-in attempts from your network. Please wait {time}.")
BUSY: Final = N_("Too many people are signing in right now. Please try again in a few seconds.")
SOON: Final = "3"
"""Seconds after which somebody may try again who found the server busy (Retry-After)."""
FORGED: Final = N_(
    "This page has expired, or your browser did not send the helpdesk cookie "
    "(this cookie is sent over https only). Please try again."
)
REFUSALS: Final = {
    "forged": (FORGED, 400),
    "limit": (MANY, 429),
    "busy": (BUSY, 503),
    "locked": (LOCKED, 429),
    "device-locked": (LOCKED, 429),
    "password": (WRONG, 422),
}
"""Why nobody is signed in, a word for the security log: what is said, and the status."""
NOT_THE_OLD: Final = N_("The current password you entered is wrong. Please try again.")
OLD_LOCKED: Final = N_("Too many wrong passwords. Please wait {time}.")
LENGTH: Final = N_("Passwords need {least} to {most} characters. You can use a whole sentence.")
EASY: Final = N_(
    "This password is easy to guess, because it is common, follows a pattern, or "
    "contains your name or the helpdesk's name. Please use a longer sentence."
)
CHANGE_REFUSALS: Final = {
    "busy": ("old", BUSY, 503),
    "locked": ("old", OLD_LOCKED, 429),
    "too-easy": ("new", EASY, 422),
    "length": ("new", LENGTH, 422),
    "password": ("old", NOT_THE_OLD, 422),
}
"""Why a password stays as it was, by a word for the security log: field, message, status."""
ALL: Final = "others"
DONE: Final = {
    "password": N_("Password changed. You are now signed out everywhere else."),
    "ended": N_("Signed out."),
}


@desk.get("/<language:site>/desk/sign-in")
def sign_in(site: Site) -> Answer:
    """Ask for name and password, or show the way to the identity provider.

    :raise 404: nobody can sign in here
    """
    require_desk()
    if current_agent(site):
        return redirect(return_url(site, request.args.get("to", "")), 303)
    return sign_in_page(site)


@desk.post("/<language:site>/desk/sign-in")
def take_password(site: Site) -> Answer:
    """Sign an agent in and lead to the page they had asked for.

    :raise 404: nobody can sign in here with a password
    """
    require_desk()
    if services().settings.passwords == "nobody":
        abort(404)
    name, password = (request.form.get(field, "") for field in ("name", "password"))
    if is_forged():
        return _refuse(site, name, "forged")
    rate, visitor, device = services().rates.sign_in, rate_keys(), known_device(site, name)
    if rate and not device and (wait := rate.wait(visitor)):
        record("limit-hit", limit="sign-in", portal=site.portal_id)
        return _refuse(site, name, "limit", wait)
    reason, wait = "password", 0
    try:
        agent = storage().agents.check(site.portal_id, name, password, visitor[1], device)
    except SlotsFull:
        return _refuse(site, name, "busy")
    except SignInLocked as lock:
        agent, reason, wait = None, "device-locked" if device else "locked", lock.args[0]
    if agent is None:
        # Known devices do not count: each is throttled alone, and others' tries are no reason to.
        if rate and not device:
            rate.take(visitor)
        return _refuse(site, name, reason, wait)
    try:
        begin(agent, "password")
    except CredentialsChanged:
        return _refuse(site, name, "password")
    remember_device(agent)
    return redirect(return_url(site, request.args.get("to", "")), 303)


@desk.post("/<language:site>/desk/sign-out")
def sign_out(site: Site) -> Answer:
    """Sign the agent out, here and for good.

    :raise 404: nobody can sign in here
    """
    require_desk()
    check_form(site)
    agent = current_agent(site)
    if token := session.get(TOKEN):
        storage().sessions.end(token)
    session.clear()
    if agent:
        record("sign-out", portal=site.portal_id, agent=agent.id)
    return redirect(site.sign_in(), 303)


@desk.get("/<language:site>/desk/account")
@signed_in
def account(site: Site, agent: Agent) -> Response:
    """Show the agent's sessions, and for one with a password the way to another one."""
    return _account_page(site, agent)


@desk.post("/<language:site>/desk/account/password")
@signed_in
def change_password(site: Site, agent: Agent) -> Answer:
    """Take another password, and end the agent's other sessions.

    :raise 404: the agent has no password here
    """
    check_form(site)
    if agent.federated:
        abort(404)
    old, new = (request.form.get(field, "") for field in ("old", "new"))
    words = site.portal.words if site.portal else ()
    try:
        changed = storage().agents.change_password(agent, old, new, words)
    except SlotsFull:
        return _refuse_change(site, agent, "busy")
    except SignInLocked as lock:
        return _refuse_change(site, agent, "locked", lock.args[0])
    except GuessablePassword:
        return _refuse_change(site, agent, "too-easy")
    except ValueError:
        return _refuse_change(site, agent, "length")
    if not changed:
        return _refuse_change(site, agent, "password")
    record("password-changed", portal=site.portal_id, agent=agent.id)
    begin(agent, "password-changed")
    remember_device(agent)
    return redirect(site.account("done=password"), 303)


@desk.post("/<language:site>/desk/account/end")
@signed_in
def end_sessions(site: Site, agent: Agent) -> Answer:
    """End one of the agent's own sessions, or all but this one."""
    check_form(site)
    which, token = request.form.get("session", ""), session[TOKEN]
    sessions = storage().sessions
    others = which == ALL
    ended = sessions.end_others(agent, token) if others else sessions.end_by_id(agent, which)
    record("sessions-ended", portal=site.portal_id, agent=agent.id, number=ended)
    return redirect(site.account("done=ended"), 303)


def begin(agent: Agent, way: str) -> None:
    """Begin an agent's session anew, so that nobody could have prepared it; the old one ends.

    :param way: how they have signed in, a word for the security log
    :raise CredentialsChanged: they may not sign in any more
    """
    token = storage().sessions.begin(agent, session.get(TOKEN, ""))
    session.clear()
    session[TOKEN] = token
    record("sign-in", portal=agent.portal, agent=agent.id, role=agent.role, way=way)


def _account_page(
    site: Site, agent: Agent, status: int = 200, error: str | None = None, at: str = ""
) -> Response:
    """Show the account; with a message where something was wrong.

    :param at: the id of the field that is wrong
    """
    code, this = site.language.code, digest(session[TOKEN])
    done = DONE.get(request.args.get("done", ""))
    values = {
        **agent_values(agent),
        "sessions": [
            (one.id, short_moment(one.begun, code), short_moment(one.seen, code), one.id == this)
            for one in storage().sessions.list_for(agent)
        ],
        "all": ALL,
        "error": error,
        "at": at,
        "done": site.language.gettext(done) if done else None,
        "least": MIN_LENGTH,
        "here": site.account(),
    }
    return page(site, "desk/account.html", values, status, keep=False)


def _refuse(site: Site, name: str, reason: str, wait: int = 0) -> Response:
    text, status = REFUSALS[reason]
    record("sign-in-refused", portal=site.portal_id, reason=reason)
    return _with_pause(sign_in_page(site, name, _message(site, text, wait), status))


def _refuse_change(site: Site, agent: Agent, reason: str, wait: int = 0) -> Response:
    at, text, status = CHANGE_REFUSALS[reason]
    record("password-change-refused", portal=site.portal_id, agent=agent.id, reason=reason)
    return _with_pause(_account_page(site, agent, status, _message(site, text, wait), at))


def _message(site: Site, text: str, wait: int) -> str:
    time = shown_wait(wait, site.language.code)
    return site.language.gettext(text).format(time=time, least=MIN_LENGTH, most=MAX_LENGTH)


def _with_pause(answer: Response) -> Response:
    """Return an answer, with the time to wait before another try where the server was busy."""
    if answer.status_code == 503:
        answer.headers["Retry-After"] = SOON
    return answer
