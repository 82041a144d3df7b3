"""The operator's imported providers, looked up in a file: no process holds all of them."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from .model import Provider
from .rows import KnowledgeError, build

log = logging.getLogger(__name__)

SCHEMA: Final = """
CREATE TABLE provider (row TEXT NOT NULL);
CREATE TABLE name (kind, name, provider, PRIMARY KEY (kind, name)) WITHOUT ROWID;
"""
ALL: Final = "SELECT row FROM provider ORDER BY rowid"
BY_NAME: Final = """
SELECT row FROM name JOIN provider ON provider.rowid = name.provider WHERE kind = ? AND name = ?
"""


class ProviderTable:
    """Providers in the order of the file; of two with a name the first has it."""

    def __init__(self, connection: sqlite3.Connection, file: str) -> None:
        self._connection = connection
        self._file = file
        self.find = lru_cache(maxsize=1024)(self._find)

    def _find(self, kind: str, name: str) -> Provider | None:
        """Return the provider that a name of one of the kinds of ``Provider.names`` belongs to."""
        try:
            row = self._connection.execute(BY_NAME, (kind, name)).fetchone()
        except sqlite3.Error:  # somebody wrote into the file, which is only to be replaced
            log.error("%s is damaged: import the providers once more", self._file)
            return None
        return row and _provider(self._file, *row)

    def __iter__(self) -> Iterator[Provider]:
        for row in self._connection.execute(ALL):
            yield _provider(self._file, *row)


def write_providers(path: Path, providers: Iterable[Provider]) -> None:
    """Write a file of providers atomically."""
    rows = (asdict(p) | {"checked": p.checked.isoformat(), "notes": []} for p in providers)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with closing(_in_memory(path.name, rows)) as connection:
        new.write_bytes(connection.serialize())
    new.replace(path)


def read_providers(path: Path) -> ProviderTable | None:
    """Return the providers of a file that ``write_providers`` wrote; None if there is no file.

    A list in JSON, as it was written before December 2026, is held in memory.

    :raise KnowledgeError: it is another file, or a row is wrong, which the message names
    """
    if not path.exists():  # the command that makes it needs an app that starts
        return None
    try:
        with path.open("rb") as file:
            is_list = file.read(1) == b"["
        if is_list:
            return ProviderTable(_in_memory(path.name, json.loads(path.read_bytes())), path.name)
        # Nobody changes the file, it is only replaced: so it needs no locks.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        table = ProviderTable(connection, path.name)
        next(iter(table), None)  # all have the same form
    except (OSError, ValueError, TypeError, KeyError, AttributeError, sqlite3.Error) as fault:
        raise KnowledgeError(f"{path}: {fault}") from None
    return table


def _in_memory(file: str, rows: Iterable[Mapping[str, Any]]) -> sqlite3.Connection:
    """Return a database of providers.

    :raise KnowledgeError: a row is wrong
    """
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(SCHEMA)
    for row in rows:
        text = json.dumps(row, ensure_ascii=False)
        added = connection.execute("INSERT INTO provider VALUES (?)", (text,)).lastrowid
        names = ((*name, added) for name in _provider(file, text).names)
        connection.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", names)
    connection.commit()
    return connection


def _provider(file: str, text: str) -> Provider:
    row = json.loads(text)
    row.pop("notes")
    row["checked"] = date.fromisoformat(row["checked"])
    return build(Provider, f"{file}: {row['id']}", row)
