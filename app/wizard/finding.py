"""Look up what the account's domain publishes, before the plan: a page that tells what it does.

The search runs outside of the pages' threads.  The page asks again each second, without script too,
and leads on to the plan, with what was found in its URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect
from werkzeug.wrappers import Response

from ..diagnosis.domains import display
from ..diagnosis.found import Found
from ..http.security_log import record
from ..presentation.found_words import how_found, setting_of
from ..presentation.pictures import draw_route
from ..services import Discovery, services
from ..store import DatabaseUnavailable
from ..web.links import WizardState
from ..web.pages import page
from ..web.site import Site, rate_keys

if TYPE_CHECKING:
    from ..discovery import Discovery as Search

REFRESH: Final = 1
"""Seconds after which a page without script asks again."""


def may_find(state: WizardState) -> bool:
    """Tell whether the account's settings are worth a search: nobody knows them, nor has looked."""
    facts = state.facts
    named = facts.known("account_domain") is not None and facts.found is None
    return services().discovery is not None and named and state.situation.provider is None


def find_page(site: Site, state: WizardState) -> Response:
    """Begin a search or show what it has found; lead on once nothing is left to be asked."""
    kept = services().discovery
    domain = state.facts.known("account_domain")
    if kept is None or domain is None or not may_find(state):
        return _lead_on(site, state, None)
    search = _begin(site, kept, domain)
    if search is None:
        return _lead_on(site, state, Found(domain))
    found = search.best
    if search.done and (found is None or not kept.discoveries.wants_confirmation(found)):
        return _lead_on(site, state, _sealed(kept, found or Found(domain)))
    without = state.at(facts=state.facts.but(found=Found(domain)))
    sealed = _sealed(kept, found) if found and search.done else None
    values = {
        "state": state,
        "here": site.find(state),
        "domain": display(domain),
        "searching": not search.done,
        "refresh": REFRESH,
        "hosts": [display(host) for host in search.mx[:2]],
        "found": found,
        "how": how_found(found, site.language) if found else "",
        "setting": setting_of(found) if found else None,
        "provider": found.settings if found and found.provider else None,
        "use": site.check(state.at(facts=state.facts.but(found=sealed))) if sealed else "",
        "without": site.check(without),
        "back": site.check(state.at(change="account_domain")),
        "route": draw_route(state.facts, site.language.gettext),
    }
    return page(site, "wizard/find.html", values, keep=False)


def _begin(site: Site, kept: Discovery, domain: str) -> Search | None:
    """Return the search for a domain, None where it may not begin now."""
    from ..discovery import TooMany  # only where it is switched on

    if known := kept.discoveries.known(domain):
        return known
    rate = services().rates.discovery
    allowance = rate.take(rate_keys()) if rate else None
    if allowance and not allowance.allowed:
        if allowance.is_first_refusal:
            record("limit-hit", limit="discovery", portal=site.portal_id)
        return None
    try:
        return kept.discoveries.find(domain)
    except TooMany:
        return None


def _sealed(kept: Discovery, found: Found) -> Found:
    """Return what was found with a seal; as if nothing was, where none can be put on it."""
    if not found.how:
        return found
    try:
        return kept.seals.seal(found)
    except DatabaseUnavailable:
        return Found(found.domain)


def _lead_on(site: Site, state: WizardState, found: Found | None) -> Response:
    facts = state.facts.but(found=found) if found else state.facts
    return redirect(site.check(state.at(facts=facts)), 302)
