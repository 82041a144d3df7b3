"""The blueprint of all that is for agents: the one place to say who may see it, and how."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from ..http.headers import POLICY, allow_nothing
from ..web.csp import forbid_frames
from ..web.site import Site, find_site
from .sign_in.page import asked_place, place_query

desk = Blueprint("desk", __name__)


@desk.before_request
def _plain_root() -> Answer | None:
    """Lead to the portal's plain root: a cookie's path cannot hold an embedder's accent.

    :raise 404: there is no such language
    """
    plain = request.script_root.partition(";")[0]
    if plain == request.script_root:
        return None
    lang = (request.view_args or {}).get("lang")
    if lang is None:
        return None
    site = find_site(lang)
    return redirect(f"{plain}/{site.language.code}/{_place(site)}", 303)


def _place(site: Site) -> str:
    """Return where the request goes below the language, written anew: nothing typed is repeated."""
    path = request.path.removeprefix(f"/{site.language.code}/")
    if path in ("desk/sign-in", "desk/sign-in/provider"):
        return f"{path}{place_query(request.args.get('to', ''))}"
    return asked_place(site)


@desk.after_request
def _forbid_frames(response: Response) -> Response:
    """Let nobody frame it: a site that embeds the wizard has no business around agents' work."""
    policy = response.headers.get(POLICY) or allow_nothing(None)
    response.headers[POLICY] = forbid_frames(policy)
    return response
