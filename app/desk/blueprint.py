"""The blueprint of all that is for agents: the one place to say who may see it, and how."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..web.headers import POLICY, desk_policy
from ..web.mount import look_of

desk = Blueprint("desk", __name__)


@desk.after_request
def _policy(response: Response) -> Response:
    """Let the screen's script ask this server, and let nobody frame the screen."""
    response.headers[POLICY] = desk_policy(look_of(request.environ))
    return response
