"""Read TOML files and build dataclasses from their rows; every fault is one line with its place."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from .kept import kept

FOLDER: Final = Path(__file__).parent
Built = TypeVar("Built")
Reader = Callable[[Any, str], Any]
"""Takes a value as the file has it and its place, and returns it as a field holds it."""
_WORDS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a day such as 2026-11-24",
    tuple: "a list",
    frozenset: "a list",
    Mapping: "a table with keys",
}


class KnowledgeError(ValueError):
    """A content file cannot be used; the message names file, row and key, and what to do."""


def read_toml(
    path: Path, required: Iterable[str] = (), optional: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the data of one TOML file; see ``parse_toml`` and ``check_keys``.

    :raise KnowledgeError: the file is missing or is no TOML, or a key is wrong
    """
    try:
        kept_data = _shipped().get(path)
        data: dict[str, Any] = (
            pickle.loads(kept_data) if kept_data else parse_toml(path.read_text("utf-8"), path.name)
        )
    except OSError as fault:
        raise KnowledgeError(f"{path.name}: {fault}") from None
    check_keys(data, path.name, required, optional)
    return data


@cache
def _shipped() -> dict[Path, bytes]:
    """Return the data of the shipped files, each by itself: whoever reads it may change it."""

    def parse() -> dict[str, bytes]:
        texts = ((path, path.read_text("utf-8")) for path in files)
        return {
            str(at.relative_to(FOLDER)): pickle.dumps(parse_toml(t, at.name)) for at, t in texts
        }

    files = sorted(FOLDER.rglob("*.toml"))
    found = kept(FOLDER / "content", (*files, Path(__file__)), parse)
    return {FOLDER / name: data for name, data in found.items()}


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
    find = one_of(texts)
    used = set()

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner) for inner in value]
        if texts and isinstance(value, str) and value.startswith("@"):
            used.add(find(value[1:], f"{where}: texts"))
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
    return rows_of(read_toml(path, (name,)), name, path.name)


def rows_of(data: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    """Return the array of tables under a key.

    :raise KnowledgeError: it is something else
    """
    rows = data[name]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise KnowledgeError(f"{where}: {name}: begin every row with [[{name}]]")
    return rows


def check_keys(
    row: Any,
    where: str,
    required: Iterable[str] = (),
    optional: Iterable[str] = (),
    known_in: str = "",
) -> None:
    """Refuse a row that has unknown keys, or lacks one.

    :param known_in: where another key can be made known, '' for nowhere
    :raise KnowledgeError: the message names the key
    """
    if not isinstance(row, dict):
        raise KnowledgeError(f"{where}: write a table with keys, not {row!r}")
    keys = (*required, *optional)
    for key in row:
        if key not in keys:
            more = f", or add it to {known_in}" if known_in else ""
            raise KnowledgeError(
                f"{where}: unknown key {key!r}: use one of {', '.join(keys)}{more}"
            )
    for key in required:
        if key not in row:
            raise KnowledgeError(f"{where}: key {key!r} is missing: add it")


def build(kind: type[Built], where: str, row: Any, /, **readers: Reader) -> Built:
    """Return the dataclass that a row describes, with those within it.

    A field whose key is called otherwise in the file names it in its metadata, under ``key``; one
    that takes only some values has them in its type, as ``Annotated[str, values]``.

    :param where: file and row, for the message of a fault
    :param readers: for a key, here or within, the function that reads its value
    :raise KnowledgeError: a key is unknown or missing, or a value is of another type
    """
    required, optional, types = _shape(kind)  # type: ignore[arg-type]  # a class is hashable
    check_keys(row, where, required, optional)
    values = {}
    for key, value in row.items():
        name, hint = types[key]
        place = f"{where}: {key}"
        read = readers.get(key)
        values[name] = read(value, place) if read else _read(value, hint, place, readers)
    return kind(**values)


@cache
def _shape(kind: type[Any]) -> tuple[list[str], list[str], dict[str, tuple[str, Any]]]:
    """Return a dataclass's required and optional keys, and the field and type of each."""
    hints = get_type_hints(kind, include_extras=True)
    by_key = {f.metadata.get("key", f.name): f for f in fields(kind)}
    required = [key for key, f in by_key.items() if f.default is f.default_factory is MISSING]
    optional = [key for key in by_key if key not in required]
    return required, optional, {key: (f.name, hints[f.name]) for key, f in by_key.items()}


def _read(value: Any, hint: Any, where: str, readers: Mapping[str, Reader]) -> Any:
    """Return a value as a field of a type holds it: lists become tuples, tables dataclasses."""
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if NoneType in parts:
        return None if value is None else _read(value, parts[0], where, readers)
    if kind is Annotated:
        return one_of(parts[1])(value, where)
    if is_dataclass(kind):
        return build(kind, where, value, **readers)  # type: ignore[arg-type]  # it is a class
    if kind in (tuple, frozenset) and isinstance(value, list):
        return kind(_read(item, parts[0], where, readers) for item in value)
    if kind is Mapping and isinstance(value, dict):
        return {
            _read(key, parts[0], where, readers): _read(item, parts[1], f"{where}: {key}", readers)
            for key, item in value.items()
        }
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise KnowledgeError(f"{where}: write {_WORDS[kind]}, not {value!r}")


def one_of(words: Iterable[str]) -> Reader:
    """Return a reader that takes one of some words.

    :raise KnowledgeError: when it reads something else
    """
    allowed = tuple(words)

    def read(value: Any, where: str) -> str:
        if value not in allowed:
            raise KnowledgeError(f"{where}: no value {value!r}: use one of {', '.join(allowed)}")
        return str(value)

    return read


def list_of(words: Iterable[str]) -> Reader:
    """Return a reader that takes a list of some words, or a single one."""
    read = one_of(words)
    return lambda value, where: tuple(read(word, where) for word in as_list(value))


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def read_table(
    path: Path, name: str, kind: type[Built], key: str = "id", **readers: Reader
) -> dict[str, Built]:
    """Return the dataclasses that the rows of a TOML file describe, by the value of a key.

    :param name: that of the array of tables, which is all that the file holds
    :param readers: as for ``build``
    :raise KnowledgeError: a row is wrong, or two have the same value of the key
    """
    rows = read_rows(path, name)
    built = (build(kind, f"{path.name}: {row.get(key)}", row, **readers) for row in rows)
    return unique(built, key, path.name)


def unique(rows: Iterable[Built], key: str, where: str) -> dict[str, Built]:
    """Return rows by the value of one of their keys.

    :raise KnowledgeError: two rows have the same
    """
    found: dict[str, Built] = {}
    for row in rows:
        name = getattr(row, key)
        if name in found:
            raise KnowledgeError(f"{where}: {key} {name!r} is used twice: give each row its own")
        found[name] = row
    return found
