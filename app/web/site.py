"""The wizard at an address: in one language, under one root, maybe a portal's; and who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, g, request

from ..diagnosis import Facts
from ..http.client_ip import client_address
from ..http.host_check import host_of
from ..http.portal_prefix import theme_of
from ..http.rate_limits import NetworkRate, network_keys
from ..http.security_log import record
from ..i18n.languages import Language, languages, preferred, published
from ..knowledge import Provider
from ..portals import Portal, PortalTheme
from ..services import services
from .links import NOTHING, Links


@dataclass(frozen=True)
class Site(Links):
    """A language, the path before it, and the theme of the portal that the path belongs to."""

    theme: PortalTheme | None = None

    @property
    def portal(self) -> Portal | None:
        """The portal that the wizard stands in, None outside of all."""
        return self.theme.portal if self.theme else None

    @property
    def portal_id(self) -> str:
        """The id of the portal, '' outside of all: whose cases, agents and counts are meant."""
        return self.portal.id if self.portal else ""

    def serves(self, provider: Provider | None) -> bool:
        """Tell whether an account's provider is the one whose portal this is."""
        return self.portal is not None and self.portal.serves(provider)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that are offered here; a draft is not."""
        return tuple(_offered(self.theme).values())


def install(app: Flask) -> None:
    """Give a view its site, where its URL names the language as ``site``: 404 for a wrong one."""

    @app.url_value_preprocessor
    def find(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "site" in values:
            values["site"] = find_site(values["site"])


def find_site(code: str) -> Site:
    """Return the site that a URL names by its language, and remember it for error pages.

    :raise 404: there is no such language here
    """
    theme = theme_of(request.environ)
    language = _known(theme).get(code)
    if language is None:
        abort(404)
    g.site = site = Site(language, request.script_root, theme)
    return site


def visitor_site() -> Site:
    """Return the site of the URL; without a language in it, in the one the browser asks for."""
    if "site" in g:
        site: Site = g.site
        return site
    theme = theme_of(request.environ)
    known = _known(theme)
    first = request.path[1:].partition("/")[0]
    asked = request.args.get("lang", first) if len(request.query_string) < 4000 else first
    if asked not in known:
        offered = tuple(_offered(theme))
        asked = preferred(request.headers.get("Accept-Language", ""), offered)
    return Site(known[asked], request.script_root, theme)


def known_home() -> str:
    """Return the address that the app is known by, without a closing slash or a portal's root.

    It is '' without PUBLIC_URL when the request came in by a name that is none of this server's.
    """
    settings = services().settings
    if settings.public_url or host_of(request.environ) not in settings.hosts:
        return settings.public_url
    return request.host_url.rstrip("/")


def home_url() -> str:
    """Return the same as ``known_home``, for a page that cannot do without it.

    :raise 421: there is none
    """
    known = known_home()
    if not known:
        record("host-refused", remedy="set PUBLIC_URL or ALLOWED_HOSTS")
        abort(421)
    return known


def known_facts() -> Facts:
    """Return what is known of every visitor who comes in by the request's portal."""
    theme = theme_of(request.environ)
    return theme.portal.facts if theme else NOTHING


def rate_keys() -> tuple[str, ...]:
    """Return what the request is counted under: the address, and the networks around it."""
    return network_keys(client_address(request.environ, services().settings.proxies))


def count_visit(site: Site, rate: NetworkRate | None, limit: str) -> int:
    """Count the request; return the seconds to wait where it is beyond a limit, 0 where not.

    :param limit: a word for the security log
    """
    allowance = rate.take(rate_keys()) if rate else None
    if allowance is None or allowance.allowed:
        return 0
    if allowance.is_first_refusal:
        record("limit-hit", limit=limit, portal=site.portal_id)
    return allowance.wait


def _offered(theme: PortalTheme | None) -> Mapping[str, Language]:
    """Return the languages of a portal, or all that are published, the default first."""
    offered = published()
    if theme is None:
        return offered
    return {code: offered[code] for code in theme.portal.languages if code in offered}


def _known(theme: PortalTheme | None) -> Mapping[str, Language]:
    """Return the languages that a URL may name: outside of portals, drafts too."""
    return _offered(theme) if theme else languages()
