"""The page about the API: keys from its description, requests to try, and their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, Response

from ..diagnosis import Situation, read_facts
from ..presentation.json_answers import plan_object, reading_object
from ..reading import read
from ..services import services
from ..web.errors import KINDS
from ..web.pages import page
from ..web.site import Site, home_url
from .openapi import OPERATIONS, Operation, Schema, describe

api_docs = Blueprint("api_docs", __name__)


class Key(NamedTuple):
    """A key of an object: its name, what it is about, and its values, or examples of them."""

    name: str
    text: str
    values: list[str]
    example: bool


@api_docs.get("/<language:site>/developers/api")
def documents(site: Site) -> Response:
    """Show how other programs can ask, with commands for this very address."""
    home, today = home_url(), services().today()
    document = describe(site)
    rate = services().rates.api
    translate, large = site.language.gettext, KINDS["too-large"]
    values = {
        "here": site.api_docs(),
        "operations": [
            (
                each,
                document["paths"][each.path]["post"],
                list(_described_keys(document, each.asked)),
                list(_described_keys(document, each.answered)),
                _request(each, site, home),
                _answer(each, site, today),
            )
            for each in OPERATIONS
        ],
        "problems": [(name, kind.status, translate(kind.title)) for name, kind in KINDS.items()],
        "too_large": translate(large.message),
        "limit": (rate.granted, rate.window) if rate else None,
        "description": site.openapi(),
    }
    # The page cache does not tell one host from another.
    return page(site, "api/docs.html", values, keep=bool(services().settings.public_url))


def _described_keys(document: Schema, name: str) -> Iterator[Key]:
    """Yield the keys of a schema of the document that have a description."""
    for key, schema in document["components"]["schemas"][name]["properties"].items():
        parts = (schema, *schema.get("anyOf", ()))
        fixed = next((part["enum"] for part in parts if "enum" in part), ())
        values = [str(value) for value in fixed if value]  # no answer is none of them
        shown = values or [str(value) for value in schema.get("examples", ())]
        # Of a list of choices, the first line is what it is about.
        if text := schema.get("description", "").partition("\n")[0]:
            yield Key(key, text, shown, example=not values)


def _request(operation: Operation, site: Site, host: str) -> str:
    """Return a command for the terminal."""
    body = json.dumps(operation.example, ensure_ascii=False)
    address = f"{host}{site.root}{operation.path}?lang={site.language.code}"
    return f"curl '{address}' \\\n  -d '{body}'"


def _answer(operation: Operation, site: Site, on: date) -> str:
    """Return the answer, each list in it cut to its first entry."""
    asked = operation.example
    answer: Any
    if "text" in asked:
        answer = reading_object(read(asked["text"]), site)
    else:
        answer = plan_object(Situation(read_facts(asked)[0]), site, on)
    return json.dumps(_cut(answer), ensure_ascii=False, indent=1)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    return [_cut(inner) for inner in value[:1]] if isinstance(value, list) else value
