"""The questions as the screen shows them: one on the card, to be read out; the others in rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnosis import Plan
from ...diagnosis.answer_impact import AnswerImpact, impact_of
from ...diagnosis.domains import display
from ...knowledge import knowledge
from ...knowledge.variables import UNKNOWN
from ...presentation.questions import ShownQuestion, answer_text, shown_question
from .state import DeskState
from .submission import beside, shown_text

MOST_NAMED = 3
"""How many outcomes are named of those that an answer decides between."""


@dataclass(frozen=True)
class CardChoice:
    """One numbered answer, in the agent's language and, where that differs, in the caller's.

    ``more`` is true for one that is rare.
    """

    number: int
    id: str
    value: str
    text: str
    said: str
    checked: bool
    more: bool


@dataclass(frozen=True)
class Card:
    """The question to ask now; ``text`` stands in its text field, None where it has none."""

    question: ShownQuestion
    said: ShownQuestion
    kind: str
    between: tuple[str, ...]
    choices: tuple[CardChoice, ...]
    text: str | None


def make_card(state: DeskState, plan: Plan) -> Card | None:
    """Return the question to ask now, in the plan's language; None when nothing is left to ask."""
    fact, language = state.asked, plan.language
    if fact is None:
        return None
    ours = shown_question(language, fact, spoken=True)
    theirs = shown_question(state.caller, fact, spoken=True)
    current = getattr(state.facts, fact)
    decision = impact_of(state.situation, fact)
    rare = {choice.value for choice in ours.choices if choice.more}
    return Card(
        question=ours,
        said=theirs,
        kind=decision.kind,
        between=_named(plan, decision),
        choices=tuple(
            CardChoice(
                number,
                fact if number == 1 and not ours.field else f"{fact}-{number}",
                value,
                text := _choice_text(language, state, fact, value),
                "" if (said := _choice_text(state.caller, state, fact, value)) == text else said,
                current is not None and str(current) == value,
                value in rare,
            )
            for number, value in enumerate(beside(fact, state.facts), 1)
        ),
        text=shown_text(fact, state.facts) if ours.field else None,
    )


def make_rows(state: DeskState, language: str) -> Iterator[tuple[ShownQuestion, str, str | None]]:
    """Yield each question that is not on the card, with its answer: in a list, or in a text field.

    What stands in the text field, None where there is none, comes last.
    """
    for fact in knowledge().questions:
        if fact == state.asked:
            continue
        question, value = shown_question(language, fact), getattr(state.facts, fact)
        current = "" if value is None else str(value)
        typed = "" if current == UNKNOWN else ", ".join(map(display, current.split(",")))
        yield question, current, typed if question.field else None


def _choice_text(language: str, state: DeskState, fact: str, value: str) -> str:
    question = shown_question(language, fact)
    if question.same and value == state.facts.account_domain:
        return question.same.replace("{value}", display(value))
    return answer_text(language, fact, value)


def _named(plan: Plan, decision: AnswerImpact) -> tuple[str, ...]:
    """Return the titles of what a decision is between, with "…" for those that are too many."""
    content = knowledge()
    titled = content.scenarios if decision.kind == "happened" else content.remedies
    titles = [
        plan.wording.fill(titled[id].title).rstrip(".") for id in decision.between[:MOST_NAMED]
    ]
    return (*titles, *(["…"] if len(decision.between) > MOST_NAMED else []))
