"""The database: a SQLite file, or PostgreSQL for several machines.

It is opened and migrated at its first use, not at start: the wizard does not need it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from types import ModuleType
from typing import Final
from weakref import finalize

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from . import concurrency_limit, sqlite
from .db_errors import describe, is_contention, is_statement_error
from .secure_erase import SecureErase
from .sqlite import LOCK_TIMEOUT, WRITES

PAUSE: Final = 5.0
"""Seconds without another try after the database did not answer."""

log = logging.getLogger(__name__)


class DatabaseUnavailable(Exception):
    """The database does not answer; nothing was acknowledged.

    Nothing was changed either, unless the connection broke during the commit.
    """


class Database:
    """Database wrapper that tolerates outages.

    :param url: as SQLAlchemy writes it: ``sqlite:///path`` or ``postgresql://user@host/name``
    :raise ValueError: the URL is neither
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = read_url(url)
        self._clock = clock
        self._suspended_until = float("-inf")
        self._migrating, self._state_lock = Lock(), Lock()
        self._limit = concurrency_limit.ConcurrencyLimit()
        self._ready = self._unavailable = False
        self._file = self.url.database if self.url.get_backend_name() == "sqlite" else None
        self._file_id: tuple[int, int] | None = None
        self._create_engine()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for reading."""
        with self._connected(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block."""
        with self._connected():
            with self._transaction() as connection:
                yield connection
            if self._file_changed():  # the change is in a file that is gone
                raise DatabaseUnavailable
            self.secure_erase.truncate_log()

    def migrate(self, revision: str = "head") -> None:
        """Migrate the tables to a revision: ``head`` is the newest, ``base`` has no tables.

        :raise DatabaseUnavailable: it does not answer, or newer code has migrated it
        """
        from . import migrate  # imported here: needed once per process, and never by the wizard

        try:
            self._open_file()
            with self._engine.connect() as connection:
                current = migrate.is_current(connection)  # then no write lock is needed
            if revision != "head" or not current:
                with self._transaction() as connection:
                    migrate.migrate_to(connection, revision)
        except (SQLAlchemyError, OSError, migrate.UnknownRevision) as fault:
            raise self._suspend(fault) from fault
        self._ready = revision == "head"

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def _connected(self) -> Iterator[None]:
        self._check_suspended()
        # The first use may take long without hanging.
        used = self._ready or self._unavailable
        stall = concurrency_limit.MAX_STALL if used else concurrency_limit.MAX_WAIT
        try:
            with self._limit.hold(stall), self._dialect.limited():
                self._check_suspended()  # another call may have failed meanwhile
                self._prepare()
                yield
        except concurrency_limit.LimitReached:
            raise DatabaseUnavailable from None
        except (DBAPIError, PoolTimeout) as fault:
            if is_statement_error(fault):
                raise
            raise self._suspend(fault) from fault
        if self._unavailable:
            self._unavailable = False
            log.warning("The database is back")

    def _prepare(self) -> None:
        """Migrate the tables unless that is done; only one thread does it."""
        if self._ready and not self._file_changed():
            return
        if not self._migrating.acquire(timeout=LOCK_TIMEOUT):
            raise DatabaseUnavailable
        try:
            self._check_suspended()  # the thread before may have failed
            if not self._ready or self._file_changed():
                self.migrate()
        finally:
            self._migrating.release()

    def _file_changed(self) -> bool:
        return self._file is not None and sqlite.identify(self._file) != self._file_id

    def _open_file(self) -> None:
        """Create SQLite's file; close the connections to another file of its name."""
        if self._file is None or (self._file_id and not self._file_changed()):
            return
        if self._file_id:
            log.warning("The database's file is gone, or is another one")
            self._engine.dispose()
        sqlite.make_file(self._file)
        self._file_id = sqlite.identify(self._file)

    def _check_suspended(self) -> None:
        if self._clock() < self._suspended_until:
            raise DatabaseUnavailable

    def _suspend(self, fault: Exception) -> DatabaseUnavailable:
        """Suspend the database for ``PAUSE`` seconds after a failure; log that once."""
        if is_contention(fault):  # the database is healthy
            return DatabaseUnavailable()
        with self._state_lock:
            self._ready = False  # it may come back with other tables
            new, self._unavailable = not self._unavailable, True
            self._suspended_until = self._clock() + PAUSE
        if new:
            log.error("The database is away: no cases, no counts just now (%s)", describe(fault))
        return DatabaseUnavailable()

    def _create_engine(self) -> None:
        self._dialect: ModuleType = sqlite
        if self._file is None:
            from . import postgresql  # imported here: its driver is not needed for SQLite

            self._dialect = postgresql
        settings = self._dialect.SETTINGS
        defaults = {name: value for name, value in settings.items() if name not in self.url.query}
        self._engine = create_engine(
            self.url,
            connect_args=defaults,
            pool_pre_ping=self._file is None,
            pool_timeout=LOCK_TIMEOUT,
            hide_parameters=True,  # its errors may be logged
        )
        self._dialect.prepare(self._engine)
        self.secure_erase = SecureErase(self._engine, self._dialect)
        # The last connection to SQLite removes the log; workers of a server end without closing it.
        finalize(self, self._engine.dispose)


def read_url(url: str) -> URL:
    """Parse a database URL; no message quotes it, because it may hold a password.

    :raise ValueError: it is neither SQLite's nor PostgreSQL's
    """
    with suppress(ArgumentError, ValueError):  # ValueError: its message would quote the port
        parsed = make_url(url)
        name = parsed.database
        if parsed.drivername == "sqlite" and name and not name.startswith((":memory:", "file:")):
            return parsed
        if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
            return parsed.set(drivername="postgresql+psycopg")
    raise ValueError("DATABASE_URL is like sqlite:///desk.sqlite3 or postgresql://user@host/name")
