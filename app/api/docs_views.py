"""The page about the API, made from its description."""

from __future__ import annotations

from flask import Blueprint, Response

from ..services import services
from ..web.pages import page
from ..web.problems import KINDS
from ..web.site import Site, home_url
from .docs_content import described_keys, write_answer, write_request
from .openapi import OPERATIONS, describe

api_docs = Blueprint("api_docs", __name__)


@api_docs.get("/<language:site>/developers/api")
def documents(site: Site) -> Response:
    """Show how other programs can ask, with commands for this very address."""
    home, today = home_url(), services().today()
    document = describe(site)
    rate = services().rates.api
    translate, large = site.language.gettext, KINDS["too-large"]
    values = {
        "here": site.api_docs(),
        "operations": [
            (
                each,
                document["paths"][each.path]["post"],
                list(described_keys(document, each.asked)),
                list(described_keys(document, each.answered)),
                write_request(each, site, home),
                write_answer(each, site, today),
            )
            for each in OPERATIONS
        ],
        "problems": [(name, kind.status, translate(kind.title)) for name, kind in KINDS.items()],
        "too_large": translate(large.message),
        "limit": (rate.granted, rate.window) if rate else None,
        "description": site.openapi(),
    }
    # The page cache does not tell one host from another.
    return page(site, "api/docs.html", values, keep=bool(services().settings.public_url))
