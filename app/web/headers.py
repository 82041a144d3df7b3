"""Security headers of every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask

from ..http.portal_prefix import theme_of
from ..portals import PortalTheme
from .assets import scripts, styles

Header = tuple[str, str]
POLICY = "Content-Security-Policy"
NOBODY = "'none'"


def install(app: Flask, public_url: str = "", hsts: str = "") -> None:
    """Send every answer with the headers.

    :param hsts: value of Strict-Transport-Security (RFC 6797), sent if ``public_url`` is https
    """
    inner = app.wsgi_app
    by_tls = public_url.startswith("https://")
    safely = [("Strict-Transport-Security", f"max-age={hsts}")] if hsts and by_tls else []

    @lru_cache(maxsize=256)
    def headers_for(theme: PortalTheme | None) -> tuple[Header, list[Header]]:
        origins = theme.portal.origins if theme else ()
        return (POLICY, _policy(theme, f"frame-ancestors {' '.join(origins) or NOBODY}")), [
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Vary", "Accept-Encoding"),
            *safely,
        ]

    # In WSGI rather than in Flask: one extension of a list instead of four changes of a mapping.
    def with_headers(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            policy, always = headers_for(theme_of(environ))
            if not any(name == POLICY for name, _ in headers):  # a page may bring its own
                headers.append(policy)
            headers.extend(always)
            return start(status, headers, exc_info)

        return inner(environ, begin)

    app.wsgi_app = with_headers  # type: ignore[assignment]


@lru_cache(maxsize=256)
def desk_policy(theme: PortalTheme | None) -> str:
    """Return the policy of pages for agents: their script asks this server, and nobody frames them.

    A site that embeds the wizard has no business around what an agent is signed in to.
    """
    return _policy(theme, "connect-src 'self'", f"frame-ancestors {NOBODY}")


def _policy(theme: PortalTheme | None, *more: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {' '.join(style.csp for style in styles(theme).values())}",
            f"script-src {' '.join(script.csp for script in scripts().values())}",
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            *more,
        )
    )
