"""The API's description (OpenAPI 3.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from ..i18n.languages import languages
from ..i18n.messages import N_
from ..web.problems import KINDS, PROBLEM
from ..web.site import Site
from .schemas import Schema, schemas

VERSION = "1"
PATH = "/api/v1"
FACTS_EXAMPLE: Final = {
    "place": "away",
    "connection": "other",
    "account_domain": "proseware.com",
    "recipient_domain": "adatum.com",
}
TEXT_EXAMPLE: Final = {"text": "553 sorry, that domain is not in my list of allowed rcpthosts"}
_TEXTS: Final = ("summary", "description")
"""The keys of the document whose values people read."""
_LINE: Final = re.compile(r"(?m)^(- [\w-]+: )?(.+)$")


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
    return text.replace("`", "").replace("{codes}", ", ".join(languages()))


def _document() -> Schema:
    text: Schema = {"type": "string"}
    seconds = {"type": "integer", "minimum": 1}
    document = {"type": "object", "required": ["openapi", "info", "paths"]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Thông Thư",
            "version": VERSION,
            "summary": N_("Why mail does not go out, and how it gets through"),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {
            f"{PATH}/diagnoses": {
                "post": _operation(
                    "diagnose",
                    N_("Facts in, plan out"),
                    N_("Every fact is optional, and unknown keys are dropped."),
                    "Facts",
                    "Plan",
                )
            },
            f"{PATH}/readings": {
                "post": _operation(
                    "read",
                    N_("A pasted error in, facts out"),
                    N_("The text is read and forgotten: nothing of it is kept."),
                    "Text",
                    "Reading",
                )
            },
            f"{PATH}/openapi.json": {
                "get": {
                    "operationId": "describe",
                    "summary": N_("This description"),
                    "parameters": [{"$ref": "#/components/parameters/lang"}],
                    "responses": {"200": _response("OpenAPI 3.1", document)},
                }
            },
        },
        "components": {
            "schemas": schemas()
            | {
                "Facts": schemas()["Facts"] | {"example": FACTS_EXAMPLE},
                "Text": schemas()["Text"] | {"example": TEXT_EXAMPLE},
            },
            "parameters": {
                "lang": {
                    "name": "lang",
                    "in": "query",
                    "description": N_("The language of all texts: {codes}."),
                    "schema": text,
                    "examples": {code: {"value": code} for code in languages()},
                }
            },
            "headers": {
                "Content-Language": {
                    "description": N_("The language of the texts"),
                    "required": True,
                    "schema": text | {"enum": list(languages())},
                },
                "Retry-After": {
                    "description": N_("Seconds to wait"),
                    "required": True,
                    "schema": seconds,
                },
                "RateLimit": {
                    "description": N_("How many requests are left, and for how many seconds"),
                    "schema": text,
                },
                "RateLimit-Policy": {
                    "description": N_("How many requests in how many seconds are fine"),
                    "schema": text,
                },
            },
        },
    }


def _operation(name: str, summary: str, description: str, asked: str, answered: str) -> Schema:
    limited = ("RateLimit", "RateLimit-Policy")
    large, many = KINDS["too-large"].title, KINDS["too-many-requests"].title
    wrong = N_("Something in it cannot be taken")
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "parameters": [{"$ref": "#/components/parameters/lang"}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _link(asked)}},
        },
        "responses": {
            "200": _response(summary, _link(answered), *limited),
            "413": _response(large, _link("Problem"), *limited, mimetype=PROBLEM),
            "422": _response(wrong, _link("Problem"), *limited, mimetype=PROBLEM),
            "429": _response(many, _link("Problem"), *limited, "Retry-After", mimetype=PROBLEM),
        },
    }


def _response(
    description: str, schema: Schema, *headers: str, mimetype: str = "application/json"
) -> Schema:
    return {
        "description": description,
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in ("Content-Language", *headers)
        },
        "content": {mimetype: {"schema": schema}},
    }


def _link(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
