"""What the URL of a screen says: the facts, the caller's language, the question being asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import request

from ...diagnosis import Facts, Situation
from ...knowledge import knowledge
from ...presentation.wizard_query import read_query
from ...web.links import NOTHING, WizardState
from ...web.site import Site


@dataclass(frozen=True)
class DeskState:
    """What a screen shows.

    ``caller`` is the code of the language that is read out; ``ask`` the question being asked, None
    for the one that is best asked next; ``keys`` whether single keys do something.  ``code`` is
    that of the case that the facts are kept in, '' where they stand in the URL.
    """

    caller: str
    facts: Facts = NOTHING
    ask: str | None = None
    keys: bool = True
    code: str = ""

    def url(self, site: Site) -> str:
        """Return the canonical URL."""
        query = self.query(site)
        return site.desk_case(self.code, query) if self.code else site.desk(query)

    def query(self, site: Site) -> str:
        """Return the canonical query string; what is usual is left out."""
        parts = [self.facts.query()] if self.facts.pairs and not self.code else []
        if self.caller != site.languages[0].code:
            parts.append(f"caller={self.caller}")
        if self.ask:
            parts.append(f"ask={self.ask}")
        if not self.keys:
            parts.append("keys=off")
        return "&".join(parts)

    @cached_property
    def situation(self) -> Situation:
        """What follows from the facts."""
        return Situation(self.facts)

    @property
    def asked(self) -> str | None:
        """The question on the card, None when nothing is left to ask."""
        return self.ask or self.situation.next.fact

    @property
    def plan(self) -> WizardState:
        """The caller's own plan in the wizard, as far as it is known."""
        return WizardState(self.facts, plan="" if self.situation.next.ready else "now")

    def at(self, **changes: Any) -> DeskState:
        """Return the state with something about it changed."""
        return replace(self, **changes)


def read_state(site: Site, code: str = "") -> tuple[DeskState, dict[str, str]]:
    """Read the query string: the state, and per wrong fact the code of what is wrong.

    :raise 414: it is longer than any set of answers
    """
    wizard, wrong = read_query()
    caller, ask = request.args.get("caller"), request.args.get("ask")
    spoken = [language.code for language in site.languages]
    return DeskState(
        caller=caller if caller in spoken else spoken[0],
        facts=wizard.facts,
        ask=ask if ask in knowledge().questions else None,
        keys=request.args.get("keys") != "off",
        code=code,
    ), wrong
