"""The blueprint of the desk, and access control of its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Final, NoReturn

from flask import Blueprint, Response, abort, current_app, g, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ..http.responses import POLICY, allow_nothing
from ..http.security_log import record
from ..i18n.messages import N_
from ..services import services
from ..store import DatabaseUnavailable
from ..store.agents import Agent
from ..web.pages import forbid_frames
from ..web.site import Site
from .forms import form_token, is_forged
from .sign_in.page import place_query, requested_place, sign_in_page

desk = Blueprint("desk", __name__)
TOKEN: Final = "token"
"""The key of the session under which the agent's token stands."""
View = Callable[..., Any]
ENDED: Final = N_(
    "You are no longer signed in, so nothing was changed. A session ends after 12"
    " hours, after a while without activity, or when you sign out. Please sign in"
    " and try again."
)


@desk.before_request
def _redirect_to_plain_root() -> Answer | None:
    """Redirect to the portal's plain root: a cookie's path cannot hold an embedder's accent."""
    plain = request.script_root.partition(";")[0]
    site = (request.view_args or {}).get("site")
    if site is None or plain == request.script_root:
        return None
    return redirect(_canonical_url(replace(site, root=plain)), 303)


def _canonical_url(site: Site) -> str:
    """Return the URL of the page that the request asks for; nothing typed is repeated in it."""
    query = place_query(request.args.get("to", ""))
    for link in (Site.sign_in, Site.sign_in_at_provider):
        if request.path == link(Site(site.language)):
            return link(site, query)
    return site.below(requested_place(site))


@desk.after_request
def _forbid_frames(response: Response) -> Response:
    """Let nobody frame it: a site that embeds the wizard has no business around agents' work."""
    policy = response.headers.get(POLICY) or allow_nothing(None)
    response.headers[POLICY] = forbid_frames(policy)
    return response


def require_desk() -> None:
    """Require a desk with agents.

    :raise 404: no agents are kept here
    :raise DatabaseUnavailable: sessions cannot be read
    """
    if services().storage is None:
        abort(404)
    if current_app.session_interface.is_null_session(session):
        raise DatabaseUnavailable


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
    """Require an agent of this desk; redirect others to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(site: Site, **given: Any) -> Any:
        require_desk()
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
    """Require an agent of this desk, unless it is open to all: then the view may get None."""

    @wraps(view)
    def guarded(site: Site, **given: Any) -> Any:
        is_open = services().settings.desk_open
        try:
            if not is_open:
                require_desk()
            agent = current_agent(site)
        except DatabaseUnavailable:  # whoever has a session goes on with the call, without cases
            if not is_open and TOKEN not in session:
                raise
            return view(site, None, **given)
        if agent is None and not is_open:
            return redirect_to_sign_in(site)
        return view(site, agent, **given)

    return guarded


def check_form(site: Site) -> None:
    """Refuse a form that is not this session's own.

    :raise 400: its token is missing, old, or another session's
    """
    if is_forged():
        refuse(site, "forged", 400)


def refuse(site: Site, reason: str, status: int) -> NoReturn:
    """Refuse a request, and record that in the security log.

    :param reason: a word for the security log
    :raise status: always
    """
    agent = current_agent(site)
    record("access-refused", portal=site.portal_id, agent=agent.id if agent else 0, reason=reason)
    abort(status)


def agent_values(agent: Agent | None) -> dict[str, Any]:
    """Return what an agent's page shows of them, with the token for its forms."""
    return {"agent": agent, "token": form_token() if agent else None}


def redirect_to_sign_in(site: Site) -> Any:
    """Redirect to the sign-in page, and from there back to the requested page.

    A form that was sent is lost, so the page says that the session has ended.
    """
    back = requested_place(site)
    if request.method != "GET":
        return sign_in_page(site, error=site.language.gettext(ENDED), status=401, to=back)
    return redirect(site.sign_in(place_query(back)), 303)
