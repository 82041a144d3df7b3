"""Turn a template and its values into a response: one environment a language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app
from jinja2 import FileSystemLoader
from markupsafe import Markup

from ..diagnosis.domains import display
from .assets import scripts, styles
from .folding import FoldingEnvironment
from .languages import languages
from .site import Site

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
START = "start.html"
"""The one page that search engines may list."""
FRESH = "public, max-age=300"
"""How long a page may be reused: long enough for Back on a weak line, short after an update."""


REMEMBERED = 2048
"""How many fragments are kept in memory: they have few different values, so all that are used."""


class Pages:
    """Renders the templates in every language.

    ``fragment`` in a template renders a part whose few values recur on many pages (the choices of
    a question, the shape of the route) and remembers it.
    """

    def __init__(self, public_url: str) -> None:
        loader = FileSystemLoader(TEMPLATES)
        self._environments = {
            code: FoldingEnvironment(loader, language) for code, language in languages().items()
        }
        for environment in self._environments.values():
            environment.filters["shown"] = display
            environment.globals |= {
                "scripts": {name: script.text for name, script in scripts().items()},
                "public_url": public_url,
                "fragment": lru_cache(maxsize=REMEMBERED)(_fragments(environment)),
            }

    def compile(self) -> None:
        """Compile all templates in all languages, so that nobody waits for it at a first page."""
        for environment in self._environments.values():
            for name in environment.list_templates():
                environment.get_template(name)

    def render(self, language: str, name: str, values: Mapping[str, Any]) -> str:
        """Return the page as text."""
        return self._environments[language].get_template(name).render(values)


def _fragments(environment: FoldingEnvironment) -> Callable[..., Markup]:
    def fragment(name: str, *values: Hashable) -> Markup:
        return Markup(environment.get_template(name).render(values=values))

    return fragment


def install(app: Flask, pages: Pages) -> None:
    """Make ``page`` work inside an app."""
    app.extensions["pages"] = pages


def page(
    site: Site,
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
    keep: bool = True,
    mimetype: str = "text/html",
) -> Response:
    """Return a page; only one that is right, and does not hold a paste, may be kept by caches."""
    pages: Pages = current_app.extensions["pages"]
    # What every page looks at is looked up once.
    of_site = {
        "site": site,
        "base": site.base,
        "languages": site.languages,
        "portal": site.portal,
        "styles": styles(site.look),
    }
    response = Response(
        pages.render(site.language.code, template, {**values, **of_site}),
        status,
        mimetype=mimetype,
    )
    response.headers["Content-Language"] = site.language.code
    if template != START:  # in the head of the answer: every byte of a page is counted
        response.headers["X-Robots-Tag"] = "noindex"
    # Anything else is not to be kept, as every answer that does not say so.
    if status == 200 and keep:
        response.headers["Cache-Control"] = FRESH
    return response
