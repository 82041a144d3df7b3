"""A portal as the app uses it: its provider, its looks, its texts in one language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..diagnosis import Facts
from ..knowledge import Incoming, Outgoing, Provider, knowledge
from ..knowledge.variables import SIGN_IN, WEBMAIL
from .entry import PortalEntry, Text
from .identity_provider import IdentityProvider
from .looks import Logo, Palette, make_palette


@dataclass(frozen=True)
class PortalTheme:
    """A portal in the colours of one place: its own, or with the accent an embedder asks for.

    It is made for each request and asked for its palette only where a style is: anybody can make
    accents up, and the styles of pages are the one thing that is kept of them.
    """

    portal: Portal
    accent: str | None = None
    """``#rrggbb``, None for the portal's own."""

    @property
    def palette(self) -> Palette:
        """The colours, made readable."""
        colours = self.portal.entry.colours
        own = colours.model_dump(exclude={"dark"}, exclude_none=True)
        night = colours.dark.model_dump(exclude_none=True)
        other = {"accent": self.accent} if self.accent else {}
        return make_palette(own | other, night | other)


@dataclass(frozen=True, eq=False)
class Portal:
    """One portal: what the file of this name says about it."""

    entry: PortalEntry
    file: str
    logo: Logo | None = None
    demo: str = ""
    """The origin of the operator's own demo page, which may embed every portal."""
    identity: IdentityProvider | None = None
    """Who vouches for the agents of its desk."""

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The origins of the sites that may show the wizard in a frame and use the API."""
        return tuple(dict.fromkeys((*self.entry.origins, *([self.demo] if self.demo else []))))

    @cached_property
    def id(self) -> str:
        """The word for it in URLs."""
        return self.entry.id

    @cached_property
    def call(self) -> str:
        """The phone number as a ``tel:`` link has it (RFC 3966), '' without one."""
        return re.sub(r"[^0-9+]", "", self.entry.phone or "")

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The codes of its languages, the default first."""
        first = self.entry.default or self.entry.languages[0]
        return (first, *(code for code in self.entry.languages if code != first))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What everybody thinks of first here: no password is made of it."""
        entry = self.entry
        firsts = (domain.partition(".")[0] for domain in entry.domains)
        return (entry.id, entry.name, *entry.domains, *firsts)

    @cached_property
    def facts(self) -> Facts:
        """What is known of every visitor until they say otherwise."""
        return Facts().but(**{"account_domain": self.entry.domains[0]} | self.entry.facts)

    @cached_property
    def provider(self) -> Provider:
        """The settings that are advised to everybody with an address at one of its domains."""
        entry = self.entry
        logins = [server.login for server in entry.outgoing if server.login != "none"]
        # Servers without login serve the own network only: the advice is for everywhere.
        servers = sorted(entry.outgoing, key=lambda server: server.login == "none")
        return Provider(
            id=f"portal-{entry.id}",
            name=entry.name,
            domains=tuple(entry.domains),
            sign_in=_sign_in(logins),
            outgoing=tuple(
                Outgoing(s.server, s.port, s.security, s.login != "none") for s in servers
            ),
            source=f"{self.file}: {entry.name}",
            checked=entry.checked,
            incoming=tuple(
                Incoming(s.protocol, s.server, s.port, s.security) for s in entry.incoming
            ),
            oauth="oauth" in logins,
            offers=frozenset(entry.authorisations)
            | ({WEBMAIL} if entry.webmail else set())
            | ({SIGN_IN} if "oauth" in logins else set()),
            phone=entry.phone,
        )

    def serves(self, provider: Provider | None) -> bool:
        """Tell whether an account's provider is the one that this portal is of."""
        return provider is not None and provider.id == self.provider.id

    def said(self, text: Text | None, language: str) -> str:
        """Return a text of the file in one of the portal's languages, '' where there is none."""
        return (text or {}).get(language, "") if not isinstance(text, str) else text

    def note(self, remedy: str, language: str) -> str:
        """Return what the portal adds to a remedy or to one that it covers, '' for nothing."""
        covered = knowledge().remedies[remedy].covers
        noted = next((name for name in (remedy, *covered) if self.entry.notes.get(name)), "")
        return self.said(self.entry.notes.get(noted), language)


def _sign_in(logins: Sequence[str]) -> str:
    if not logins:
        return "unknown"
    if set(logins) == {"oauth"}:
        return "oauth-only"
    return "app-password" if "app-password" in logins else "password"
