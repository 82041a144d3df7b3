"""Questions and answers in one language, ready for a page, and the form for typed answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final

from wtforms import Form, StringField
from wtforms.validators import StopValidation

from ..diagnosis import CODES, FACT_KEYS, OF_REPLY, Facts, Situation
from ..diagnosis.domains import display_all, plain_form
from ..diagnosis.facts import BadValue, read_value
from ..i18n.languages import languages
from ..i18n.messages import N_
from ..knowledge import Choice, How, knowledge
from ..knowledge.programs import GENERAL
from ..knowledge.variables import UNKNOWN

SAID: Final = ("connection",)
"""Facts whose answers mean little without their question, so that their sentence stands there."""
REPLY_CODE: Final = N_("Reply code")


@dataclass(frozen=True, eq=False)
class ShownQuestion:
    """A question as a page shows it; ``typed`` is true when its answer is free text.

    ``kinds`` are choices that are a kind of another one.

    There is one object a language, fact and way of saying, so it is compared by identity.
    """

    fact: str
    label: str
    text: str
    why: str
    how: tuple[How, ...]
    choices: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    typed: bool
    field: str
    example: str
    same: str

    def choice_of(self, value: str | None) -> str | None:
        """Return the choice on the list that an answer is a kind of, else the answer itself."""
        return next((choice.of for choice in self.kinds if choice.value == value), value)

    def how_in(self, program: str | None) -> tuple[How, ...]:
        """Return how to find the answer in one app, None for any."""
        if program is None:
            return self.how
        own = program if any(how.program == program for how in self.how) else GENERAL
        return tuple([how for how in self.how if how.program in ("", own)])


@cache
def shown_question(language: str, fact: str, *, spoken: bool = False) -> ShownQuestion:
    """Return a question in one language.

    :param spoken: an agent reads it out
    """
    translate = languages()[language].spoken if spoken else languages()[language].gettext
    question = knowledge().questions[fact]
    choices = [replace(c, text=translate(c.text)) for c in question.choices]
    return ShownQuestion(
        fact=fact,
        label=translate(question.label),
        text=translate(question.text),
        why=translate(question.why),
        how=tuple(replace(how, text=translate(how.text)) for how in question.how),
        choices=tuple(choice for choice in choices if not choice.of),
        kinds=tuple(choice for choice in choices if choice.of),
        typed=not question.choices,
        field=translate(question.field) if question.field else "",
        example=f"pat@{question.example}" if fact.endswith("_domain") else question.example or "",
        same=translate(question.same) if question.same else "",
    )


def answer_text(language: str, fact: str, value: str) -> str:
    """Return how one answer reads in the list of answers."""
    question = shown_question(language, fact)
    for choice in (*question.choices, *question.kinds):
        if choice.value == value:
            return choice.text
    if value == "unknown":
        return languages()[language].gettext("I don't know")
    return display_all(value)


def program_name(language: str, facts: Facts) -> str | None:
    """Return the email app that steps are for, None where none with steps of its own was named."""
    program = facts.known("program")
    named = program and program != GENERAL
    return answer_text(language, "program", str(program)) if named else None


def products(language: str, facts: Facts) -> tuple[Choice, ...]:
    """Return the products that have steps of their own, of the kind that sends the email."""
    question = shown_question(language, "program")
    kind = question.choice_of(facts.program)
    return tuple(choice for choice in question.kinds if choice.of == kind)


def answers_so_far(language: str, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield (fact, label, answer) for every fact that is known.

    What the server answered in figures belongs to the error: it goes where that is changed.
    """
    for fact, value in facts.pairs:
        if question := knowledge().questions.get(fact):
            choice = question.choice(value) if fact in SAID else None
            said = choice and languages()[language].gettext(choice.says)
            answer = said or answer_text(language, fact, value)
            yield fact, shown_question(language, fact).label, answer
    codes = [str(getattr(facts, key)) for key in CODES if getattr(facts, key)]
    if codes:
        yield "error", languages()[language].gettext(REPLY_CODE), " ".join(codes)


def question_before(facts: Facts) -> str | None:
    """Return the question that was answered last on the way to these facts, None for none.

    That is told by going the way again: it is always the same one.
    """
    known, before = Facts(), None
    while (fact := _asked(known)) and getattr(facts, fact) is not None:
        known, before = known.but(**{fact: getattr(facts, fact)}), fact
    return before


def _asked(facts: Facts) -> str | None:
    # What many have in common; a name may belong to another provider tomorrow.
    named = facts.account_domain or facts.server
    return Situation(facts).next.asked if named else _asked_unnamed(facts)


@lru_cache(maxsize=1024)
def _asked_unnamed(facts: Facts) -> str | None:
    return Situation(facts).next.asked


def without_outdated(facts: Facts, changed: str) -> Facts:
    """Return the facts without the answers that no longer apply once one fact has changed."""
    stale = {key: None for key, q in knowledge().questions.items() if changed in q.about}
    stale |= dict.fromkeys(OF_REPLY) if changed == "error" else {}
    stale |= {"found": None} if changed == "account_domain" else {}
    return facts.but(**stale)


@cache
def typed_facts() -> tuple[str, ...]:
    """Return the facts that a form takes as typed text."""
    questions = knowledge().questions
    return tuple(key for key in FACT_KEYS if key in questions and questions[key].field)


def typed_form(given: Any, asked: list[str], keep: bool) -> Form:
    """Return a form with a field for each of some typed facts; errors are keys of ``PROBLEMS``.

    :param given: the request's form data
    :param keep: the person has confirmed letters outside ASCII
    """
    kind = type("TypedForm", (Form,), {fact: StringField(validators=[_check]) for fact in asked})
    return kind(given, meta={"keep": keep})


def _check(form: Form, field: Any) -> None:
    """Accept what ``read_value`` can read, unless Telex may have changed a name's letters."""
    if not field.data or not field.data.strip():
        raise StopValidation("missing-text")
    try:
        field.canonical = read_value(field.name, field.data)
    except BadValue as fault:
        raise StopValidation(str(fault)) from None
    if form.meta.keep or field.canonical == UNKNOWN or field.name == "port":
        return
    guesses = [plain_form(name) or name for name in str(field.canonical).split(",")]
    field.guess = ",".join(guesses)
    if field.guess != field.canonical:
        raise StopValidation("telex")
