"""The API's description (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..i18n.languages import published
from ..i18n.messages import N_
from ..web.problems import KINDS, PROBLEM
from ..web.site import Site
from .schemas import Schema, schemas

VERSION = "1"
PATH = "/api/v1"
_TEXTS: Final = ("summary", "description")
"""The keys of the document whose values people read."""
_LINE: Final = re.compile(r"(?m)^(- [\w-]+: )?(.+)$")


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
        N_("Facts in, plan out"),
        N_("Every fact is optional, and unknown keys are dropped."),
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
        N_("A pasted error in, facts out"),
        N_("The text is read and forgotten: nothing of it is kept."),
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
    language = _headed(N_("The language of the texts"), text | {"enum": codes})
    seconds = _headed(N_("Seconds to wait"), {"type": "integer", "minimum": 1})
    own = {
        "operationId": "describe",
        "summary": N_("This description"),
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
            "summary": N_("Why mail does not go out, and how it gets through"),
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
                    "description": N_("The language of all texts: {codes}."),
                    "schema": text,
                    "examples": {code: {"value": code} for code in codes},
                }
            },
            "headers": {
                "Content-Language": language | {"required": True},
                "Retry-After": seconds | {"required": True},
                "RateLimit": _headed(
                    N_("How many requests are left, and for how many seconds"), text
                ),
                "RateLimit-Policy": _headed(
                    N_("How many requests in how many seconds are fine"), text
                ),
            },
        },
    }


def _operation(operation: Operation) -> Schema:
    limited = ("RateLimit", "RateLimit-Policy")
    problem = _link("schemas", "Problem")
    large, many = KINDS["too-large"].title, KINDS["too-many-requests"].title
    wrong = N_("Something in it cannot be taken")
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
