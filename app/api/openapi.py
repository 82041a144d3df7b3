"""The API's description (OpenAPI 3.1), made from what the code itself goes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..i18n.languages import published
from ..web.problems import KINDS, PROBLEM
from ..web.site import Site
from .json_schema import Schema, link, number
from .request_schema import facts_schema, text_schema
from .response_schema import answer_schemas

VERSION = "1"
PATH = "/api/v1"


def describe(site: Site) -> dict[str, Any]:
    """Return the document, in the language of a site and for the root it stands under."""
    translate = site.language.gettext
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Thông Thư",
            "version": VERSION,
            "summary": translate("Why mail does not go out, and how it gets through"),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": site.root or "/"}],
        "paths": {
            f"{PATH}/diagnoses": {
                "post": _operation(
                    site,
                    "diagnose",
                    translate("Facts in, plan out"),
                    translate("Every fact is optional, and unknown keys are dropped."),
                    ("Facts", "Plan"),
                )
            },
            f"{PATH}/readings": {
                "post": _operation(
                    site,
                    "read",
                    translate("A pasted error in, facts out"),
                    translate("The text is read and forgotten: nothing of it is kept."),
                    ("Text", "Reading"),
                )
            },
            f"{PATH}/openapi.json": {"get": _own(translate)},
        },
        "components": {
            "schemas": {
                "Facts": facts_schema(translate),
                "Text": text_schema(translate),
                **answer_schemas(translate),
            },
            "parameters": {"lang": _language(translate)},
            "headers": _headers(translate),
        },
    }


def _operation(
    site: Site, name: str, summary: str, description: str, schemas: tuple[str, str]
) -> dict[str, Any]:
    asked, answered = schemas
    translate = site.language.gettext
    limited = _named("RateLimit", "RateLimit-Policy")
    large, many = (translate(KINDS[kind].title) for kind in ("too-large", "too-many-requests"))
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "parameters": [{"$ref": "#/components/parameters/lang"}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": link(asked)}},
        },
        "responses": {
            "200": {
                "description": summary,
                "headers": _named("Content-Language") | limited,
                "content": {"application/json": {"schema": link(answered)}},
            },
            "413": _problem(large, limited),
            "422": _problem(translate("Something in it cannot be taken"), limited),
            "429": _problem(many, limited | _named("Retry-After")),
        },
    }


def _own(translate: Callable[[str], str]) -> dict[str, Any]:
    document: Schema = {"type": "object", "required": ["openapi", "info", "paths"]}
    return {
        "operationId": "describe",
        "summary": translate("This description"),
        "parameters": [{"$ref": "#/components/parameters/lang"}],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1",
                "headers": _named("Content-Language"),
                "content": {"application/json": {"schema": document}},
            }
        },
    }


def _problem(description: str, headers: Mapping[str, Schema]) -> dict[str, Any]:
    return {
        "description": description,
        "headers": _named("Content-Language") | dict(headers),
        "content": {PROBLEM: {"schema": link("Problem")}},
    }


def _language(translate: Callable[[str], str]) -> dict[str, Any]:
    return {
        "name": "lang",
        "in": "query",
        "description": translate("The language of all texts: {codes}.").format(
            codes=", ".join(published())
        ),
        "schema": {"type": "string"},
        "examples": {code: {"value": code} for code in published()},
    }


def _headers(translate: Callable[[str], str]) -> dict[str, Any]:
    return {
        "Content-Language": {
            "description": translate("The language of the texts"),
            "required": True,
            "schema": {"type": "string", "enum": list(published())},
        },
        "Retry-After": {
            "description": translate("Seconds to wait"),
            "required": True,
            "schema": number(1),
        },
        "RateLimit": {
            "description": translate("How many requests are left, and for how many seconds"),
            "schema": {"type": "string"},
        },
        "RateLimit-Policy": {
            "description": translate("How many requests in how many seconds are fine"),
            "schema": {"type": "string"},
        },
    }


def _named(*names: str) -> dict[str, Schema]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
