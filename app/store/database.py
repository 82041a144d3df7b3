"""The database: SQLite in a file of its own, or PostgreSQL for several machines.

It is opened and brought up to date at its first use, not at start: the wizard needs none.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from typing import Final
from weakref import finalize

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from . import concurrency_limit, sqlite
from .db_errors import describe, is_contention, is_statement_error
from .migrate import UnknownRevision, is_current, migrate_to
from .secure_erase import SecureErase
from .sqlite import PATIENCE, WRITES

PAUSE: Final = 5.0
"""Seconds in which a database that did not answer is not asked again."""

log = logging.getLogger(__name__)


class DatabaseUnavailable(Exception):
    """The database does not answer just now; nothing was acknowledged.

    Nothing was changed either, unless it went away while it was making sure of the change.
    """


class Database:
    """Database wrapper that tolerates outages, and files that are deleted or replaced.

    :param url: as SQLAlchemy writes it: ``sqlite:///path`` or ``postgresql://user@host/name``
    :raise ValueError: the URL is neither
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = read_url(url)
        self._clock = clock
        self._paused_until = float("-inf")
        self._opening, self._reporting = Lock(), Lock()
        self._gate = concurrency_limit.ConcurrencyLimit()
        self._ready = self._away = False
        self._file = self.url.database if self.url.get_backend_name() == "sqlite" else None
        self._opened: tuple[int, int] | None = None
        self._make_engine()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read with.

        :raise DatabaseUnavailable: it does not answer
        """
        with self._available(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose changes are committed, all or none, at the end of the block.

        :raise DatabaseUnavailable: it does not answer; nothing was acknowledged
        """
        with self._available():
            with self._changing() as connection:
                yield connection
            if self._is_another_file():  # what was written is in the one that is gone
                raise DatabaseUnavailable
            self._secure_erase.truncate_log()

    def erased(self) -> None:
        """Take what a change has just erased out of SQLite's files, or begin to: see ``scrub``."""
        self._secure_erase.erased()

    def scrub(self) -> None:
        """Take what was erased, by whomever, out of the files for good, unless that was done."""
        self._secure_erase.remove()

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to a revision: ``head`` is the newest, ``base`` is none at all.

        :raise DatabaseUnavailable: it does not answer, or newer code has changed it
        """
        try:
            self._make_file()
            with self._engine.connect() as connection:
                there = is_current(connection)  # then nobody who writes is waited for
            if revision != "head" or not there:
                with self._changing() as connection:
                    migrate_to(connection, revision)
        except (SQLAlchemyError, OSError, UnknownRevision) as fault:
            raise self._pause(fault) from fault
        self._ready = revision == "head"

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def _available(self) -> Iterator[None]:
        self._check_not_paused()
        # At its first use it may take a moment, and nobody has reason to think that it hangs.
        patience = (
            concurrency_limit.PATIENCE if self._ready or self._away else concurrency_limit.LONGEST
        )
        try:
            with self._gate.passing(patience), self._limited():
                self._check_not_paused()  # while this one waited, another may have asked in vain
                self._open()
                yield
        except concurrency_limit.LimitReached:
            raise DatabaseUnavailable from None
        except (DBAPIError, PoolTimeout) as fault:
            if is_statement_error(fault):
                raise
            raise self._pause(fault) from fault
        if self._away:
            self._away = False
            log.warning("The database is back")

    def _open(self) -> None:
        """Migrate it at its first use, and after an outage; one of several threads does it."""
        if self._ready and not self._is_another_file():
            return
        if not self._opening.acquire(timeout=PATIENCE):
            raise DatabaseUnavailable
        try:
            self._check_not_paused()  # the one before may have waited in vain: once is enough
            if not self._ready or self._is_another_file():
                self.migrate()
        finally:
            self._opening.release()

    def _is_another_file(self) -> bool:
        return self._file is not None and sqlite.identify(self._file) != self._opened

    def _make_file(self) -> None:
        """Make SQLite's file, and close the connections to one that had its name before.

        docs/decisions/sqlite-file.md
        """
        if self._file is None or (self._opened and not self._is_another_file()):
            return
        if self._opened:
            log.warning("The database's file is gone, or is another one")
            self._engine.dispose()
        sqlite.make_file(self._file)
        self._opened = sqlite.identify(self._file)

    def _check_not_paused(self) -> None:
        if self._clock() < self._paused_until:
            raise DatabaseUnavailable

    def _pause(self, fault: Exception) -> DatabaseUnavailable:
        """Stop asking the database for a while, and log the first time."""
        if is_contention(fault):  # the database itself is fine
            return DatabaseUnavailable()
        with self._reporting:
            self._ready = False  # another revision may come back
            first, self._away = not self._away, True
            self._paused_until = self._clock() + PAUSE
        if first:
            log.error("The database is away: no cases, no counts just now (%s)", describe(fault))
        return DatabaseUnavailable()

    def _make_engine(self) -> None:
        settings, prepare = sqlite.SETTINGS, sqlite.prepare
        self._limited: Callable[[], AbstractContextManager[None]] = nullcontext
        if self._file is None:
            from . import postgresql  # with its driver, which SQLite needs none of

            settings, prepare = postgresql.SETTINGS, postgresql.limit
            self._limited = postgresql.limited
        missing = {name: value for name, value in settings.items() if name not in self.url.query}
        self._engine = create_engine(
            self.url,
            connect_args=missing,
            pool_pre_ping=self._file is None,
            pool_timeout=PATIENCE,
            hide_parameters=True,  # a fault's text may reach a log
        )
        prepare(self._engine)
        self._secure_erase = SecureErase(self._engine)
        # SQLite's last connection takes the log away; a server's workers end with theirs open.
        finalize(self, self._engine.dispose)


def read_url(url: str) -> URL:
    """Parse a database's URL; it may hold a password, so is never quoted.

    :raise ValueError: it is neither SQLite's nor PostgreSQL's
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter quotes a port, or what was taken for one
        parsed = None
    if parsed is not None and parsed.drivername == "sqlite" and parsed.database:
        if not parsed.database.startswith((":memory:", "file:")):
            return parsed
        parsed = None
    if parsed is not None and parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError("DATABASE_URL is like sqlite:///desk.sqlite3 or postgresql://user@host/name")
