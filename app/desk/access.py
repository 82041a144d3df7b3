"""Access control of the desk's pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NamedTuple, NoReturn

from flask import abort, current_app, g, redirect, request, session

from ..http.security_log import record
from ..i18n.messages import N_
from ..services import services
from ..store import DatabaseUnavailable
from ..store.agents import Agent
from ..web.site import Site, find_site
from .forms import DeskForm
from .sign_in.page import place_query, requested_place, sign_in_page

TOKEN: Final = "token"
"""The key of the session under which the agent's token stands."""
View = Callable[..., Any]
ENDED: Final = N_(
    "You are not signed in any more, so nothing was changed. A session ends after 12 hours, after "
    "a while in which nothing is done, or when you sign out. Please sign in, and do it once more."
)


class AgentContext(NamedTuple):
    """An agent, and the CSRF token for the forms of their page."""

    agent: Agent
    token: str


def find_desk(lang: str) -> Site:
    """Return the site of a desk with agents.

    :raise 404: there is no such language, or no agents are kept here
    :raise DatabaseUnavailable: sessions cannot be read
    """
    site = find_site(lang)
    if services().storage is None:
        abort(404)
    if current_app.session_interface.is_null_session(session):
        raise DatabaseUnavailable
    return site


def current_agent(site: Site) -> Agent | None:
    """Return the agent who is signed in at this desk, looked up once a request.

    :raise DatabaseUnavailable: sessions cannot be read
    """
    if "agent" not in g:
        kept, token = services().storage, session.get(TOKEN)
        g.agent = kept.sessions.find_agent(site.portal_id, token) if kept and token else None
    agent: Agent | None = g.agent
    return agent


def signed_in(view: View) -> View:
    """Require an agent of this desk; redirect others to the sign-in page, and back afterwards.

    The view gets the site and the agent in place of the language.
    """

    @wraps(view)
    def guarded(lang: str, **given: Any) -> Any:
        site = find_desk(lang)
        agent = current_agent(site)
        if agent is None:
            return redirect_to_sign_in(site)
        return view(site, agent, **given)

    return guarded


def lead_only(view: View) -> View:
    """Require a lead of this desk.

    :raise 403: the agent is none
    """

    @signed_in
    @wraps(view)
    def guarded(site: Site, agent: Agent, **given: Any) -> Any:
        if agent.role != "lead":
            refuse(site, "role", 403)
        return view(site, agent, **given)

    return guarded


def admit(view: View) -> View:
    """Require an agent of this desk, unless the desk is open to all.

    The view gets the site and the agent's context, None for a visitor.
    """

    @wraps(view)
    def guarded(lang: str, **given: Any) -> Any:
        is_open = services().settings.desk_open
        site = find_site(lang) if is_open else find_desk(lang)
        try:
            agent = current_agent(site)
        except (
            DatabaseUnavailable
        ):  # whoever has a session of ours goes on with the call, without cases
            if not is_open and TOKEN not in session:
                raise
            agent, is_open = None, True
        if agent is None and not is_open:
            return redirect_to_sign_in(site)
        return view(site, agent_context(agent) if agent else None, **given)

    return guarded


def check_form(site: Site, form: DeskForm | None = None) -> None:
    """Refuse a form that is not this session's own.

    :param form: as it was sent, where it is more than a button
    :raise 400: its token is missing, old, or another session's
    """
    if (form or DeskForm.sent()).forged:
        refuse(site, "forged", 400)


def refuse(site: Site, reason: str, status: int) -> NoReturn:
    """Refuse a request, and record that in the security log.

    :param reason: a word for the security log
    :raise status: always
    """
    agent = current_agent(site)
    record("access-refused", portal=site.portal_id, agent=agent.id if agent else 0, reason=reason)
    abort(status)


def agent_context(agent: Agent) -> AgentContext:
    """Return an agent with a new token for the forms of a page."""
    return AgentContext(agent, DeskForm().token)


def redirect_to_sign_in(site: Site) -> Any:
    """Redirect to the sign-in page, and from there back to the requested page.

    A form that was sent is lost, so the page says that the session has ended.
    """
    back = requested_place(site)
    if request.method != "GET":
        return sign_in_page(site, error=site.language.gettext(ENDED), status=401, to=back)
    return redirect(site.sign_in(place_query(back)), 303)
