"""The sign-in page, and the page of the desk that it leads to.

A requested path is never repeated.  It is matched against the desk's pages and written anew, so no
dot segment, no control character and no address that was typed is left in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode

from flask import Response, request

from ...diagnosis import read_facts
from ...diagnosis.facts import flat_values
from ...i18n.languages import languages
from ...knowledge import knowledge
from ...portals.identity_provider import IdentityProvider
from ...services import services
from ...store.codes import MalformedCode, parse_code
from ...web.links import Links
from ...web.pages import page
from ...web.site import Site
from ..forms import form_token

HOME: Final = "desk"
CASES: Final = "desk/cases"
LONGEST: Final = 4000
"""Characters of an address that are read; no set of answers comes near it."""
_DAYS: Final = ("7", "30", "90", "365")
_SCREEN: Final = ("caller", "ask", "keys")
"""What the query of a screen says besides its facts."""
_PAGES: Final[Mapping[str, tuple[str, ...]]] = {
    HOME: _SCREEN,
    CASES: (),
    "desk/audit": (),
    "desk/account": (),
    "desk/insights": ("days",),
    "desk/insights.csv": ("days",),
}
"""The desk's pages, and what their queries say."""
_FORMS: Final = {
    "desk/cases/new": HOME,
    "desk/account/password": "desk/account",
    "desk/account/end": "desk/account",
}
"""Where a form is sent to, and the page that it stands on."""
_OF_CASE: Final = ("", "outcome", "delete")
Query = dict[str, list[str]]


def canonical_place(wanted: str) -> str:
    """Return the page of the desk that is meant, below the language; the desk itself for none.

    :param wanted: a path below the language, maybe with a query, as anybody may have written it
    """
    path, _, text = wanted.partition("?")
    query = parse_qs(text) if len(text) < LONGEST else {}
    path = _FORMS.get(path, path)
    if path in _PAGES:
        given = flat_values(query, knowledge().remedies) if path == HOME else {}
        return _with(path, read_facts(given)[0].query(), *_pairs(query, _PAGES[path]))
    folder, _, rest = path.partition(f"{CASES}/")
    code, _, form = rest.partition("/")
    if folder or form not in _OF_CASE:
        return HOME
    try:
        return _with(f"{CASES}/{parse_code(code)}", *_pairs(query, _SCREEN))
    except MalformedCode:
        return CASES if rest else HOME


def _pairs(query: Query, names: tuple[str, ...]) -> Iterator[str]:
    """Yield what a query says under some names, where it is a word that we know."""
    questions = knowledge().questions
    known = {"days": _DAYS, "caller": languages(), "ask": questions, "keys": ("off",)}
    for name in names:
        if (value := query.get(name, [""])[0]) in known[name]:
            yield f"{name}={value}"


def _with(path: str, *pairs: str) -> str:
    query = "&".join(pair for pair in pairs if pair)
    return f"{path}?{query}" if query else path


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
    values = {
        "token": form_token(),
        "name": name,
        "error": error,
        "at": at,
        "provider": provider,
        "provider_url": site.sign_in_at_provider(query),
        "passwords": services().settings.passwords != "nobody",
        "here": site.sign_in(query),
    }
    return page(site, "desk/sign-in.html", values, status, keep=False)


def provider_of(site: Site) -> IdentityProvider | None:
    """Return the identity provider of this desk's agents, None where they have passwords only."""
    return site.portal.identity if site.portal else services().settings.identity
