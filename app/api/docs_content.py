"""What the page says, taken from the API's description: operations, keys, values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A key of an object: its name, what it is about, and its values or some of them."""

    name: str
    text: str
    values: tuple[str, ...] = ()
    example: bool = False
    """Whether the values are examples only."""


@dataclass(frozen=True)
class Operation:
    """Something one can ask the API for."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    asked: tuple[Key, ...]
    answered: tuple[Key, ...]
    example: Schema


def operations(document: Schema) -> tuple[Operation, ...]:
    """Return the operations that take a body, in the document's order."""
    return tuple(
        Operation(
            operation["operationId"],
            method.upper(),
            path,
            operation["summary"],
            operation.get("description", ""),
            tuple(_keys(asked)),
            tuple(_keys(_schema(document, operation["responses"]["200"]))),
            asked["example"],
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
        for asked in (_schema(document, operation["requestBody"]),)
    )


def _schema(document: Schema, holder: Schema) -> Schema:
    """Return the schema of a body, its reference followed."""
    (content,) = holder["content"].values()
    found: Schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return found


def _keys(schema: Schema) -> Iterator[Key]:
    """Yield the keys that have something to be said about."""
    for name, about in schema["properties"].items():
        values = tuple(str(value) for value in _values(about))
        examples = tuple(str(value) for value in about.get("examples", ()))
        # Of a list of choices, the first line is what it is about.
        text = about.get("description", "").partition("\n")[0]
        if text:
            yield Key(name, text, values or examples, example=not values)


def _values(schema: Schema) -> list[Any]:
    """Return the fixed words of a key; no answer is none of them."""
    for part in (schema, *schema.get("anyOf", ())):
        if "enum" in part:
            return [value for value in part["enum"] if value]
    return []
