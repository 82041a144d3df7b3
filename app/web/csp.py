"""Content-Security-Policy of a page: it allows the styles and scripts of that page, no others."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from markupsafe import Markup

from ..http.headers import NOBODY, frame_ancestors
from ..portals import PortalTheme
from .assets import script, style

FETCHING: Final = frozenset({"desk"})
"""Scripts that send requests to this server."""
SELF: Final = "'self'"


class PageAssets:
    """The styles and scripts of one page: its template takes them from here, and so names them."""

    def __init__(self, theme: PortalTheme | None) -> None:
        self._theme = theme
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
        return _policy(self._theme, self._styles, self._scripts)


@lru_cache(maxsize=1024)
def _policy(theme: PortalTheme | None, kinds: tuple[str, ...], names: tuple[str, ...]) -> str:
    directives = {
        "default-src": NOBODY,
        "style-src": " ".join(style(kind, theme).csp for kind in kinds),
        "script-src": " ".join(script(name).csp for name in names),
        "connect-src": SELF if FETCHING.intersection(names) else "",
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
