"""Events of the wizard's pages: fixed words only, never what somebody typed."""

from __future__ import annotations

from typing import Final

from ..diagnosis import CHOICES, Facts
from ..diagnosis.plan import Plan
from ..http.event_counting import Event
from ..knowledge import Provider, knowledge
from ..knowledge.variables import UNKNOWN
from ..web.links import WizardState

OTHER: Final = "other"
LONGEST_ID: Final = 60


def question_events(facts: Facts, fact: str) -> tuple[Event, ...]:
    """Return what is counted of a question: nothing where an answer is being changed."""
    return (("shown", fact),) if getattr(facts, fact) is None else ()


def answer_events(facts: Facts, asked: str) -> tuple[Event, ...]:
    """Return what is counted of a link that says which question it answers."""
    answered = asked in knowledge().questions and getattr(facts, asked) is not None
    return (("answered", asked),) if answered else ()


def plan_events(state: WizardState, plan: Plan, language: str) -> tuple[Event, ...]:
    """Return what is counted of a plan: once a visit, as far as that shows without a cookie.

    One asked for before all questions are answered counts by the question that was left out, and
    one with ways that were tried counts the last of them as not having helped.
    """
    if state.way:
        return ()
    if state.facts.tried:
        return (("not-worked", state.facts.tried[-1]),)
    if plan.next.fact is not None:
        return (("early", plan.next.fact),)
    return (
        ("plan", "settled"),
        ("scenario", plan.diagnosis.scenario),
        ("error", _word(state.facts, "error")),
        ("provider", _provider(state.facts, plan.provider)),
        ("program", _word(state.facts, "program")),
        ("place", _word(state.facts, "place")),
        ("lang", language),
    )


def _word(facts: Facts, key: str) -> str:
    value = getattr(facts, key)
    return value if value in CHOICES[key] else UNKNOWN


def _provider(facts: Facts, provider: Provider | None) -> str:
    """Return the id of a provider that everybody may know; a domain that was typed never counts."""
    if provider is not None:
        return provider.id if len(provider.id) <= LONGEST_ID else OTHER
    name = facts.known("account_domain") or facts.known("server")
    return OTHER if name else UNKNOWN
