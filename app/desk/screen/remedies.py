"""The remedies as the screen shows them: each step in the agent's words and in the caller's."""

from __future__ import annotations

from dataclasses import dataclass

from ...diagnosis import Plan, PlannedRemedy


@dataclass(frozen=True)
class Way:
    """A remedy in both languages; ``said`` is the same one where there is only one language."""

    remedy: PlannedRemedy
    said: PlannedRemedy
    tried: bool
    open: bool

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """What to do: each step for the agent and for the caller."""
        ours = (step.text for step in self.remedy.steps)
        theirs = (step.text for step in self.said.steps)
        return tuple(zip(ours, theirs, strict=True))


def make_ways(plan: Plan, said: Plan) -> list[Way]:
    """Return the remedies in order, the first one that was not tried open."""
    tried, first = plan.situation.facts.tried, plan.current
    return [
        Way(ours, theirs, ours.id in tried, ours is first)
        for ours, theirs in zip(plan.remedies, said.remedies, strict=True)
    ]
