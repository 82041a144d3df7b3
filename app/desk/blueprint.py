"""The blueprint of all that is for agents: the one place to say who may see it, and how."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from ..web.headers import POLICY, desk_policy
from ..web.mount import look_of

desk = Blueprint("desk", __name__)


@desk.before_request
def _plain_root() -> Answer | None:
    """Lead to the portal's plain root: a cookie's path cannot hold an embedder's accent."""
    plain = request.script_root.partition(";")[0]
    if plain == request.script_root or request.method != "GET":
        return None
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{plain}{request.path}?{query}".rstrip("?"), 302)


@desk.after_request
def _policy(response: Response) -> Response:
    """Let the screen's script ask this server, and let nobody frame the screen."""
    response.headers[POLICY] = desk_policy(look_of(request.environ))
    return response
