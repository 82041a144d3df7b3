"""Insert a row that may be there already: the same words for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the database's own INSERT, which can say what to do with a row that is there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def add_missing(
    connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Add the row of a key with some values, or leave the one that is there as it is."""
    row = insert_into(connection, table).values({**key, **values})
    connection.execute(row.on_conflict_do_nothing(index_elements=list(key)))
