"""Questions and answers in one language, ready for a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from ..diagnosis import CODES, FACT_KEYS, Facts
from ..diagnosis.domains import display_all
from ..i18n.languages import languages
from ..i18n.messages import N_
from ..knowledge import knowledge

SAID: Final = ("connection", "refused_by")
"""Facts whose answers mean little without their question, so that their sentence stands there."""
REPLY_CODE: Final = N_("Reply code")


@dataclass(frozen=True)
class ShownChoice:
    """One radio button."""

    value: str
    text: str
    more: bool


@dataclass(frozen=True, eq=False)
class ShownQuestion:
    """A question as a page shows it; ``typed`` is true when its answer is free text.

    There is one object a language and fact, so it is compared by identity.
    """

    fact: str
    label: str
    text: str
    why: str
    how: tuple[str, ...]
    choices: tuple[ShownChoice, ...]
    typed: bool
    field: str
    example: str
    same: str


@cache
def shown_question(language: str, fact: str) -> ShownQuestion:
    """Return a question in one language."""
    translate = languages()[language].gettext
    question = knowledge().questions[fact]
    return ShownQuestion(
        fact=fact,
        label=translate(question.label),
        text=translate(question.text),
        why=translate(question.why),
        how=tuple(translate(line) for line in question.how),
        choices=tuple(ShownChoice(c.value, translate(c.text), c.more) for c in question.choices),
        typed=not question.choices,
        field=translate(question.field) if question.field else "",
        example=question.example or "",
        same=translate(question.same) if question.same else "",
    )


def answer_text(language: str, fact: str, value: str) -> str:
    """Return how one answer reads in the list of answers."""
    question = shown_question(language, fact)
    for choice in question.choices:
        if choice.value == value:
            return choice.text
    if value == "unknown":
        return languages()[language].gettext("I don't know")
    return display_all(value)


def answers_so_far(language: str, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield (fact, label, answer) for every fact that is known."""
    for fact, value in facts.pairs:
        if fact != "tried" and fact not in CODES:
            yield fact, shown_question(language, fact).label, answer_text(language, fact, value)


def said_of(language: str, fact: str, value: str) -> str:
    """Return the sentence of a question's choice, '' where there is none."""
    choice = knowledge().questions[fact].choice(value)
    return languages()[language].gettext(choice.says) if choice else ""


def described_facts(language: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield (label, answer) for all that is known, for somebody who does not see the questions.

    That is also what the server answered in figures.
    """
    translate = languages()[language].gettext
    for fact, label, answer in answers_so_far(language, facts):
        said = said_of(language, fact, getattr(facts, fact)) if fact in SAID else ""
        yield label, said or answer
    codes = [str(getattr(facts, key)) for key in CODES if getattr(facts, key)]
    if codes:
        yield translate(REPLY_CODE), " ".join(codes)


def without_outdated(facts: Facts, changed: str) -> Facts:
    """Return the facts without the answers that no longer apply once one fact has changed."""
    stale = {key: None for key, q in knowledge().questions.items() if changed in q.about}
    stale |= dict.fromkeys(CODES) if changed == "error" else {}
    return facts.but(**stale)


@cache
def typed_facts() -> tuple[str, ...]:
    """Return the facts that a form takes as typed text."""
    typed = {key for key, question in knowledge().questions.items() if question.field}
    return tuple(key for key in FACT_KEYS if key in typed)
