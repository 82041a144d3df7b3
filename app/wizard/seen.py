"""What of a page of the wizard is counted: only words of ours, never what somebody typed."""

from __future__ import annotations

from typing import Final

from ..diagnosis import CHOICES, Facts
from ..diagnosis.plan import Plan
from ..knowledge import Provider, knowledge
from ..knowledge.variables import UNKNOWN
from ..web.counting import Seen
from ..web.links import Spot

OTHER: Final = "other"
LONGEST_ID: Final = 60


def seen_question(facts: Facts, fact: str) -> tuple[Seen, ...]:
    """Return what is counted of a question: nothing where an answer is being changed."""
    return (("shown", fact),) if getattr(facts, fact) is None else ()


def seen_answer(facts: Facts, asked: str) -> tuple[Seen, ...]:
    """Return what is counted of a link that says which question it answers."""
    answered = asked in knowledge().questions and getattr(facts, asked) is not None
    return (("answered", asked),) if answered else ()


def seen_plan(spot: Spot, plan: Plan, language: str) -> tuple[Seen, ...]:
    """Return what is counted of a plan: once a walk, as well as can be told without a cookie.

    One asked for before all questions are answered counts by the question that was left out, and
    one with ways that were tried counts the last of them as not having helped.
    """
    if spot.way:
        return ()
    if spot.facts.tried:
        return (("not-worked", spot.facts.tried[-1]),)
    if plan.next.fact is not None:
        return (("early", plan.next.fact),)
    return (
        ("plan", "settled"),
        ("scenario", plan.diagnosis.scenario),
        ("error", _word(spot.facts, "error")),
        ("provider", _provider(spot.facts, plan.provider)),
        ("program", _word(spot.facts, "program")),
        ("place", _word(spot.facts, "place")),
        ("lang", language),
    )


def _word(facts: Facts, key: str) -> str:
    value = getattr(facts, key)
    return value if value in CHOICES[key] else UNKNOWN


def _provider(facts: Facts, provider: Provider | None) -> str:
    """Return the id of a provider that everybody may know; a domain that was typed never counts."""
    if provider is not None:
        return provider.id if len(provider.id) <= LONGEST_ID else OTHER
    told = facts.known("account_domain") or facts.known("server")
    return OTHER if told else UNKNOWN
