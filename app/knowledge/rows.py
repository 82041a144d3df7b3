"""Read TOML files and build dataclasses from their rows; every fault is one line with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Built = TypeVar("Built")
_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a day such as 2026-11-24",
}


class KnowledgeError(ValueError):
    """A content file cannot be used; the message names file, row and key, and what to do."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return the data of one TOML file; see ``parse_toml``.

    :raise KnowledgeError: the file is missing or is no TOML
    """
    try:
        return parse_toml(path.read_text("utf-8"), path.name)
    except OSError as fault:
        raise KnowledgeError(f"{path.name}: {fault}") from None


def parse_toml(content: str, where: str) -> dict[str, Any]:
    """Return the data of a TOML file's content.

    A text that is needed more than once stands under ``[texts]``: ``"@name"`` becomes its text.

    :raise KnowledgeError: it is no TOML, or a text is unknown or not used
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as fault:
        raise KnowledgeError(f"{where}: {fault}") from None
    texts = data.pop("texts", {})
    find = one_of(texts, f"{where}: texts")
    used = set()

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner) for inner in value]
        if texts and isinstance(value, str) and value.startswith("@"):
            used.add(find(value[1:]))
            return texts[value[1:]]
        return value

    filled: dict[str, Any] = fill(data)
    for name in texts.keys() - used:
        raise KnowledgeError(f'{where}: texts: {name!r} is not used: write "@{name}", or remove it')
    return filled


def read_rows(path: Path, name: str) -> list[dict[str, Any]]:
    """Return the array of tables that is all a TOML file holds.

    :raise KnowledgeError: it is missing, or there is something else
    """
    data = read_toml(path)
    check_keys(data, path.name, required=(name,))
    return rows_of(data, name, path.name)


def rows_of(data: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    """Return the array of tables under a key.

    :raise KnowledgeError: it is something else
    """
    rows = data[name]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise KnowledgeError(f"{where}: {name}: begin every row with [[{name}]]")
    return rows


def check_keys(
    row: Any, where: str, required: Iterable[str] = (), optional: Iterable[str] = ()
) -> None:
    """Refuse a row that has unknown keys, or lacks one.

    :raise KnowledgeError: the message names the key
    """
    if not isinstance(row, dict):
        raise KnowledgeError(f"{where}: write a table with keys, not {row!r}")
    keys = (*required, *optional)
    for key in row:
        if key not in keys:
            raise KnowledgeError(f"{where}: unknown key {key!r}: use one of {', '.join(keys)}")
    for key in required:
        if key not in row:
            raise KnowledgeError(f"{where}: key {key!r} is missing: add it")


def build(kind: type[Built], where: str, row: Any, /, **readers: Callable[[Any], Any]) -> Built:
    """Return the dataclass that a row describes; lists become tuples.

    A field whose key is called otherwise in the file names it in its metadata, under ``key``.

    :param where: file and row, for the message of a fault
    :param readers: for a key, the function that reads its value
    :raise KnowledgeError: a key is unknown or missing, or a value is of another type
    """
    required, optional, types = _shape(kind)  # type: ignore[arg-type]  # a class is hashable
    check_keys(row, where, required, optional)
    values = {}
    for key, value in row.items():
        name, hint = types[key]
        if key in readers:
            values[name] = readers[key](value)
            continue
        values[name] = tuple(value) if isinstance(value, list) else value
        if not _fits(values[name], hint):
            raise KnowledgeError(f"{where}: {key}: write {_in_words(hint)}, not {value!r}")
    return kind(**values)


@cache
def _shape(kind: type[Any]) -> tuple[list[str], list[str], dict[str, tuple[str, Any]]]:
    """Return a dataclass's required and optional keys, and the field and type of each."""
    hints = get_type_hints(kind)
    by_key = {f.metadata.get("key", f.name): f for f in fields(kind)}
    required = [key for key, f in by_key.items() if f.default is f.default_factory is MISSING]
    optional = [key for key in by_key if key not in required]
    return required, optional, {key: (f.name, hints[f.name]) for key, f in by_key.items()}


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_fits(item, get_args(hint)[0]) for item in value)
    if hint in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, int | float if hint is float else hint)


def _in_words(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return "a list"
    return next(_WORDS[part] for part in (*get_args(hint), hint) if part in _WORDS)


def one_of(words: Iterable[str], where: str) -> Callable[[Any], str]:
    """Return a reader that takes one of some words.

    :raise KnowledgeError: when it reads something else
    """
    allowed = tuple(words)

    def read(value: Any) -> str:
        if value not in allowed:
            raise KnowledgeError(f"{where}: no value {value!r}: use one of {', '.join(allowed)}")
        return str(value)

    return read


def unique(rows: Iterable[Built], key: str, file: str) -> dict[str, Built]:
    """Return rows by the value of one of their keys.

    :raise KnowledgeError: two rows have the same
    """
    found: dict[str, Built] = {}
    for row in rows:
        name = getattr(row, key)
        if name in found:
            raise KnowledgeError(f"{file}: {key} {name!r} stands twice: give each row its own")
        found[name] = row
    return found
