"""Take what a screen sends: answers, remedies tried, and a paste, which is read and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...knowledge import knowledge
from ...presentation.paste_input import LONGEST_SHOWN, merge_reading
from ...reading import Reading, TooLong, read
from .form_answers import AnswerError, Form, read_form
from .state import DeskState


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
