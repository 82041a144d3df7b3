"""Migrate the tables with Alembic, one process at a time."""

from __future__ import annotations

from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from .schema import metadata

LOCK: Final = 0x7468  # any number that nothing else in the database locks


_alembic = Lock()
"""Held while Alembic migrates: its context is one for the whole process."""


class UnknownRevision(Exception):
    """The requested revision, or that of the tables, is unknown to this code."""


def is_usable(connection: Connection) -> bool:
    """Return whether this code can work with the tables as they are.

    They are at its newest revision, or newer code has migrated them and has only added to them.
    """
    here, history = revision_of(connection), _history()[1]
    if here == history.get_current_head():
        return True
    known = {step.revision for step in history.walk_revisions()}
    return here is not None and here not in known and _has_our_tables(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the tables, None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate_to(connection: Connection, revision: str) -> None:
    """Upgrade or downgrade to a revision within the connection's transaction.

    :param revision: a number, ``head`` for the newest, ``base`` for no tables
    :raise UnknownRevision: no such revision, or newer code has migrated the tables
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config, history = _history()
    known = ["base", *reversed([step.revision for step in history.walk_revisions()])]
    here = revision_of(connection) or "base"
    wanted = known[-1] if revision == "head" else revision
    if wanted not in known:
        raise UnknownRevision(f"there is no revision {wanted!r}, only {', '.join(known)}")
    if here not in known:
        raise UnknownRevision(f"its tables are at revision {here}, this code knows {known[-1]}")
    config.attributes["connection"] = connection
    move = command.upgrade if known.index(wanted) >= known.index(here) else command.downgrade
    with _alembic:
        move(config, wanted)


def _has_our_tables(connection: Connection) -> bool:
    """Return whether our tables and columns are there, and no other column has to be filled."""
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            return False
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        added = columns.keys() - set(table.columns.keys())
        filled = all(columns[name]["nullable"] or columns[name]["default"] for name in added)
        if not (set(table.columns.keys()) <= columns.keys() and filled):
            return False
    return True


def _history() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)
