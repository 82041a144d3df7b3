"""Security headers of every response."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from flask import Flask

from ..portals import PortalTheme
from .portal_prefix import theme_of

POLICY: Final = "Content-Security-Policy"
NOBODY: Final = "'none'"


def install(app: Flask, public_url: str = "", hsts: str = "") -> None:
    """Add the headers to every response.

    A page brings a policy of its own; the policy of any other response allows nothing.

    :param hsts: value of Strict-Transport-Security (RFC 6797), sent if ``public_url`` is https
    """
    inner = app.wsgi_app
    by_tls = public_url.startswith("https://")
    always = [
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Vary", "Accept-Encoding"),
        *([("Strict-Transport-Security", f"max-age={hsts}")] if hsts and by_tls else []),
    ]

    # In WSGI rather than in Flask: one extension of a list instead of four changes of a mapping.
    def with_headers(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if not any(name == POLICY for name, _ in headers):
                headers.append((POLICY, allow_nothing(theme_of(environ))))
            headers.extend(always)
            return start(status, headers, exc_info)

        return inner(environ, begin)

    app.wsgi_app = with_headers  # type: ignore[assignment]


@lru_cache(maxsize=256)
def allow_nothing(theme: PortalTheme | None) -> str:
    """Return the policy of what is no page: a file, a redirect, JSON."""
    directives = ("default-src 'none'", "base-uri 'none'", "form-action 'none'")
    return "; ".join((*directives, frame_ancestors(theme)))


def frame_ancestors(theme: PortalTheme | None) -> str:
    """Return the directive that lets the portal's sites, outside of all portals nobody, frame it.

    It is the last one of each policy.
    """
    origins = theme.portal.origins if theme else ()
    return f"frame-ancestors {' '.join(origins) or NOBODY}"
