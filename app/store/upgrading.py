"""Bring the tables to a revision, with Alembic; one process at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x7468  # any number that nothing else in the database locks


class UnknownRevision(Exception):
    """The tables were changed by code that is newer than this."""


def bring_to(connection: Connection, revision: str) -> None:
    """Upgrade or downgrade inside the connection's transaction, so that it is all or nothing.

    :raise UnknownRevision: newer code has changed the tables
    """
    # Only here: a process needs it once, and the wizard never.
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":  # SQLite's writer is alone anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    here = MigrationContext.configure(connection).get_current_revision()
    try:
        steps = ScriptDirectory.from_config(config)
        if revision == "head" and here == steps.get_current_head():
            return
        known = [step.revision for step in steps.walk_revisions()][::-1]
        place = known.index(here) if here else -1
        wanted = {"head": len(known) - 1, "base": -1}.get(revision)
        wanted = known.index(revision) if wanted is None else wanted
        move = command.upgrade if wanted >= place else command.downgrade
        move(config, revision)
    except (CommandError, ValueError) as fault:
        raise UnknownRevision(str(fault)) from fault
