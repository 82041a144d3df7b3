"""The form for typed answers: WTForms checks them, the diagnosis' own reader is the judge."""

from __future__ import annotations

from typing import Any

from wtforms import Form, StringField
from wtforms.validators import StopValidation

from ..diagnosis.domains import plain_form
from ..diagnosis.facts import BadValue, read_value
from ..knowledge.variables import UNKNOWN


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
