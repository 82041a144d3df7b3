"""Render a template into a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from ..http.headers import POLICY
from ..services import services
from .assets import PageAssets
from .site import Site

START: Final = "wizard/start.html"
"""The one page that search engines may list, in a published language."""
FRESH: Final = "public, max-age=300"
"""How long a page may be reused: long enough for Back on a weak line, short after an update."""


def page(
    site: Site,
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
    keep: bool = True,
    mimetype: str = "text/html",
) -> Response:
    """Return a page.

    :param keep: whether caches may keep it, if its status is 200; never one that shows a paste
    """
    assets = PageAssets(site.theme)
    shared = {
        "site": site,
        "languages": site.languages,
        "portal": site.portal,
        "assets": assets,
    }
    text = services().templates.render(site.language.code, template, {**values, **shared})
    headers = {POLICY: assets.policy, "Content-Language": site.language.audience}
    # A header rather than an element: a page has few bytes.
    if template != START or site.language not in site.languages:
        headers["X-Robots-Tag"] = "noindex"
    # Any other response becomes no-store, see app/http/compression.py.
    if status == 200 and keep:
        headers["Cache-Control"] = FRESH
    return Response(text, status, headers, mimetype=mimetype)
