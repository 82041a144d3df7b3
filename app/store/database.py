"""The database: SQLite in a file of its own, or PostgreSQL for several machines.

It is opened and brought up to date at its first use, not at start: the wizard needs none.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from .upgrading import UnknownRevision, bring_to

PATIENCE: Final = 3
"""Seconds that a connection may take, and SQLite may be locked by another writer."""
PAUSE: Final = 5.0
"""Seconds in which a database that did not answer is not asked again."""
WRITES: Final = "writes"

log = logging.getLogger(__name__)


class DatabaseAway(Exception):
    """The database does not answer just now; nothing was changed."""


class Database:
    """A database that may come and go.

    :param url: as SQLAlchemy writes it: ``sqlite:///path`` or ``postgresql://user@host/name``
    :raise ValueError: the URL is neither
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = read_url(url)
        self._clock = clock
        self._asleep_until = float("-inf")
        self._lock = Lock()
        self._ready = False
        sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"timeout": PATIENCE} if sqlite else {"connect_timeout": PATIENCE}
        self._engine = create_engine(
            self.url, connect_args=options, pool_pre_ping=not sqlite, pool_timeout=PATIENCE
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

        :raise DatabaseAway: it does not answer; nothing was changed
        """
        with self._asking(), self._engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to a revision: ``head`` is the newest, ``base`` is none at all.

        :raise DatabaseAway: it does not answer, or newer code has changed it
        """
        with self._faults():
            self._make_file()
            with self._engine.connect() as connection:
                connection = connection.execution_options(**{WRITES: True})
                with connection.begin():
                    bring_to(connection, revision)
            self._ready = revision == "head"

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if self._clock() < self._asleep_until:
            raise DatabaseAway
        if not self._ready:
            with self._lock:
                if not self._ready:
                    self.migrate()
        with self._faults():
            yield

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise
        except (DatabaseError, PoolTimeout, OSError, UnknownRevision) as fault:
            if self._clock() >= self._asleep_until:  # said once, and without what was in hand
                kind = type(getattr(fault, "orig", None) or fault).__name__
                log.error("The database is away (%s): no cases, no counts just now", kind)
            self._asleep_until = self._clock() + PAUSE
            raise DatabaseAway from fault

    def _make_file(self) -> None:
        """Make SQLite's file, for this user only: SQLite itself would let everybody read it."""
        name = self.url.database
        if self.url.get_backend_name() == "sqlite" and name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(name, os.O_CREAT | os.O_RDWR, 0o600))


def read_url(url: str) -> Any:
    """Return a database's URL, understood; it may hold a password, so is never quoted.

    :raise ValueError: it is neither SQLite's nor PostgreSQL's
    """
    try:
        told = make_url(url)
    except ArgumentError:
        told = None
    if told is not None and told.drivername == "sqlite" and told.database:
        return told
    if told is not None and told.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return told.set(drivername="postgresql+psycopg")
    raise ValueError("DATABASE_URL is like sqlite:///desk.sqlite3 or postgresql://user@host/name")


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says so
    cursor = connection.cursor()
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer that began as a reader could not wait for another one (SQLITE_BUSY at once).
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
