"""Take what a screen sends: answers, remedies tried, and a paste, which is read and forgotten.

Every question stands in the form at once, so most of what is sent is what was there already: only
what differs from the state before counts as an answer.  An answer that only another one makes stale
must not come back because it still stood in its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from ...diagnosis import Facts, read_facts
from ...diagnosis.domains import display_all
from ...diagnosis.facts import CHOICES, BadValue, read_value
from ...knowledge import knowledge
from ...knowledge.variables import UNKNOWN
from ...presentation.paste_input import LONGEST_SHOWN, merge_reading
from ...presentation.questions import typed_form, without_outdated
from ...reading import Reading, TooLong, read
from ...services import services
from .state import DeskState

LONGEST_KEPT = 400
"""Characters of a typed answer that cannot be taken which are shown again."""
Form = MultiDict[str, str]


class AnswerError(NamedTuple):
    """What is wrong with an answer: the code of ``PROBLEMS``, and what was meant perhaps."""

    code: str
    guess: str = ""


@dataclass(frozen=True)
class Paste:
    """A text that was pasted, and what it says; or the code of why it could not be read."""

    text: str
    reading: Reading | None = None
    problem: str | None = None

    @property
    def understood(self) -> bool:
        """Whether an error was found in the text."""
        return self.reading is not None and self.reading.reason != "none"


@dataclass(frozen=True)
class Submission:
    """The state after a form, and what has to be shown at once, since no URL may hold it."""

    state: DeskState
    errors: Mapping[str, AnswerError] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    paste: Paste | None = None

    @property
    def settled(self) -> bool:
        """Whether the state says it all."""
        return not self.errors and self.paste is None

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        return 422 if self.errors or (self.paste and self.paste.problem) else 200


def read_submission(state: DeskState, form: Form) -> Submission:
    """Return the state after a form; the question that was asked stays until it is left."""
    facts, errors, typed = read_form(state.facts, form)
    asked = form.get("ask", state.ask)
    paste = _read_paste(form, changed=facts != state.facts or bool(errors))
    leaves = not errors and ("go" in form or "read" in form or (paste and paste.understood))
    if paste and paste.reading and paste.understood:
        facts = merge_reading(paste.reading, facts)
    ask = None if asked not in knowledge().questions or leaves else asked
    return Submission(state.at(facts=facts, ask=ask), errors, typed, paste)


def _read_paste(form: Form, changed: bool) -> Paste | None:
    text = form.get("text", "").replace("\r\n", "\n")
    if not text.strip():
        # Enter in another field presses the form's first button too.
        return Paste("", problem="no-text") if "read" in form and not changed else None
    try:
        return Paste(text, read(text))
    except TooLong:
        return Paste(text[:LONGEST_SHOWN], problem="too-much-text")


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
    facts = _found(_answered(before, changed), form.get("found"))
    return _tried(facts, form), errors, typed


def shown_text(fact: str, facts: Facts) -> str:
    """Return what stands in a fact's text field: nothing where a choice beside it says it."""
    value = getattr(facts, fact)
    return "" if value is None or str(value) in beside(fact, facts) else display_all(str(value))


def beside(fact: str, facts: Facts) -> tuple[str, ...]:
    """Return the answers that can be chosen beside a text field."""
    question, account = knowledge().questions[fact], facts.known("account_domain")
    same = (account,) if question.same and account else ()
    return tuple(dict.fromkeys((*(c.value for c in question.choices if not c.of), *same, UNKNOWN)))


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


def _found(facts: Facts, given: str | None) -> Facts:
    """Return the facts with the settings that the agent has taken over, if their seal is right."""
    if not given:
        return facts
    asked = {"account_domain": facts.account_domain, "found": given}
    return facts.but(found=read_facts(asked, holds=services().holds)[0].found or facts.found)


def _tried(facts: Facts, form: Form) -> Facts:
    """Return the facts with the remedies ticked; those that were not offered stay as they are."""
    offered, ticked = form.getlist("offered"), form.getlist("tried")
    tried = [id for id in facts.tried if id in ticked or id not in offered]
    tried += [id for id in knowledge().remedies if id in ticked and id in offered]
    return facts.but(tried=tuple(dict.fromkeys(tried)))
