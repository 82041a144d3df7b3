"""The wizard as it stands at an address: in one language, under one root; it makes every link."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, g, request

from ..diagnosis import Facts
from .languages import Language, languages, preferred
from .links import NOTHING, Spot


@dataclass(frozen=True)
class Site:
    """A language, and the path before it: empty, or the portal's that the wizard stands in."""

    language: Language
    root: str = ""

    @property
    def base(self) -> str:
        """The path that every page of this language begins with."""
        return f"{self.root}/{self.language.code}"

    def start(self, facts: Facts = NOTHING) -> str:
        """Return the URL of the start page."""
        return self.part("", Spot(facts))

    def read(self, facts: Facts = NOTHING) -> str:
        """Return the URL that a paste is sent to."""
        return self.part("read", Spot(facts))

    def check(self, spot: Spot) -> str:
        """Return the URL of a question or a plan."""
        return self.part("check", spot)

    def part(self, name: str, spot: Spot) -> str:
        """Return the URL of a page, or of a part of one: a picture, the sheet, the QR code."""
        query = spot.query()
        return f"{self.base}/{name}?{query}" if query else f"{self.base}/{name}"

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that there are here, this one among them."""
        return tuple(languages().values())

    def within(self, url: str) -> str:
        """Return what stands behind the language in one of this site's URLs."""
        return url.removeprefix(f"{self.base}/")


def find_site(code: str) -> Site:
    """Return the site that a URL names by its language, and remember it for error pages.

    :raise 404: there is no such language here
    """
    language = languages().get(code)
    if language is None:
        abort(404)
    g.site = Site(language, request.script_root)
    return g.site


def visitor_site() -> Site:
    """Return the site of the URL; without a language in it, in the one the browser asks for."""
    if "site" in g:
        return g.site
    first = request.path[1:].partition("/")[0]
    asked = request.args.get("lang", first) if len(request.query_string) < 4000 else first
    code = asked if asked in languages() else preferred(request.headers.get("Accept-Language", ""))
    return Site(languages()[code], request.script_root)
