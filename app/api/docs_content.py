"""What the page about the API shows: keys from its description, requests to try, their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..diagnosis import Situation, read_facts
from ..presentation.plan_json import plan_object
from ..presentation.reading_json import reading_object
from ..reading import read
from ..web.site import Site
from .openapi import Operation
from .schemas import Schema


@dataclass(frozen=True)
class Key:
    """A key of an object: its name, what it is about, and its values or some of them."""

    name: str
    text: str
    values: tuple[str, ...]
    example: bool
    """Whether the values are examples only."""


def described_keys(document: Schema, name: str) -> Iterator[Key]:
    """Yield the keys of a schema of the document that have a description."""
    for key, schema in document["components"]["schemas"][name]["properties"].items():
        values = [str(value) for value in _values(schema)]
        # Of a list of choices, the first line is what it is about.
        text = schema.get("description", "").partition("\n")[0]
        if text:
            shown = values or map(str, schema.get("examples", ()))
            yield Key(key, text, tuple(shown), example=not values)


def _values(schema: Schema) -> list[Any]:
    """Return the fixed words of a key; no answer is none of them."""
    for part in (schema, *schema.get("anyOf", ())):
        if "enum" in part:
            return [value for value in part["enum"] if value]
    return []


def write_request(operation: Operation, site: Site, host: str) -> str:
    """Return a command for the terminal.

    :param host: scheme and host that the API is reached at
    """
    body = json.dumps(operation.example, ensure_ascii=False)
    address = f"{host}{site.root}{operation.path}?lang={site.language.code}"
    return f"curl '{address}' \\\n  -d '{body}'"


def write_answer(operation: Operation, site: Site, on: date) -> str:
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
