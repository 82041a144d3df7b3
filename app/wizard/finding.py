"""Look up what the account's domain publishes, before the plan: a page that tells what it does.

The search runs outside of the pages' threads.  The page asks again each second, without script too,
and leads on to the plan, with what was found in its URL.
"""

from __future__ import annotations

from typing import Final

from flask import redirect
from werkzeug.wrappers import Response

from ..diagnosis.domains import display
from ..diagnosis.found import SKIPPED, Found
from ..presentation import lookup
from ..presentation.pictures import draw_route
from ..services import services
from ..web.links import WizardState
from ..web.pages import page
from ..web.site import Site

REFRESH: Final = 1
"""Seconds after which a page without script asks again."""


def find_page(site: Site, state: WizardState) -> Response:
    """Begin a search or show what it has found; lead on once nothing is left to be asked."""
    discovery = services().discovery
    domain = state.facts.known("account_domain")
    if discovery is None or domain is None or not lookup.may_look_up(state.situation):
        return redirect(site.check(state), 302)
    search = lookup.look_up(site, discovery, domain)
    done, found = lookup.progress(search)
    if done and (search is None or found is None):
        return redirect(site.check(_with(state, lookup.nothing(search, domain))), 302)
    asks = search and found and discovery.discoveries.wants_confirmation(search, found)
    sealed = lookup.seal(discovery, found) if found and done else None
    if sealed and not (asks and sealed.is_here):
        return redirect(site.check(_with(state, sealed)), 302)
    values = {
        "state": state,
        "here": site.find(state),
        "domain": display(domain),
        "searching": not done,
        "refresh": REFRESH,
        "hosts": [display(host) for host in search.mx[:2]] if search else [],
        "how": lookup.how_found(found, site.language) if found else "",
        "setting": lookup.setting_of(found) if found else None,
        "provider": found.settings if found and found.provider else None,
        "use": site.check(_with(state, sealed)) if sealed else "",
        "without": site.check(_with(state, Found(domain, SKIPPED))),
        "back": site.check(state.at(change="account_domain")),
        "route": draw_route(state.facts, site.language.gettext),
    }
    return page(site, "wizard/find.html", values, keep=False)


def _with(state: WizardState, found: Found) -> WizardState:
    return state.at(facts=state.facts.but(found=found))
