"""The JSON Schemas (2020-12) of what the API takes and answers, made from types by pydantic."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, TypedDictSchema
from typing_extensions import TypedDict

from ..diagnosis import CHOICES
from ..diagnosis.facts import MAX_RECIPIENTS, MAX_TRIED
from ..i18n.messages import N_
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from ..presentation.json_answers import Plan, Port, Problem, Reading, RemedyId, about, one_of

Schema = dict[str, Any]

_LABEL: Final = "[a-z0-9](?:-?[a-z0-9]){0,30}"
_DOMAIN: Final = rf"(?:{_LABEL}\.){{1,3}}[a-z](?:-?[a-z0-9]){{0,30}}"
"""Domains that are always taken; many more are, which no pattern can tell (RFC 5891)."""
_PORT: Final = (
    "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
)
_VISIBLE: Final = r"[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Some character that str.strip() leaves; what a bare \\s means depends on who reads it."""

# An empty text and null stand for no answer.
Choice = Any
Domain = Annotated[str | None, Field(pattern=f"^(?:{UNKNOWN}|{_DOMAIN})?$")]
Domains = Annotated[
    list[Annotated[str, Field(pattern=f"^(?:{_DOMAIN})$")]], Field(max_length=MAX_RECIPIENTS)
]
PortText = Annotated[str | None, Field(pattern=f"^(?:{UNKNOWN}|{_PORT})?$")]
ReplyCode = Annotated[int, Field(ge=200, le=599)]
ReplyCodeText = Annotated[str | None, Field(pattern="^(?:[2-5][0-9]{2})?$")]
StatusText = Annotated[str | None, Field(pattern=r"^(?:[245]\.[0-9]{1,3}\.[0-9]{1,3})?$")]
OneRemedy = Annotated[str, one_of(*knowledge().remedies)]
Tried = Annotated[list[RemedyId], Field(max_length=MAX_TRIED)]


class Facts(TypedDict, total=False):
    """The facts of a case; what they are about stands in the questions."""

    place: Choice
    connection: Choice
    vpn: Choice
    account_domain: Domain
    sender_domain: Domain
    recipient_domain: Domain | Domains
    server: Domain
    port: Port | PortText
    security: Choice
    login: Choice
    error: Choice
    refused_by: Choice
    program: Choice
    reply_code: Annotated[
        ReplyCode | ReplyCodeText, about(N_("The reply code in the error"), [550])
    ]
    enhanced_status: Annotated[
        StatusText, about(N_("The enhanced status code in the error"), ["5.7.1"])
    ]
    tried: Annotated[
        Tried | OneRemedy | Literal[""] | None,
        about(N_("The remedies that have been tried already")),
    ]


class Text(TypedDict):
    """A pasted text; its length is counted in bytes of UTF-8, which no keyword of a schema does."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            pattern=_VISIBLE,
            description=N_("The error, or the whole message that came back; 256 KB at most."),
        ),
    ]


_FORGIVEN: Final = N_(
    "A whole address, a link, spaces and other alphabets are forgiven; only the domain is kept."
)


class _Generator(GenerateJsonSchema):
    def typed_dict_schema(self, schema: TypedDictSchema) -> JsonSchemaValue:
        """Close what is answered, leave open what is asked, and keep docstrings to ourselves."""
        made = super().typed_dict_schema(schema)
        if self.mode == "serialization":
            made["additionalProperties"] = False
        return {key: value for key, value in made.items() if key not in ("title", "description")}

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        """Write one schema where that is possible, as the tools that read it understand best."""
        inner = self.generate_inner(schema["schema"])
        if inner.get("type") != "string" or "enum" in inner:
            return super().nullable_schema(schema)
        return inner | {"type": ["string", "null"]}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def schemas() -> dict[str, Schema]:
    """Return the schemas by name, their texts in English; nobody may change them."""
    asked, answered = (Facts, Text), (Plan, Reading, Problem)
    _, made = TypeAdapter.json_schemas(
        [
            *((each.__name__, "validation", TypeAdapter[Any](each)) for each in asked),
            *((each.__name__, "serialization", TypeAdapter[Any](each)) for each in answered),
        ],
        schema_generator=_Generator,
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Schema] = made["$defs"]
    for key, schema in found["Facts"]["properties"].items():
        schema.update(_from_question(key) if key in knowledge().questions else {})
    return found


def _from_question(key: str) -> Schema:
    """Return what its question says of a fact: its values or examples, and what it is about."""
    question = knowledge().questions[key]
    if key in CHOICES:
        texts = {choice.value: choice.text for choice in question.choices}
        lines = [f"- {value}: {texts[value]}" for value in CHOICES[key] if texts.get(value)]
        described = "\n".join([question.text, *lines])
        return {"enum": [*CHOICES[key], "", None], "description": described}
    if key == "port":
        return {"description": question.text, "examples": [587, UNKNOWN]}
    described = f"{question.text}\n{_FORGIVEN}"
    return {"description": described, "examples": [question.example, UNKNOWN]}
