"""The fact ``found``: what a mail domain's settings were found to be, by whom and on which day.

As text it is a word of a query string.  It says what to enter, so it counts only with a seal that
this server has put on it (``app/discovery/seal.py``): anybody can write a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ..knowledge import Incoming, Outgoing, Provider, knowledge
from ..knowledge.model import USERS
from ..knowledge.variables import VARIABLES
from .domains import display

HOW: Final = ("pacc", "autoconfig", "srv", "ispdb", "mx", "mx-autoconfig", "guess")
"""How settings are found, the most trustworthy first."""
LONGEST_STATEMENT: Final = 500
LONGEST: Final = 600
"""Characters of it without and with the seal."""
NOTHING_FOUND, SKIPPED = NOTHING = ("none", "skipped")
"""Nothing was found; nobody has looked, or what was found is not wanted."""
_HOST = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_SERVER = re.compile(rf"({_HOST}):([0-9]{{1,5}}):(tls|starttls)(?::(imap|pop3))?")
_BETWEEN: Final = "~"


class NotFound(ValueError):
    """A text that is no value of the fact."""


@dataclass(frozen=True)
class Found:
    """What was found for a mail ``domain``.

    ``how`` is one of ``HOW`` or of ``NOTHING``; ``by`` is the domain that says so.  ``provider`` is
    the id of a provider of the content, '' for another one; the servers are those that were found.
    ``seal`` is of this server.
    """

    domain: str
    how: str = NOTHING_FOUND
    by: str = ""
    day: date = date.min
    provider: str = ""
    sign_in: str = "unknown"
    user: str = "address"
    outgoing: tuple[Outgoing, ...] = ()
    incoming: tuple[Incoming, ...] = ()
    seal: str = field(default="", compare=False)

    @property
    def is_here(self) -> bool:
        """Whether there is something."""
        return self.how in HOW

    @property
    def statement(self) -> str:
        """All of it but the domain and the seal, as text."""
        if not self.is_here:
            return self.how
        parts = [self.how, self.by, f"{self.day:%Y%m%d}", self.provider or self._sign_in]
        parts += [f"{o.server}:{o.port}:{o.security}" for o in self.outgoing]
        parts += [f"{i.server}:{i.port}:{i.security}:{i.protocol}" for i in self.incoming]
        return _BETWEEN.join(parts)

    @property
    def _sign_in(self) -> str:
        return self.sign_in if self.user == USERS[0] else f"{self.sign_in}.{self.user}"

    def __str__(self) -> str:
        return f"{self.statement}{_BETWEEN}{self.seal}" if self.is_here else self.how

    @property
    def settings(self) -> Provider | None:
        """Who looks after the mail of the domain, None where nothing was found."""
        if self.provider:
            known = knowledge().provider_by("id", self.provider)
            return known and replace(
                known,
                domains=(self.domain, *known.domains),
                outgoing=tuple(dict.fromkeys((*self.outgoing, *known.outgoing))),
            )
        if not self.outgoing:
            return None
        return Provider(
            id=self.domain,
            name=display(self.domain),
            domains=(self.domain,),
            sign_in=self.sign_in,
            outgoing=self.outgoing,
            source=self.by,
            checked=self.day,
            incoming=self.incoming,
            username=self.user,
        )


def read_found(domain: str, text: str) -> Found:
    """Return what a text says of a domain; whether the seal is right is another question.

    :raise NotFound: it says nothing
    """
    if text in NOTHING:
        return Found(domain, text)
    parts = text.split(_BETWEEN)
    if len(text) > LONGEST or len(parts) < 5 or parts[0] not in HOW:
        raise NotFound
    how, by, day, who, *servers, seal = parts
    if not re.fullmatch(_HOST, by) or not re.fullmatch(r"[\w-]{1,100}", seal, re.ASCII):
        raise NotFound
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    if f"{on:%Y%m%d}" != day:
        raise NotFound
    provider = who if knowledge().provider_by("id", who) else ""
    sign_in, _, user = ("unknown", "", "") if provider else who.partition(".")
    known = sign_in in VARIABLES["account"] and user in ("", *USERS)
    if not provider and not (servers and known):
        raise NotFound
    matched = [_SERVER.fullmatch(server) for server in servers]
    outgoing: list[Outgoing] = []
    incoming: list[Incoming] = []
    for match in matched:
        if match is None or not 0 < int(match[2]) < 65536:
            raise NotFound
        if match[4]:
            incoming.append(Incoming(match[4], match[1], int(match[2]), match[3]))
        else:
            outgoing.append(Outgoing(match[1], int(match[2]), match[3]))
    servers_found = tuple(outgoing), tuple(incoming)
    found = Found(domain, how, by, on, provider, sign_in, user or USERS[0], *servers_found, seal)
    if not (outgoing or provider) or str(found) != text:
        raise NotFound
    return found
