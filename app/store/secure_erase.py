"""Take what was erased out of the database's files, where its bytes would stay for a while.

SQLite keeps the old text in its log (``-wal``) until that is cut; ``secure_delete`` overwrites it
in the file itself, but for copies that were left when a page was divided, which only rewriting the
file removes.  PostgreSQL keeps it in the table's file, also after VACUUM, until that is rewritten.
"""

from __future__ import annotations

import logging
import sqlite3

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from . import sqlite
from .db_errors import reason

log = logging.getLogger(__name__)


class Traces:
    """What this process may have left in the files; at first, what a killed one has left."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._in_log = self._in_pages = True

    def erased(self) -> None:
        """Cut the log of what was just erased, and remember that the pages may hold more of it."""
        self._in_log = self._in_pages = True
        self.cut_log()

    def cut_log(self) -> None:
        """Cut SQLite's log if it may hold what was erased; whoever reads just now delays it.

        It is tried again after each change, until it is done.
        """
        if self._engine.dialect.name != "sqlite" or not self._in_log:
            return
        self._in_log = False  # first: another thread may find it in use meanwhile
        try:
            done = sqlite.empty_log(self._engine)
        except (sqlite3.Error, SQLAlchemyError):  # what was changed is kept all the same
            done = False
        if not done:
            self._in_log = True

    def remove(self) -> None:
        """Rewrite the file, or the tables, if something was erased, and cut the log in any case.

        Where somebody is in the way, it is left for the next time.
        """
        try:
            if self._in_pages:
                self._in_pages = False  # first: something may be erased meanwhile
                if not _rewrite(self._engine):
                    self._in_pages = True
        except (sqlite3.Error, SQLAlchemyError) as fault:
            self._in_pages = True
            log.warning("What was erased stays in the files for now (%s)", reason(fault))
        self._in_log = True  # also what was only changed
        self.cut_log()


def _rewrite(engine: Engine) -> bool:
    if engine.dialect.name == "sqlite":
        return sqlite.rewrite(engine)
    from . import postgresql  # with its driver, which SQLite needs none of

    return postgresql.rewrite(engine)
