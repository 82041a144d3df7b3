"""The database: a SQLite file, or PostgreSQL for several machines.

It is opened and migrated at its first use, not at start: the wizard does not need it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock
from types import ModuleType
from typing import Final
from weakref import finalize

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from . import sqlite
from .circuit_breaker import CircuitBreaker
from .db_errors import describe, is_statement_error, refusal_of
from .secure_erase import SecureErase
from .sqlite import LOCK_TIMEOUT, WRITES

PAUSE: Final = 5.0
"""Seconds without another try after the database did not answer."""
MIGRATION_LIMIT: Final = 600.0
"""Seconds for a migration at the first use."""
MAX_CONNECTIONS: Final = 4
"""Connections of a process for pages; one more is for reports."""
RECYCLE: Final = 600
"""Seconds after which a connection is replaced, and the database's time is read again."""

log = logging.getLogger(__name__)


class DatabaseUnavailable(Exception):
    """The database does not answer, or is too busy; nothing was acknowledged.

    Nothing was changed either, unless the connection broke during the commit.
    """


@dataclass(frozen=True)
class _Pool:
    """Connections, and how many calls may hold one or wait for one.

    Every such call occupies a server thread; some have to be left for pages without a call.
    """

    engine: Engine
    calls: BoundedSemaphore


class Database:
    """Database wrapper that tolerates outages.

    :param url: as SQLAlchemy writes it: ``sqlite:///path`` or ``postgresql://user@host/name``
    :param threads: of the server process; five eighths of them may be in the database or wait for
        it, and an eighth in reports
    :raise ValueError: the URL is neither
    """

    def __init__(
        self, url: str, clock: Callable[[], float] = time.monotonic, threads: int = 64
    ) -> None:
        self.url = read_url(url)
        self.refused: Callable[[str], None] = lambda why: None
        """Called with the reason of each refusal: ``away``, ``busy`` or ``full``."""
        self._breaker = CircuitBreaker(PAUSE, clock)
        self._migrating, self._counting = Lock(), Lock()
        self._ready = False
        self._refusals = 0  # while it is away
        self._file = self.url.database if self.url.get_backend_name() == "sqlite" else None
        self._file_id: tuple[int, int] | None = None
        self._dialect: ModuleType = sqlite
        if self._file is None:
            from . import postgresql  # imported here: its driver is not needed for SQLite

            self._dialect = postgresql
        self._time = self._dialect.Time()
        calls = max(1, threads * 5 // 8)
        self._pages = self._make_pool(min(calls, MAX_CONNECTIONS), calls)
        self._reports = self._make_pool(1, max(1, threads // 8))
        self._engine = self._pages.engine
        self.secure_erase = SecureErase(self._engine, self._dialect)
        # The last connection to SQLite removes the log; workers of a server end without closing it.
        finalize(self, _dispose, self._pages.engine, self._reports.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for reading."""
        with self._connected(self._pages) as engine, engine.connect() as connection:
            yield connection

    @contextmanager
    def reporting(self) -> Iterator[Connection]:
        """Open a connection for reading much; such calls wait for each other, and for no page."""
        with self._connected(self._reports) as engine, engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block."""
        with self._connected(self._pages):
            with self._transaction() as connection:
                yield connection
            if self._file_changed():  # the change is in a file that is gone
                raise DatabaseUnavailable
            self.secure_erase.truncate_log()

    def now(self) -> datetime:
        """Return the database's time in UTC; the clocks of machines that share it may differ.

        It goes on while the database is away, but for the first call.
        """
        if not self._time.known:
            with self.reading():
                pass
        told: datetime = self._time.now()
        return told

    def migrate(self, revision: str = "head") -> None:
        """Migrate the tables to a revision: ``head`` is the newest, ``base`` has no tables.

        :raise DatabaseUnavailable: it does not answer, or newer code has migrated it
        """
        from . import migrate  # imported here: needed once per process, and never by the wizard

        try:
            self._open_file()
            with self._engine.connect() as connection:
                usable = migrate.is_usable(connection)  # then no write lock is needed
            if revision != "head" or not usable:
                with self._dialect.limited(MIGRATION_LIMIT), self._transaction() as connection:
                    migrate.migrate_to(connection, revision)
        except (SQLAlchemyError, OSError, migrate.UnknownRevision) as fault:
            if revision != "head":  # the database is there, as it was
                raise DatabaseUnavailable from fault
            raise self._suspend(fault) from fault
        self._ready = revision == "head"

    def revision(self) -> str:
        """Return the revision of the tables, '' where there are none."""
        from . import migrate

        with self.reading() as connection:
            return migrate.revision_of(connection) or ""

    def backup(self, file: Path) -> None:
        """Write a copy of a SQLite file as it is, which may be used meanwhile, for this user only.

        :raise OSError: there is no database, the copy is there already, or it cannot be written
        :raise ValueError: it is PostgreSQL, which has programs of its own for that
        """
        if self._file is None:
            raise ValueError("pg_dump makes the backup of a PostgreSQL")
        Path(self._file).stat()  # neither made nor migrated: it may be that of another release
        sqlite.backup(self._file, file)

    def close(self) -> None:
        """Close every connection."""
        _dispose(self._pages.engine, self._reports.engine)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def _connected(self, pool: _Pool) -> Iterator[Engine]:
        self._admit()
        probing = self._breaker.is_open
        if not pool.calls.acquire(blocking=False):
            raise self._refuse("busy", "too many wait for it")
        try:
            with self._dialect.limited():
                self._prepare(probing)
                yield pool.engine
        except PoolTimeout:
            raise self._refuse("busy", "no connection became free in time") from None
        except DBAPIError as fault:
            if is_statement_error(fault):
                raise
            raise self._suspend(fault) from fault
        finally:
            pool.calls.release()
        self._resume()

    def _prepare(self, probing: bool) -> None:
        """Migrate the tables unless that is done; only one thread does it."""
        if self._ready and not self._file_changed():
            return
        if not self._migrating.acquire(timeout=LOCK_TIMEOUT):
            raise self._refuse("busy", "its tables are being migrated")
        try:
            if not probing:
                self._admit()  # the thread before may have failed
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
            self.close()
        sqlite.make_file(self._file)
        self._file_id = sqlite.identify(self._file)

    def _admit(self) -> None:
        """Let a call in.

        :raise DatabaseUnavailable: it is left alone just now
        """
        if not self._breaker.admit():
            raise self._refuse("away")

    def _suspend(self, fault: Exception) -> DatabaseUnavailable:
        """Leave the database alone for ``PAUSE`` seconds after a failure; log that once."""
        if why := refusal_of(fault):  # it can do other things
            return self._refuse(why, describe(fault))
        self._ready = False  # it may come back with other tables
        if self._breaker.fail():
            log.error("The database is away: no cases, no counts just now (%s)", describe(fault))
        return self._refuse("away")

    def _refuse(self, why: str, detail: str = "") -> DatabaseUnavailable:
        """Count a refusal, and log it: at once, or in one line when the database is back."""
        self.refused(why)
        if detail:
            log.warning("The database is %s, a call was refused: %s", why, detail)
        else:
            with self._counting:
                self._refusals += 1
        return DatabaseUnavailable()

    def _resume(self) -> None:
        if self._breaker.succeed():
            with self._counting:
                refusals, self._refusals = self._refusals, 0
            log.warning("The database is back; calls refused meanwhile: %d", refusals)

    def _make_pool(self, size: int, calls: int) -> _Pool:
        settings = self._dialect.SETTINGS
        defaults = {name: value for name, value in settings.items() if name not in self.url.query}
        engine = create_engine(
            self.url,
            connect_args=defaults,
            pool_size=size,
            max_overflow=0,
            pool_timeout=LOCK_TIMEOUT,
            pool_pre_ping=self._file is None,
            pool_recycle=RECYCLE if self._file is None else -1,
            hide_parameters=True,  # its errors may be logged
        )
        self._dialect.prepare(engine, self._time)
        return _Pool(engine, BoundedSemaphore(calls))


def _dispose(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()


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
