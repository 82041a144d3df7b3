"""An agent's own account: another password, and the sessions that are open."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ..http.security_log import record
from ..i18n.languages import short_moment, shown_wait
from ..i18n.messages import N_
from ..services import storage
from ..store.agents import Agent
from ..store.hashing_limit import SlotsFull
from ..store.passwords import MAX_LENGTH, MIN_LENGTH, GuessablePassword
from ..store.sessions import digest
from ..store.sign_in_throttle import SignInLocked
from ..web.pages import page
from ..web.site import Site
from .access import TOKEN, agent_context, check_form, signed_in
from .blueprint import desk
from .forms import PasswordForm
from .sign_in.device_cookie import remember_device
from .sign_in.password_views import BUSY, SOON, begin

WRONG: Final = N_("This is not the password that you have now. Please look again.")
LOCKED: Final = N_("Too many wrong passwords were typed here. Please wait {time}.")
LENGTH: Final = N_("A password has {least} to {most} characters: a sentence will do.")
EASY: Final = N_(
    "This password is easy to guess: it is a common one, a pattern, or made of your name or the "
    "desk's. A longer sentence is harder."
)
ALL: Final = "others"
DONE: Final = {
    "password": N_("Your password is changed, and you are signed out everywhere else."),
    "ended": N_("Done: you are signed out there."),
}


@desk.get("/<language:lang>/desk/account")
@signed_in
def account(site: Site, agent: Agent) -> Response:
    """Show the agent's sessions, and for one with a password the way to another one.

    :raise 404: there is no such language, or nobody can sign in here
    """
    return _page(site, agent)


@desk.post("/<language:lang>/desk/account/password")
@signed_in
def change_password(site: Site, agent: Agent) -> Answer:
    """Take another password, and end the agent's other sessions.

    :raise 400: the form is not this session's own
    :raise 404: the agent has no password here
    """
    form = PasswordForm.sent()
    check_form(site, form)
    if agent.federated:
        abort(404)
    agents = storage().agents
    old, new = str(form.old.data or ""), str(form.new.data or "")
    try:
        changed = agents.change_password(agent, old, new, site.portal.words if site.portal else ())
    except SlotsFull:
        answer = _refuse(site, agent, "old", BUSY, 503, "busy")
        answer.headers["Retry-After"] = SOON
        return answer
    except SignInLocked as lock:
        wait = shown_wait(lock.args[0], site.language.code)
        return _refuse(site, agent, "old", LOCKED, 429, "locked", time=wait)
    except GuessablePassword:
        return _refuse(site, agent, "new", EASY, 422, "too-easy")
    except ValueError:
        return _refuse(site, agent, "new", LENGTH, 422, "length", least=MIN_LENGTH, most=MAX_LENGTH)
    if not changed:
        return _refuse(site, agent, "old", WRONG, 422, "password")
    record("password-changed", portal=site.portal_id, agent=agent.id)
    begin(agent, "password-changed")
    remember_device(agent)
    return redirect(site.account("done=password"), 303)


@desk.post("/<language:lang>/desk/account/end")
@signed_in
def end_sessions(site: Site, agent: Agent) -> Answer:
    """End one of the agent's own sessions, or all but this one.

    :raise 400: the form is not this session's own
    """
    check_form(site)
    which, token = request.form.get("session", ""), session[TOKEN]
    ended = (
        storage().sessions.end_others(agent, token)
        if which == ALL
        else storage().sessions.end_by_id(agent, which)
    )
    record("sessions-ended", portal=site.portal_id, agent=agent.id, number=ended)
    return redirect(site.account("done=ended"), 303)


def _page(
    site: Site, agent: Agent, status: int = 200, error: str | None = None, at: str = ""
) -> Response:
    """Show the account; with a message where something was wrong.

    :param at: the id of the field that is wrong
    """
    code, this = site.language.code, digest(session[TOKEN])
    done = DONE.get(request.args.get("done", ""))
    values = {
        **agent_context(agent)._asdict(),
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


def _refuse(
    site: Site, agent: Agent, at: str, text: str, status: int, reason: str, **values: str | int
) -> Response:
    record("password-change-refused", portal=site.portal_id, agent=agent.id, reason=reason)
    return _page(site, agent, status, site.language.gettext(text).format(**values), at)
