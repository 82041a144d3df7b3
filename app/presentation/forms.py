"""The forms for typed answers: WTForms checks them, the diagnosis' own reader is the judge."""

from __future__ import annotations

from typing import Any

from wtforms import Form, StringField
from wtforms.validators import StopValidation

from ..diagnosis.domains import plain_form
from ..diagnosis.facts import BadValue, read_value
from ..knowledge.variables import UNKNOWN
from .questions import typed_facts


class Readable:
    """Accept what ``read_value`` can read; the error is the code of the reason."""

    def __call__(self, form: Form, field: Any) -> None:
        if not field.data or not field.data.strip():
            raise StopValidation("missing-text")
        try:
            field.canonical = read_value(field.name, field.data)
        except BadValue as fault:
            raise StopValidation(str(fault)) from None


class Plain:
    """Stop at a name that Telex may have changed, unless the person says that it is meant."""

    def __call__(self, form: Form, field: Any) -> None:
        if form.meta.keep or field.canonical == UNKNOWN or field.name == "port":
            return
        guesses = [plain_form(name) or name for name in str(field.canonical).split(",")]
        field.guess = ",".join(guesses)
        if field.guess != field.canonical:
            raise StopValidation("telex")


def typed_form(given: Any, asked: list[str], keep: bool) -> Form:
    """Return a form with one field for every typed fact that was asked for.

    :param given: the request's form data
    :param keep: the person has confirmed letters outside ASCII
    """
    fields = {
        fact: StringField(validators=[Readable(), Plain()])
        for fact in typed_facts()
        if fact in asked
    }
    kind = type("TypedForm", (Form,), fields)
    return kind(given, meta={"keep": keep})
