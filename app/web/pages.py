"""Turn a template and its values into a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from ..http.headers import POLICY
from ..services import services
from .csp import PageAssets
from .site import Site

START: Final = "wizard/start.html"
"""The one page that search engines may list."""
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
    """Return a page; only one that is right, and does not hold a paste, may be kept by caches."""
    assets = PageAssets(site.theme)
    # What every page looks at is looked up once.
    of_site = {
        "site": site,
        "languages": site.languages,
        "portal": site.portal,
        "assets": assets,
    }
    response = Response(
        services().templates.render(site.language.code, template, {**values, **of_site}),
        status,
        mimetype=mimetype,
    )
    response.headers[POLICY] = assets.policy
    response.headers["Content-Language"] = site.language.code
    if template != START:  # in the head of the answer: every byte of a page is counted
        response.headers["X-Robots-Tag"] = "noindex"
    # Anything else is not to be kept, as every answer that does not say so.
    if status == 200 and keep:
        response.headers["Cache-Control"] = FRESH
    return response
