"""Remove erased data from the database's files, where its bytes would remain for a while.

SQLite keeps old text in its write-ahead log until that is truncated; ``secure_delete`` overwrites
it in the file itself, except for copies left by page splits, which only VACUUM removes.  PostgreSQL
keeps it in the table's file, also after a plain VACUUM, until that file is rewritten.
"""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from types import ModuleType
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from . import sqlite
from .db_errors import describe

LARGE: Final = 64_000_000
"""Bytes that are rewritten within half a second or so, during which nobody else can write."""
NIGHT: Final = range(2, 5)
"""Hours of the server's day in which more is rewritten."""

log = logging.getLogger(__name__)


class SecureErase:
    """Track whether the files may hold erased data; at first, that of a killed process.

    :param dialect: the module of the database's kind
    """

    def __init__(self, engine: Engine, dialect: ModuleType) -> None:
        self._engine = engine
        self._dialect = dialect
        self._in_log = self._in_pages = True

    @property
    def pending(self) -> bool:
        """Whether the files may hold erased data that a rewriting would remove."""
        return self._in_pages

    def after_erase(self) -> None:
        """Truncate the log after an erasure, and note that the pages may hold more of it."""
        self._in_log = self._in_pages = True
        self.truncate_log()

    def truncate_log(self) -> None:
        """Truncate SQLite's log if it may hold erased data; readers delay that.

        It is tried again after each write until it succeeds.
        """
        if self._dialect is not sqlite or not self._in_log:
            return
        self._in_log = False  # first: another thread may set it again
        try:
            done = sqlite.truncate_log(self._engine)
        except (sqlite3.Error, SQLAlchemyError):  # the change itself is committed
            done = False
        if not done:
            self._in_log = True

    def rewrite(self, at_once: bool = False) -> None:
        """Rewrite the file or the tables if something was erased, and truncate the log.

        If they are in use, or large and it is not night, a later call does it.

        :param at_once: also if they are large
        """
        try:
            if self._in_pages and (at_once or self._is_time()):
                self._in_pages = False  # first: another thread may set it again
                if not self._dialect.rewrite(self._engine):
                    self._in_pages = True
        except (sqlite3.Error, SQLAlchemyError) as fault:
            self._in_pages = True
            log.warning("What was erased stays in the files for now (%s)", describe(fault))
        self._in_log = True  # old values of changed rows too
        self.truncate_log()

    def _is_time(self) -> bool:
        return datetime.now().hour in NIGHT or self._dialect.size(self._engine) < LARGE
