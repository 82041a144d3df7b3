"""Pages: a template rendered with its styles and scripts, and the policy that allows only these.

Styles and scripts are small enough to stand in each page; the policy has their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Response
from markupsafe import Markup

from ..http.responses import NOBODY, POLICY, frame_ancestors
from ..portals import PortalTheme
from ..services import services
from .site import Site

FOLDER = Path(__file__).parent.parent.parent / "static"
FETCHING: Final = frozenset({"desk", "find"})
"""Scripts that send requests to this server."""
FRAMING: Final = frozenset({"developers"})
"""Kinds of pages that show another page of this server in a frame."""
SELF: Final = "'self'"
START: Final = "wizard/start.html"
"""The one page that search engines may list, in a published language."""
FRESH: Final = "public, max-age=300"
"""How long a page may be reused: long enough for Back on a weak line, short after an update."""


@dataclass(frozen=True)
class Asset:
    """Text to put into a page, and the CSP source that allows exactly this text."""

    text: Markup
    csp: str


STYLES = {
    "base": ("palette", "base"),
    "start": ("palette", "base", "cards", "fields", "start"),
    "read": ("palette", "base", "route", "cards", "fields", "notes", "read"),
    "question": ("palette", "base", "route", "fields", "question"),
    "plan": ("palette", "base", "route", "notes", "screen", "copy", "plan"),
    "asking-plan": (
        "palette",
        "base",
        "route",
        "fields",
        "question",
        "notes",
        "screen",
        "copy",
        "plan",
    ),
    "find": ("palette", "base", "route", "cards", "notes", "find"),
    "test": ("palette", "base", "cards", "fields", "code", "copy"),
    "worked": ("palette", "base", "route", "worked"),
    "screen": ("palette", "screen"),
    "sheet": ("palette", "base", "notes", "sheet"),
    "demo": ("demo",),
    "developers": ("palette", "base", "cards", "fields", "notes", "code", "copy", "developers"),
    "api": ("palette", "base", "code", "copy", "api"),
    "case": ("palette", "base", "route", "cards", "fields", "notes", "bar", "case"),
    "insights": ("palette", "base", "bar", "insights"),
    "desk": ("palette", "base", "route", "cards", "fields", "notes", "bar", "desk"),
}
"""Kinds of pages, each with the style sheets that it uses."""


@lru_cache(maxsize=1024)
def style(kind: str, theme: PortalTheme | None = None) -> Asset:
    """Return the style of a kind of page, without comments and needless white space.

    :param theme: a portal's, whose colours stand in place of ours
    """
    sheets = (
        theme.palette.css if theme and name == "palette" else _sheet(name) for name in STYLES[kind]
    )
    return _asset("".join(sheets))


@cache
def _sheet(name: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", _read(f"{name}.css"), flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


@cache
def script(name: str) -> Asset:
    """Return a script, a line a statement, without comments and indentation."""
    lines = (line.strip() for line in _read(f"{name}.js").splitlines())
    return _asset("\n".join(line for line in lines if line and not line.startswith("//")))


@cache
def _read(name: str) -> str:
    """Return the text of a file of ``static/``, in whichever of its folders it is."""
    (path,) = FOLDER.rglob(name)
    return path.read_text("utf-8")


def _asset(text: str) -> Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return Asset(Markup(text), f"'sha256-{digest}'")


class PageAssets:
    """The styles and scripts of one page: its template takes them from here, and so names them.

    :param listed: whether search engines may list the page
    """

    def __init__(self, theme: PortalTheme | None, listed: bool = False) -> None:
        self._theme = theme
        self._listed = listed
        self._styles: tuple[str, ...] = ()
        self._scripts: tuple[str, ...] = ()

    def style(self, kind: str) -> Markup:
        """Return the style of a kind of page."""
        self._styles += (kind,)
        return style(kind, self._theme).text

    def script(self, name: str) -> Markup:
        """Return a script."""
        self._scripts += (name,)
        return script(name).text

    @property
    def policy(self) -> str:
        """The policy for what the template has taken."""
        return _policy(self._theme, self._styles, self._scripts, self._listed)


@lru_cache(maxsize=1024)
def _policy(
    theme: PortalTheme | None, kinds: tuple[str, ...], names: tuple[str, ...], listed: bool
) -> str:
    # What judges a page for search engines reads /robots.txt from inside it; the page's own script
    # sends nothing.
    fetches = listed or FETCHING.intersection(names)
    directives = {
        "default-src": NOBODY,
        "style-src": " ".join(style(kind, theme).csp for kind in kinds),
        "script-src": " ".join(script(name).csp for name in names),
        "connect-src": SELF if fetches else "",
        "frame-src": SELF if FRAMING.intersection(kinds) else "",
        "img-src": f"{SELF} data:",
        "form-action": SELF,
        "base-uri": NOBODY,
    }
    named = (f"{name} {sources}" for name, sources in directives.items() if sources)
    return "; ".join((*named, frame_ancestors(theme)))


@lru_cache(maxsize=1024)
def forbid_frames(policy: str) -> str:
    """Return a policy with nobody in its last directive, frame-ancestors."""
    return f"{policy.rpartition('; ')[0]}; frame-ancestors {NOBODY}"


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
    listed = template == START and site.language in site.languages
    assets = PageAssets(site.theme, listed)
    shared = {
        "site": site,
        "languages": site.languages,
        "portal": site.portal,
        "assets": assets,
    }
    text = services().templates.render(site.language.code, template, {**values, **shared})
    headers = {POLICY: assets.policy, "Content-Language": site.language.audience}
    # A header rather than an element: a page has few bytes.
    if not listed:
        headers["X-Robots-Tag"] = "noindex"
    # Any other response becomes no-store, see app/http/responses.py.
    if status == 200 and keep:
        headers["Cache-Control"] = FRESH
    return Response(text, status, headers, mimetype=mimetype)
