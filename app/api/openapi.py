"""The API's description (OpenAPI 3.1), with JSON Schemas (2020-12) made from types by pydantic."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, TypedDictSchema
from typing_extensions import TypedDict

from ..diagnosis import CHOICES, FACT_KEYS, SEEN
from ..diagnosis.facts import MAX_RECIPIENTS, MAX_TRIED
from ..i18n.languages import published
from ..i18n.messages import N_
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from ..presentation.json_answers import (
    Plan,
    Port,
    Problem,
    Reading,
    RemedyId,
    VendorReply,
    about,
    one_of,
)
from ..web.errors import KINDS, PROBLEM
from ..web.site import Site

Schema = dict[str, Any]

VERSION = "1"
PATH = "/api/v1"
_TEXTS: Final = ("summary", "description")
"""The keys of the document whose values people read."""
_LINE: Final = re.compile(r"(?m)^(- [\w-]+: )?(.+)$")

_FORGIVEN: Final = N_(
    "You can send a whole email address or link, even with spaces or non-Latin "
    "letters. We only use the domain."
)
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


_ASKED: Final[dict[str, Any]] = {
    "account_domain": Domain,
    "sender_domain": Domain,
    "recipient_domain": Domain | Domains,
    "server": Domain,
    "port": Port | PortText,
    "reply_code": Annotated[
        ReplyCode | ReplyCodeText,
        about(N_("The reply code (such as 550) in the error message"), [550]),
    ],
    "enhanced_status": Annotated[
        StatusText,
        about(N_("The enhanced status code (such as 5.7.1) in the error message"), ["5.7.1"]),
    ],
    "vendor_reply": Annotated[
        VendorReply | Literal[""] | None,
        about(N_("The reply of a provider or product, as a reading names it")),
    ],
    "tried": Annotated[
        Tried | OneRemedy | Literal[""] | None,
        about(N_("Fixes already tried")),
    ],
}
"""The types of the facts that are not one of a question's choices."""
# What they are about stands in the questions.  What a page of ours has seen is none of a caller's.
Facts = TypedDict(  # type: ignore[misc]
    "Facts", {key: _ASKED.get(key, Choice) for key in FACT_KEYS if key not in SEEN}, total=False
)


class Text(TypedDict):
    """A pasted text; its length is counted in bytes of UTF-8, which no keyword of a schema does."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            pattern=_VISIBLE,
            description=N_("The error message or the whole returned email, up to 256 KB."),
        ),
    ]


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


@dataclass(frozen=True)
class Operation:
    """Something to ask the API for, by POST; ``asked`` and ``answered`` are names of schemas."""

    id: str
    path: str
    asked: str
    answered: str
    summary: str
    description: str
    example: Mapping[str, str]


OPERATIONS: Final = (
    Operation(
        "diagnose",
        f"{PATH}/diagnoses",
        "Facts",
        "Plan",
        N_("Send facts about the problem and get fixes"),
        N_("You can leave out any fact. Unknown keys are ignored."),
        {
            "place": "away",
            "connection": "other",
            "account_domain": "proseware.com",
            "recipient_domain": "adatum.com",
        },
    ),
    Operation(
        "read",
        f"{PATH}/readings",
        "Text",
        "Reading",
        N_("Send an error message and get the facts from it"),
        N_("We only use the text you send to find the cause, and we don't store it."),
        {"text": "553 sorry, that domain is not in my list of allowed rcpthosts"},
    ),
)


def describe(site: Site) -> Schema:
    """Return the document, in the language of a site and for the root it stands under."""
    document: Schema = _translated(_document(), site.language.gettext)
    return document | {"servers": [{"url": site.root or "/"}]}


def _translated(value: Any, translate: Callable[[str], str]) -> Any:
    """Return a part of the document, its texts translated line by line."""
    if isinstance(value, list) and isinstance(value[0], dict):
        return [_translated(inner, translate) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _LINE.sub(lambda line: (line[1] or "") + _plain(translate(line[2])), inner)
        if key in _TEXTS and isinstance(inner, str)
        else _translated(inner, translate)
        for key, inner in value.items()
    }


def _plain(text: str) -> str:
    return text.replace("`", "").replace("{codes}", ", ".join(published()))


def _document() -> Schema:
    codes = list(published())
    text: Schema = {"type": "string"}
    language = _headed(N_("Language of the texts in this response"), text | {"enum": codes})
    seconds = _headed(
        N_("How many seconds to wait before trying again"), {"type": "integer", "minimum": 1}
    )
    own = {
        "operationId": "describe",
        "summary": N_("The description of this API"),
        "parameters": [_link("parameters", "lang")],
        "responses": {
            "200": _response(
                "OpenAPI 3.1", {"type": "object", "required": ["openapi", "info", "paths"]}
            )
        },
    }
    examples = {each.asked: {"example": each.example} for each in OPERATIONS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Thông Thư",
            "version": VERSION,
            "summary": N_("Find out why email can't be sent and what to do"),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {each.path: {"post": _operation(each)} for each in OPERATIONS}
        | {f"{PATH}/openapi.json": {"get": own}},
        "components": {
            "schemas": {
                name: schema | examples.get(name, {}) for name, schema in schemas().items()
            },
            "parameters": {
                "lang": {
                    "name": "lang",
                    "in": "query",
                    "description": N_("Language of all texts in the response: {codes}."),
                    "schema": text,
                    "examples": {code: {"value": code} for code in codes},
                }
            },
            "headers": {
                "Content-Language": language | {"required": True},
                "Retry-After": seconds | {"required": True},
                "RateLimit": _headed(
                    N_("How many requests you have left, and for how many seconds"), text
                ),
                "RateLimit-Policy": _headed(
                    N_("How many requests you can send, and within how many seconds"), text
                ),
            },
        },
    }


def _operation(operation: Operation) -> Schema:
    limited = ("RateLimit", "RateLimit-Policy")
    problem = _link("schemas", "Problem")
    large, many = KINDS["too-large"].title, KINDS["too-many-requests"].title
    wrong = N_("Something in the request isn't right")
    asked = {"application/json": {"schema": _link("schemas", operation.asked)}}
    answered = _link("schemas", operation.answered)
    return {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [_link("parameters", "lang")],
        "requestBody": {"required": True, "content": asked},
        "responses": {
            "200": _response(operation.summary, answered, *limited),
            "413": _response(large, problem, *limited, mimetype=PROBLEM),
            "422": _response(wrong, problem, *limited, mimetype=PROBLEM),
            "429": _response(many, problem, *limited, "Retry-After", mimetype=PROBLEM),
        },
    }


def _response(
    description: str, schema: Schema, *headers: str, mimetype: str = "application/json"
) -> Schema:
    return {
        "description": description,
        "headers": {name: _link("headers", name) for name in ("Content-Language", *headers)},
        "content": {mimetype: {"schema": schema}},
    }


def _headed(description: str, schema: Schema) -> Schema:
    return {"description": description, "schema": schema}


def _link(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}
