"""PostgreSQL with bounded waits, also when the server hangs or its machine is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from psycopg import Connection, OperationalError, errors
from sqlalchemy import Engine, event, text

TIME_LIMIT: Final = 5.0
"""Seconds for all statements of one block."""
LOCK_TIMEOUT: Final = 3
CONNECT_TIMEOUT: Final = 2  # for each address of a host; "localhost" has two

SETTINGS: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_TIMEOUT,
    "options": f"-c lock_timeout={LOCK_TIMEOUT}s",
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

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class LimitedConnection(Connection[Any]):
    """Connection with a deadline on the client's side: a server that hangs ignores its own."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server until the deadline.

        :raise OperationalError: the deadline passed; the connection is closed
        """
        try:
            return super().wait(gen, interval, _left() if timeout is None else timeout)
        except errors._WaitTimeout:
            self.pgconn.finish()  # a late answer would be taken for that of the next statement
            raise OperationalError("it does not answer in time") from None


@contextmanager
def limited(seconds: float = TIME_LIMIT) -> Iterator[None]:
    """Set a deadline for all statements of this thread within the block."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def prepare(engine: Engine) -> None:
    """Make an engine open connections with deadlines."""
    event.listen(engine, "do_connect", _connect)


def rewrite(engine: Engine) -> bool:
    """Rewrite the tables without deleted rows, under an exclusive lock.

    VACUUM alone only marks the bytes as free (PostgreSQL's manual, VACUUM, FULL).

    :return: False if an older transaction may still see deleted rows, so that they remain
    :raise DBAPIError: a table was in use for too long
    """
    with limited(REWRITE_LIMIT), engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # closed afterwards: its lock timeout is only for this
        connection.exec_driver_sql(f"SET lock_timeout = '{REWRITE_LOCK_TIMEOUT}s'")
        begun = connection.scalar(text("SELECT clock_timestamp()"))
        for table in TABLES:
            connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        return not connection.scalar(text(OLDER_TRANSACTIONS), {"begun": begun})


def _connect(_: Any, __: Any, args: Any, settings: dict[str, Any]) -> LimitedConnection:
    if _left() == 0:
        raise OperationalError("it does not answer in time")
    return LimitedConnection.connect(*args, **settings)


def _left() -> float | None:
    deadline = _deadline.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())
