"""PostgreSQL with bounded waits, also when the server hangs or its machine is gone."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy
from psycopg import Connection, OperationalError
from sqlalchemy import Engine, event, text

from .sqlite import WRITES

TIME_LIMIT: Final = 5.0
"""Seconds for each statement."""
GRACE: Final = 0.5
"""Seconds that the server has to say itself that a statement takes too long."""
LOCK_TIMEOUT: Final = 3
"""Seconds to wait for a lock."""
CONNECT_TIMEOUT: Final = 2  # for each address of a host; "localhost" has two

SETTINGS: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_TIMEOUT,
    "autocommit": True,  # _begin begins the transactions
    # PgBouncer gives a server's connection to many clients, whose statements have the same names.
    "prepare_threshold": None,
    # Without this the kernel waits about 15 minutes for a machine that is gone.
    "tcp_user_timeout": LOCK_TIMEOUT * 1000,
    "keepalives_idle": LOCK_TIMEOUT,
    "keepalives_interval": LOCK_TIMEOUT,
}

REWRITE_LIMIT: Final = 60.0
"""Seconds for rewriting the tables, and for getting the lock of each."""
REWRITE_LOCK_TIMEOUT: Final = 0.5
TABLES: Final = ("notes", "cases", "agents")
"""Tables that rows are erased from, except the audit log, whose rows only expire."""

OLDER_TRANSACTIONS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_xmin IS NOT NULL AND xact_start < :begun AND datname = current_database()
"""
"""Counts transactions that may see old rows; those of other roles are visible to monitors only."""

_limit: ContextVar[tuple[float, float] | None] = ContextVar("limit", default=None)
"""Seconds for each statement, and when the block has used them up for opening a connection."""


class LimitedConnection(Connection[Any]):
    """Connection with a time limit on the client's side: a server that hangs ignores its own."""

    def wait(self, gen: Any, *args: Any, **settings: Any) -> Any:
        """Wait for the server within the limit.

        :raise OperationalError: the limit passed; the connection is closed
        """
        if limit := _limit.get():
            gen = self._until(time.monotonic() + limit[0] + GRACE, gen)
        return super().wait(gen, *args, **settings)

    def _until(self, deadline: float, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        ready = None
        while True:
            try:
                wanted = gen.send(ready)
            except StopIteration as end:
                return end.value
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                self.pgconn.finish()  # a late answer would be taken for that of the next statement
                raise OperationalError("it does not answer in time")


@contextmanager
def limited(seconds: float = TIME_LIMIT) -> Iterator[None]:
    """Limit each statement of this thread within the block, and the time to get a connection."""
    token = _limit.set((seconds, time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


class Time:
    """The server's time, as its newest connection told it; it goes on by the monotonic clock."""

    def __init__(self) -> None:
        self._told: tuple[datetime, float] | None = None

    @property
    def known(self) -> bool:
        """Whether a connection has told it."""
        return self._told is not None

    def now(self) -> datetime:
        """Return the server's time in UTC."""
        assert self._told
        moment, then = self._told
        return moment + timedelta(seconds=time.monotonic() - then)

    def read(self, connection: Any, _: object) -> None:
        """Ask for it."""
        (moment,) = connection.execute("SELECT clock_timestamp()").fetchone()
        self._told = moment.astimezone(UTC), time.monotonic()


def prepare(engine: Engine, told: Time) -> None:
    """Make an engine open connections with deadlines, and begin its transactions explicitly."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", told.read)
    event.listen(engine, "begin", _begin)


def size(engine: Engine) -> int:
    """Return how many bytes ``rewrite`` would go through."""
    total = " + ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
    with limited(), engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT {total}")) or 0)


def rewrite(engine: Engine) -> bool:
    """Rewrite the tables without deleted rows, under an exclusive lock.

    VACUUM alone only marks the bytes as free, and its FULL may not be in a transaction, to which
    PgBouncer bounds a time-out (PostgreSQL's manual, VACUUM and CLUSTER).

    :return: False if an older transaction may still see deleted rows, so that they remain
    :raise DBAPIError: a table was in use for too long
    """
    with limited(REWRITE_LIMIT), engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        begun = connection.scalar(text("SELECT clock_timestamp()"))
        connection.rollback()
        for table in TABLES:
            with connection.begin():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{REWRITE_LOCK_TIMEOUT}s'")
                connection.exec_driver_sql(f"CLUSTER {table} USING {table}_pkey")
        return not connection.scalar(text(OLDER_TRANSACTIONS), {"begun": begun})


def _connect(_: Any, __: Any, args: Any, settings: dict[str, Any]) -> LimitedConnection:
    limit = _limit.get()
    if limit and time.monotonic() > limit[1]:
        raise OperationalError("it does not answer in time")
    return LimitedConnection.connect(*args, **settings)


def _begin(connection: sqlalchemy.Connection) -> None:
    # In one message, and for this transaction only: PgBouncer knows no settings of a session.
    # A reader sees one moment, however many statements it needs, as in SQLite.
    writes = connection.get_execution_options().get(WRITES)
    begin = "BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ"
    begin += f"; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s'"
    if limit := _limit.get():
        begin += f"; SET LOCAL statement_timeout = {1000 * limit[0]:.0f}"
    connection.exec_driver_sql(begin)
