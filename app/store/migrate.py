"""Migrate the tables with Alembic, one process at a time."""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

LOCK: Final = 0x7468  # any number that nothing else in the database locks


class UnknownRevision(Exception):
    """The requested revision, or that of the tables, is unknown to this code."""


def is_current(connection: Connection) -> bool:
    """Return whether the tables are at the newest revision."""
    return _revision(connection) == _history()[1].get_current_head()


def migrate_to(connection: Connection, revision: str) -> None:
    """Upgrade or downgrade to a revision within the connection's transaction.

    :param revision: a number, ``head`` for the newest, ``base`` for no tables
    :raise UnknownRevision: no such revision, or newer code has migrated the tables
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config, history = _history()
    known = ["base", *reversed([step.revision for step in history.walk_revisions()])]
    here = _revision(connection) or "base"
    wanted = known[-1] if revision == "head" else revision
    if wanted not in known:
        raise UnknownRevision(f"there is no revision {wanted!r}, only {', '.join(known)}")
    if here not in known:
        raise UnknownRevision(f"its tables are at revision {here}, this code knows {known[-1]}")
    config.attributes["connection"] = connection
    move = command.upgrade if known.index(wanted) >= known.index(here) else command.downgrade
    move(config, wanted)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _history() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)
