"""Insert a row unless it is there: the same words for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_missing(
    connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Add the row of a key with some values, or leave the one that is there as it is."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(table).values({**key, **values})
    connection.execute(row.on_conflict_do_nothing(index_elements=list(key)))
