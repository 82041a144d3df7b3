"""Look up what an account's domain publishes, seal what was found, and say how it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..diagnosis import Situation
from ..diagnosis.domains import display
from ..diagnosis.found import NOTHING_FOUND, SKIPPED, Found, NotFound, read_found
from ..i18n.languages import Language, shown_day
from ..i18n.messages import N_
from ..knowledge import Outgoing, knowledge
from ..services import DiscoveryServices, services
from ..store import DatabaseUnavailable
from ..web.site import Site, count_visit

if TYPE_CHECKING:
    from ..discovery import Discovery

HOW: Final[Mapping[str, str]] = {
    "pacc": N_("{domain} publishes these settings itself."),
    "autoconfig": N_("{domain} publishes these settings itself."),
    "srv": N_("{domain} publishes these settings in the DNS, the internet's address book."),
    "ispdb": N_("Thunderbird's list of providers has these settings for {by}."),
    "mx": N_("Email to {domain} goes to {provider}'s servers ({by})."),
    "mx-autoconfig": N_("{by}, which takes the email of {domain}, publishes these settings."),
    "guess": N_("We found no published settings, but {server} answers like your outgoing server."),
}
ON: Final = N_("Found on {day}.")


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
    if count_visit(site, services().rates.discovery, "discovery"):
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


def how_found(found: Found, language: Language) -> str:
    """Return one sentence: who says so, and how we know."""
    provider = knowledge().provider_by("id", found.provider)
    owner = knowledge().mail_host(found.by)
    return language.gettext(HOW[found.how]).format(
        domain=display(found.domain),
        by=display(found.by),
        provider=provider.name if provider else owner.name if owner else "",
        server=display(found.outgoing[0].server) if found.outgoing else "",
    )


def found_line(found: Found | None, language: Language) -> str:
    """Return where a plan's settings were found and on which day, '' where they were not."""
    if found is None or not found.is_here:
        return ""
    day = language.gettext(ON).format(day=shown_day(found.day, language.code))
    return f"{how_found(found, language)} {day}"


def setting_of(found: Found) -> Outgoing | None:
    """Return the outgoing server to use of what was found, None where nothing was."""
    best = found.settings.outgoing[0] if found.settings else None
    return best and replace(best, server=display(best.server))
