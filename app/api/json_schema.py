"""The small schemas that the API's objects are made of (JSON Schema 2020-12)."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

_LABEL: Final = "[a-z0-9](?:-?[a-z0-9]){0,30}"
_LAST: Final = "[a-z](?:-?[a-z0-9]){0,30}"
DOMAIN: Final = rf"(?:{_LABEL}\.){{1,3}}{_LAST}"
"""Domains that are always taken; many more are, which no pattern can tell (RFC 5891)."""
PORT: Final = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
STATUS: Final = r"[245]\.[0-9]{1,3}\.[0-9]{1,3}"
"""An enhanced status code (RFC 3463)."""
VISIBLE: Final = r"[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Some character that str.strip() leaves; what a bare \\s means depends on who reads it."""
TEXT: Final[Schema] = {"type": "string"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}


def whole(pattern: str, empty: bool = False) -> str:
    """Return the pattern of texts that match from end to end, or are empty."""
    return f"^(?:{pattern}){'?' if empty else ''}$"


def text_like(pattern: str, description: str = "") -> Schema:
    """Return the schema of a text that matches, the empty one and null standing for no answer."""
    return _described({"type": ["string", "null"], "pattern": whole(pattern, True)}, description)


def one_of(values: tuple[str, ...], description: str = "") -> Schema:
    """Return the schema of a fixed word."""
    return _described({"type": "string", "enum": list(values)}, description)


def perhaps(schema: Schema) -> Schema:
    """Return a schema that null meets too."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema, **bounds: int) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": schema, **bounds}


def number(least: int, most: int | None = None) -> Schema:
    """Return the schema of a whole number."""
    return {"type": "integer", "minimum": least} | ({"maximum": most} if most is not None else {})


def closed(properties: Schema, optional: bool = False) -> Schema:
    """Return the schema of an object that has these keys and no other, all of them or some."""
    required = {} if optional else {"required": list(properties)}
    return {"type": "object", "properties": properties, **required, "additionalProperties": False}


def link(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _described(schema: Schema, description: str) -> Schema:
    return schema | ({"description": description} if description else {})
