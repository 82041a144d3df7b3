"""A case's facts with what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..knowledge import Provider
from ..knowledge.variables import UNKNOWN
from .diagnosis import (
    Change,
    Diagnosis,
    Verdict,
    advised_settings,
    judge_recipients,
    nearest_change,
    plan_remedies,
)
from .facts import Facts
from .interview import NextStep, next_step
from .reduction import Case, find_provider, reduce_facts, relate_recipient
from .table import Match, decision_table, judge


@dataclass(frozen=True)
class Situation:
    """Facts, and what follows from them: each worked out once, when it is first asked for."""

    facts: Facts

    @cached_property
    def provider(self) -> Provider | None:
        """The published provider that the account or its outgoing server belongs to."""
        return find_provider(self.facts)

    @cached_property
    def recipients(self) -> Mapping[str, str]:
        """The recipients' domains (G8), each with its relation: same, other or unknown."""
        facts, provider = self.facts, self.provider
        return {name: relate_recipient(facts, name, provider) for name in facts.recipients}

    @cached_property
    def recipient(self) -> str | None:
        """The recipient's domain that most likely has to be relayed: the case is about it."""
        order = ("other", UNKNOWN, "same")
        relations = self.recipients
        return min(sorted(relations), key=lambda name: order.index(relations[name]), default=None)

    @cached_property
    def case(self) -> Case:
        """The finite case that the facts come to."""
        relation = UNKNOWN if self.recipient is None else self.recipients[self.recipient]
        return reduce_facts(self.facts, self.provider, relation)

    @cached_property
    def match(self) -> Match:
        """The row of the decision table that the case meets."""
        return decision_table().match(self.case)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What happened and what to do; with several recipients, that of the foremost (G8)."""
        verdict = Verdict(self.recipient, *judge(self.match.scenario, self.case))
        verdicts = judge_recipients(self.facts, self.case, self.recipients)
        return Diagnosis(self.match, verdict, verdicts, plan_remedies(self.match, self.provider))

    @cached_property
    def change(self) -> Change | None:
        """The other verdict that the change of one fact brings about."""
        known = self.facts.known("account_domain") is not None
        return nearest_change(self.match, self.provider, account_known=known)

    @cached_property
    def settings(self) -> Mapping[str, str | int]:
        """The outgoing settings to use, by name; only a known provider's server is one of them."""
        return advised_settings(self.provider, self.facts.port)

    @cached_property
    def next(self) -> NextStep:
        """What to ask next."""
        return next_step(self.facts, self.case)

    def without(self, fact: str) -> Situation:
        """Return the situation in which one fact is not known."""
        answered = getattr(self.facts, fact) is not None
        return Situation(self.facts.but(**{fact: None})) if answered else self


def diagnose(facts: Facts) -> Diagnosis:
    """Return the diagnosis for some facts."""
    return Situation(facts).diagnosis
