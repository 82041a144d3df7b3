"""Serve the whole app below each portal's root: ``/at/<portal>``.

As WSGI means it (PEP 3333), the root moves from PATH_INFO to SCRIPT_NAME, unseen by the views.
An embedder may ask for another accent, which then belongs to the root and so to every link:
``/at/<portal>;accent=7a2048``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..portals import Portal, PortalTheme
from .client_ip import Proxies, client_address, is_within

THEME_KEY = "thongthu.theme"
"""The key of a WSGI environment under which the portal's theme stands."""
OWN_NETWORK_KEY = "thongthu.own_line"
"""The key that is set when the visitor comes from a network of the portal's provider.

It only makes the first page redirect to a URL that holds this fact; no page depends on it.
"""
_CONNECTION = re.compile(r"(?:^|&)connection=")
_ROOT = re.compile(r"/at/([a-z0-9-]{1,40})(?:;accent=([0-9a-fA-F]{6}))?(?=/|$)")


@dataclass(frozen=True)
class PortalPrefix:
    """WSGI middleware that moves a portal's root off the path and adds the portal's theme."""

    app: Callable[..., Iterable[bytes]]
    find: Callable[[str], Portal | None]
    proxies: Proxies

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        # Of an empty path the router would make an address with the Host that was sent.
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        root = _ROOT.match(environ["PATH_INFO"])
        portal = self.find(root[1]) if root else None
        if root and portal:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + root[0]
            environ["PATH_INFO"] = environ["PATH_INFO"][root.end() :] or "/"
            environ[THEME_KEY] = PortalTheme(portal, f"#{root[2].lower()}" if root[2] else None)
            if not _CONNECTION.search(environ.get("QUERY_STRING", "")):
                address = client_address(environ, self.proxies)
                if address is not None and is_within(address, portal.entry.networks):
                    environ[OWN_NETWORK_KEY] = True
        return self.app(environ, start)


def theme_of(environ: dict[str, Any]) -> PortalTheme | None:
    """Return the theme of the portal that a request came in by, None outside of all."""
    theme: PortalTheme | None = environ.get(THEME_KEY)
    return theme
