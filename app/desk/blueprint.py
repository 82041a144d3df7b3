"""The blueprint of the desk, and what holds for all of its pages."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from ..http.responses import POLICY, allow_nothing
from ..web.pages import forbid_frames
from ..web.site import Site, find_site
from .sign_in.page import place_query, requested_place

desk = Blueprint("desk", __name__)


@desk.before_request
def _redirect_to_plain_root() -> Answer | None:
    """Redirect to the portal's plain root: a cookie's path cannot hold an embedder's accent.

    :raise 404: there is no such language
    """
    plain = request.script_root.partition(";")[0]
    if plain == request.script_root:
        return None
    lang = (request.view_args or {}).get("lang")
    if lang is None:
        return None
    return redirect(_canonical_url(replace(find_site(lang), root=plain)), 303)


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
