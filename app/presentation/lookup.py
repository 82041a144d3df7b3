"""Begin a look-up of what an account's domain publishes, and put the seal on what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnosis import Situation
from ..diagnosis.found import NOTHING_FOUND, SKIPPED, Found, NotFound, read_found
from ..http.security_log import record
from ..services import DiscoveryServices, services
from ..store import DatabaseUnavailable
from ..web.site import Site, rate_keys

if TYPE_CHECKING:
    from ..discovery import Discovery


def may_look_up(situation: Situation) -> bool:
    """Tell whether the account's settings are worth a search: nobody knows them, nor has looked."""
    facts, discovery = situation.facts, services().discovery
    domain = facts.known("account_domain")
    if discovery is None or domain is None or facts.found or situation.provider:
        return False
    return discovery.discoveries.network.names.is_registered(domain)


def look_up(site: Site, discovery: DiscoveryServices, domain: str) -> Discovery | None:
    """Return the search for a domain, begun now if need be; None where it may not begin now."""
    from ..discovery import TooMany  # only where it is switched on

    if known := discovery.discoveries.known(domain):
        return known
    rate = services().rates.discovery
    allowance = rate.take(rate_keys()) if rate else None
    if allowance and not allowance.allowed:
        if allowance.is_first_refusal:
            record("limit-hit", limit="discovery", portal=site.portal_id)
        return None
    try:
        return discovery.discoveries.find(domain)
    except TooMany:
        return None


def progress(search: Discovery | None) -> tuple[bool, Found | None]:
    """Return whether a search is over, and the best of what it has found until then."""
    if search is None:
        return True, None
    done = search.done  # before what was found: it may just be being found
    return done, search.best


def seal(discovery: DiscoveryServices, found: Found) -> Found:
    """Return what was found with a seal; as if nothing was, where no link can carry it."""
    if not found.is_here:
        return found
    try:
        sealed = discovery.seals.seal(found)
        if read_found(found.domain, str(sealed)) == sealed:
            return sealed
    except (DatabaseUnavailable, NotFound):
        pass
    return Found(found.domain, SKIPPED)


def nothing(search: Discovery | None, domain: str) -> Found:
    """Return that nothing was found for a domain, or that nobody could look."""
    return Found(domain, NOTHING_FOUND if search and search.answered else SKIPPED)
