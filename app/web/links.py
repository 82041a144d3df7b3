"""Canonical links: the one way to write the URL of a page for some facts.

Canonical values are words, numbers and A-labels, so nothing in them needs escaping.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ..diagnosis import Facts, Situation

NOTHING = Facts()


@dataclass(frozen=True)
class WizardState:
    """A place in the wizard: the facts, and what is looked at besides.

    ``change`` is a fact being changed, ``way`` the remedy looked at in place of the first untried
    one, ``worked`` the remedy that did it, ``plan`` asks for the plan before all questions are
    answered.
    """

    facts: Facts = NOTHING
    change: str | None = None
    way: str | None = None
    worked: str | None = None
    plan: bool = False

    @cached_property
    def situation(self) -> Situation:
        """What follows from the facts."""
        return Situation(self.facts)

    def query(self) -> str:
        """Return the canonical query string."""
        query = self.facts.query()
        parts = [query] if query else []
        if self.change:
            parts.append(f"change={self.change}")
        if self.way:
            parts.append(f"way={self.way}")
        if self.worked:
            parts.append(f"worked={self.worked}")
        if self.plan:
            parts.append("plan=now")
        return "&".join(parts)

    def at(self, **changes: object) -> WizardState:
        """Return the state with something about it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def with_defaults(facts: Facts, known: Facts) -> Facts:
    """Return facts with what is known besides, where they say nothing."""
    untold = {key: getattr(known, key) for key, _ in known.pairs if getattr(facts, key) is None}
    return facts.but(**untold) if untold else facts


def extend(url: str, pair: str) -> str:
    """Return a URL with one more ``key=value`` at its end."""
    return f"{url}{'&' if '?' in url else '?'}{pair}"
