"""Bring the tables to a revision, with Alembic; one process at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x7468  # any number that nothing else in the database locks


class UnknownRevision(Exception):
    """A revision that this code does not know: one asked for, or one that the tables are at."""


def is_newest(connection: Connection) -> bool:
    """Say whether the tables are as this code knows them."""
    return _revision(connection) == _history()[1].get_current_head()


def bring_to(connection: Connection, revision: str) -> None:
    """Upgrade or downgrade inside the connection's transaction, so that it is all or nothing.

    :param revision: one by its number, ``head`` for the newest, ``base`` for no tables at all
    :raise UnknownRevision: there is none of that name, or newer code has changed the tables
    """
    from alembic import command

    if connection.dialect.name == "postgresql":  # SQLite's writer is alone anyway
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
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _history() -> tuple[Config, ScriptDirectory]:
    # Only here: a process needs it once, and the wizard never.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)
