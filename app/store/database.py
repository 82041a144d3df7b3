"""The database: SQLite in a file of its own, or PostgreSQL for several machines.

It is opened and brought up to date at its first use, not at start: the wizard needs none.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from .upgrading import UnknownRevision, bring_to, is_newest

PATIENCE: Final = 3
"""Seconds that a connection may take, and that a writer waits for another one."""
PAUSE: Final = 5.0
"""Seconds in which a database that did not answer is not asked again."""
WRITES: Final = "writes"
MISTAKES: Final = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What a database says that is well, about what it was asked."""

SQLITE: Final[dict[str, Any]] = {"timeout": PATIENCE}
POSTGRESQL: Final[dict[str, Any]] = {
    "connect_timeout": PATIENCE,
    "options": f"-c lock_timeout={PATIENCE}s",
    # A machine that vanished says nothing; the system would wait for it for a quarter of an hour.
    "tcp_user_timeout": PATIENCE * 1000,
    "keepalives_idle": PATIENCE,
    "keepalives_interval": PATIENCE,
}

log = logging.getLogger(__name__)


class DatabaseAway(Exception):
    """The database does not answer just now; nothing was acknowledged.

    Nothing was changed either, unless it went away while it was making sure of the change.
    """


class Database:
    """A database that may come and go.

    :param url: as SQLAlchemy writes it: ``sqlite:///path`` or ``postgresql://user@host/name``
    :raise ValueError: the URL is neither
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = read_url(url)
        self._clock = clock
        self._asleep_until = float("-inf")
        self._opening, self._saying = Lock(), Lock()
        self._ready = self._away = False
        sqlite = self.url.get_backend_name() == "sqlite"
        usual = (SQLITE if sqlite else POSTGRESQL).items()
        self._engine = create_engine(
            self.url,
            connect_args={name: value for name, value in usual if name not in self.url.query},
            pool_pre_ping=not sqlite,
            pool_timeout=PATIENCE,
            hide_parameters=True,  # a fault's text may reach a log
        )
        if sqlite:
            event.listen(self._engine, "connect", _prepare)
            event.listen(self._engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with.

        :raise DatabaseAway: it does not answer
        """
        with self._asking(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept, all or none, once the block has ended.

        :raise DatabaseAway: it does not answer; nothing was acknowledged
        """
        with self._asking(), self._engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to a revision: ``head`` is the newest, ``base`` is none at all.

        :raise DatabaseAway: it does not answer, or newer code has changed it
        """
        try:
            self._make_file()
            with self._engine.connect() as connection:
                there = is_newest(connection)  # then nobody who writes is waited for
            if revision != "head" or not there:
                with self._engine.connect() as connection:
                    connection = connection.execution_options(**{WRITES: True})
                    with connection.begin():
                        bring_to(connection, revision)
        except (SQLAlchemyError, OSError, UnknownRevision) as fault:
            raise self._rest(fault) from fault
        self._ready = revision == "head"

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self._check_awake()
        if not self._ready:
            with self._opening:
                self._check_awake()  # the one before may have waited in vain: once is enough
                if not self._ready:
                    self.migrate()
        try:
            yield
        except MISTAKES:
            raise
        except (DBAPIError, PoolTimeout) as fault:
            raise self._rest(fault) from fault
        if self._away:
            self._away = False
            log.warning("The database is back")

    def _check_awake(self) -> None:
        if self._clock() < self._asleep_until:
            raise DatabaseAway

    def _rest(self, fault: Exception) -> DatabaseAway:
        """Leave the database alone for a while, and say once that it is away."""
        state = getattr(getattr(fault, "orig", None), "sqlstate", None) or ""
        if state.startswith("40") or state == "55P03":  # writers in each other's way; it is well
            return DatabaseAway()
        with self._saying:
            first, self._away = not self._away, True
            self._asleep_until = self._clock() + PAUSE
        if first:
            log.error("The database is away: no cases, no counts just now (%s)", _reason(fault))
        return DatabaseAway()

    def _make_file(self) -> None:
        """Make SQLite's file, for this user only: SQLite itself would let everybody read it."""
        name = self.url.database
        if self.url.get_backend_name() == "sqlite" and name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            # One that is there is left alone: to close it would undo SQLite's own locks on it.
            with suppress(FileExistsError):
                os.close(os.open(name, os.O_CREAT | os.O_EXCL, 0o600))


def read_url(url: str) -> URL:
    """Return a database's URL, understood; it may hold a password, so is never quoted.

    :raise ValueError: it is neither SQLite's nor PostgreSQL's
    """
    try:
        told = make_url(url)
    except (ArgumentError, ValueError):  # the latter quotes a port, or what was taken for one
        told = None
    if told is not None and told.drivername == "sqlite" and told.database:
        if not told.database.startswith((":memory:", "file:")):
            return told
        told = None
    if told is not None and told.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return told.set(drivername="postgresql+psycopg")
    raise ValueError("DATABASE_URL is like sqlite:///desk.sqlite3 or postgresql://user@host/name")


def _reason(fault: Exception) -> str:
    """Say what is wrong, without what was in hand: an answer to a statement may repeat it."""
    if not isinstance(fault, DBAPIError):
        return str(fault)
    if fault.statement is None:  # it was only to be reached
        return str(fault.orig).partition("\n")[0]
    return getattr(fault.orig, "sqlite_errorname", type(fault.orig).__name__)


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says so
    cursor = connection.cursor()
    _use_wal(cursor)
    for setting in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    # SQLite waits for a lock, but not in this statement, which changes a new file: two would clash.
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # A writer that began as a reader could not wait for another one (SQLITE_BUSY at once).
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
