"""Read the screen's form: only what differs from the state before counts as an answer.

Every question stands in the form at once, so most of what is sent is what was there already.  An
answer that only another one makes stale must not come back because it still stood in its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from ...diagnosis import Facts
from ...diagnosis.domains import display_all
from ...diagnosis.facts import CHOICES, BadValue, read_value
from ...knowledge import knowledge
from ...knowledge.variables import UNKNOWN
from ...presentation.questions import typed_form, without_outdated

LONGEST_KEPT = 400
"""Characters of a typed answer that cannot be taken which are shown again."""
Form = MultiDict[str, str]


class AnswerError(NamedTuple):
    """What is wrong with an answer: the code of ``PROBLEMS``, and what was meant perhaps."""

    code: str
    guess: str = ""


def read_form(before: Facts, form: Form) -> tuple[Facts, dict[str, AnswerError], dict[str, str]]:
    """Return the facts after a form, what is wrong by fact, and what was typed there.

    :param before: the facts that the form was shown for
    """
    changed: dict[str, Any] = {}
    errors: dict[str, AnswerError] = {}
    typed: dict[str, str] = {}
    for fact in knowledge().questions:
        answer = _new_answer(fact, before, form.getlist(fact)) if fact in form else None
        if answer is None:
            continue
        value, fault = _read(fact, answer, fact in form.getlist("keep"))
        if fault:
            errors[fact], typed[fact] = fault, answer[:LONGEST_KEPT]
        else:
            changed[fact] = value
    return _tried(_answered(before, changed), form), errors, typed


def shown_text(fact: str, facts: Facts) -> str:
    """Return what stands in a fact's text field: nothing where a choice beside it says it."""
    value = getattr(facts, fact)
    return "" if value is None or str(value) in beside(fact, facts) else display_all(str(value))


def beside(fact: str, facts: Facts) -> tuple[str, ...]:
    """Return the answers that can be chosen beside a text field."""
    question, account = knowledge().questions[fact], facts.known("account_domain")
    same = (account,) if question.same and account else ()
    return tuple(dict.fromkeys((*(c.value for c in question.choices), *same, UNKNOWN)))


def _new_answer(fact: str, before: Facts, given: Sequence[str]) -> str | None:
    """Return the answer that was not there before: empty when it was taken back, None for none."""
    value = getattr(before, fact)
    old = set() if value is None else {str(value), display_all(str(value))}
    said = [text.strip() for text in given if text.strip()]
    new = [text for text in said if text not in old]
    if not new:
        return "" if old and not said else None
    # Somebody who types has not left it at "I don't know", nor at a choice.
    return sorted(new, key=lambda text: text not in beside(fact, before))[-1]


def _read(fact: str, answer: str, keep: bool) -> tuple[Any, AnswerError | None]:
    if not answer:
        return None, None
    if fact in CHOICES:
        try:
            return read_value(fact, answer), None
        except BadValue as fault:
            return None, AnswerError(str(fault))
    form = typed_form(MultiDict({fact: answer}), [fact], keep)
    if form.validate():
        return form[fact].canonical, None
    (code,) = form.errors[fact]
    return None, AnswerError(code, form[fact].guess if code == "telex" else "")


def _answered(before: Facts, changed: Mapping[str, Any]) -> Facts:
    facts = before
    for fact, value in changed.items():
        if getattr(before, fact) not in (None, value):
            facts = without_outdated(facts, fact)
    # What has just been said is not stale, whatever else was changed.
    return facts.but(**changed)


def _tried(facts: Facts, form: Form) -> Facts:
    """Return the facts with the remedies ticked; those that were not offered stay as they are."""
    offered, ticked = form.getlist("offered"), form.getlist("tried")
    tried = [id for id in facts.tried if id in ticked or id not in offered]
    tried += [id for id in knowledge().remedies if id in ticked and id in offered]
    return facts.but(tried=tuple(dict.fromkeys(tried)))
