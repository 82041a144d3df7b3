"""Say how the settings of a mail domain were found, and what was seen of its servers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..diagnosis.domains import display
from ..diagnosis.found import Found
from ..i18n.languages import Language, shown_day
from ..i18n.messages import N_
from ..knowledge import knowledge

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


@dataclass(frozen=True)
class Setting:
    """One outgoing server as a page lists it; ``security`` is a value of the fact."""

    server: str
    port: int
    security: str


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


def setting_of(found: Found) -> Setting | None:
    """Return the outgoing server to use of what was found, None where nothing was."""
    best = found.settings.outgoing[0] if found.settings else None
    return Setting(display(best.server), best.port, best.security) if best else None
