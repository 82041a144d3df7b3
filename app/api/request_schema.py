"""What the API takes, as schemas: the facts of a case, a pasted text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..diagnosis import CHOICES, FACT_KEYS
from ..diagnosis.facts import MAX_RECIPIENTS, MAX_TRIED
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from .json_schema import DOMAIN, PORT, STATUS, VISIBLE, Schema, listed, number, text_like, whole

NOT_TOLD: Final = ("", None)
"""What counts as if the key were not there."""
FACTS_EXAMPLE: Final = {
    "place": "away",
    "connection": "other",
    "account_domain": "proseware.com",
    "recipient_domain": "adatum.com",
}
TEXT_EXAMPLE: Final = {"text": "553 sorry, that domain is not in my list of allowed rcpthosts"}


def facts_schema(translate: Callable[[str], str]) -> Schema:
    """Return the schema of the facts: every one may be left out, and unknown keys are dropped."""
    properties = {key: _fact(key, translate) for key in FACT_KEYS}
    return {"type": "object", "properties": properties, "example": FACTS_EXAMPLE}


def text_schema(translate: Callable[[str], str]) -> Schema:
    """Return the schema of a pasted text."""
    # How long it may be is counted in bytes of UTF-8, which no keyword of a schema counts.
    text = {
        "type": "string",
        "minLength": 1,
        "pattern": VISIBLE,
        "description": translate("The error, or the whole message that came back; 256 KB at most."),
    }
    return {
        "type": "object",
        "properties": {"text": text},
        "required": ["text"],
        "example": TEXT_EXAMPLE,
    }


def fact_about(key: str, translate: Callable[[str], str]) -> str:
    """Return what a fact is about, in one line."""
    if key in knowledge().questions:
        return translate(knowledge().questions[key].text)
    return {
        "reply_code": translate("The reply code in the error"),
        "enhanced_status": translate("The enhanced status code in the error"),
        "tried": translate("The remedies that have been tried already"),
    }[key]


def _fact(key: str, translate: Callable[[str], str]) -> Schema:
    about = fact_about(key, translate)
    if key in CHOICES:
        return {"enum": [*CHOICES[key], *NOT_TOLD], "description": _choices(key, about, translate)}
    if key == "port":
        ports = {"type": ["string", "null"], "pattern": whole(f"{UNKNOWN}|{PORT}", True)}
        return {
            "anyOf": [number(1, 65535), ports],
            "description": about,
            "examples": [587, UNKNOWN],
        }
    if key == "reply_code":
        codes = {"type": ["string", "null"], "pattern": whole("[2-5][0-9]{2}", True)}
        return {"anyOf": [number(200, 599), codes], "description": about, "examples": [550]}
    if key == "enhanced_status":
        return text_like(STATUS, about) | {"examples": ["5.7.1"]}
    if key == "tried":
        remedies = list(knowledge().remedies)
        several = listed({"enum": remedies}, maxItems=MAX_TRIED)
        return {"anyOf": [several, {"enum": [*remedies, *NOT_TOLD]}], "description": about}
    forgiven = translate(
        "A whole address, a link, spaces and other alphabets are forgiven; only the domain is kept."
    )
    one = text_like(f"{UNKNOWN}|{DOMAIN}")
    if key == "recipient_domain":
        domain = {"type": "string", "pattern": whole(DOMAIN)}
        one = {"anyOf": [one, listed(domain, maxItems=MAX_RECIPIENTS)]}
    example = knowledge().questions[key].example
    return one | {"description": f"{about}\n{forgiven}", "examples": [example, UNKNOWN]}


def _choices(key: str, about: str, translate: Callable[[str], str]) -> str:
    question = knowledge().questions[key]
    texts = {choice.value: translate(choice.text).replace("`", "") for choice in question.choices}
    lines = [f"- {value}: {texts[value]}" for value in CHOICES[key] if texts.get(value)]
    return "\n".join([about, *lines])
