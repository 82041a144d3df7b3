"""The page about the API, made from its description."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from ..api.openapi import PATH, describe
from ..web.clock import today
from ..web.pages import page
from ..web.rates import NetworkRate
from ..web.replies import DOCUMENTS, KINDS
from ..web.site import find_site, home_url
from .contents import operations
from .examples import write_answer, write_request

developers = Blueprint("developers", __name__)


@developers.get(f"/<language:lang>/{DOCUMENTS}")
def documents(lang: str) -> Response:
    """Show how other programs can ask, with commands for this very address.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    home = home_url()
    rate: NetworkRate | None = current_app.extensions["rate"]
    translate, large = site.language.gettext, KINDS["too-large"]
    values = {
        "here": DOCUMENTS,
        "operations": [
            (
                operation,
                write_request(operation, site, home),
                write_answer(operation, site, today()),
            )
            for operation in operations(describe(site))
        ],
        "problems": [(name, kind.status, translate(kind.title)) for name, kind in KINDS.items()],
        "too_large": translate(large.message),
        "limit": (rate.granted, rate.window) if rate else None,
        "description": f"{site.root}{PATH}/openapi.json?lang={site.language.code}",
    }
    # The page cache does not tell one host from another.
    return page(site, "api.html", values, keep=bool(current_app.extensions["public_url"]))
