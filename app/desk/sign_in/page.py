"""The sign-in page, and the page to return to after it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request

from ...portals.identity_provider import IdentityProvider
from ...services import services
from ...web.links import Links
from ...web.pages import page
from ...web.site import Site
from ..forms import DeskForm
from .return_to import HOME, canonical_place


def return_url(site: Site, wanted: str) -> str:
    """Return the URL of the desk's page that was requested before signing in."""
    return site.below(canonical_place(wanted))


def requested_place(site: Site) -> str:
    """Return the desk's page that the request is for, below the language."""
    path = Links(site.language).within(request.path)
    return canonical_place(f"{path}?{request.query_string.decode('ascii', 'ignore')}")


def place_query(wanted: str) -> str:
    """Return the query of the sign-in page that leads to a page of the desk, '' for the desk."""
    place = canonical_place(wanted)
    return urlencode({"to": place}) if place != HOME else ""


def sign_in_url(site: Site, to: str) -> str:
    """Return the address of the sign-in page that leads to a page of the desk, '' for none."""
    if services().storage is None:
        return ""
    return site.sign_in(place_query(to))


def sign_in_page(
    site: Site,
    name: str = "",
    error: str | None = None,
    status: int = 200,
    to: str | None = None,
    at: str = "name",
) -> Response:
    """Show the sign-in page.

    :param to: the page to lead to afterwards, where the request does not say it
    :param at: the id of what is to be tried again after an error
    """
    query = place_query(request.args.get("to", "") if to is None else to)
    provider = provider_of(site)
    link = {"url": site.sign_in_at_provider(query), "name": provider.shown} if provider else None
    values = {
        "form": DeskForm(),
        "name": name,
        "error": error,
        "at": at,
        "provider": link,
        "passwords": services().settings.passwords != "nobody",
        "here": site.sign_in(query),
    }
    return page(site, "desk/sign-in.html", values, status, keep=False)


def provider_of(site: Site) -> IdentityProvider | None:
    """Return the identity provider of this desk's agents, None where they have passwords only."""
    if site.portal:
        return site.portal.identity
    return services().settings.identity
