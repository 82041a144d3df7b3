"""PostgreSQL, never waited for beyond a moment: not when it hangs, nor when its machine is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from psycopg import Connection, OperationalError, errors
from sqlalchemy import Engine, event, text

LIMIT: Final = 5.0
"""Seconds that everything may take together that is asked of it at once."""
LOCK_PATIENCE: Final = 3
CONNECT_PATIENCE: Final = 2  # for each address of a host; "localhost" has two

SETTINGS: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_PATIENCE,
    "options": f"-c lock_timeout={LOCK_PATIENCE}s",
    # A machine that vanished says nothing; the system would wait for it for a quarter of an hour.
    "tcp_user_timeout": LOCK_PATIENCE * 1000,
    "keepalives_idle": LOCK_PATIENCE,
    "keepalives_interval": LOCK_PATIENCE,
}

REWRITING: Final = 60.0
"""Seconds that the tables may take to be rewritten, and how long others wait for that to begin."""
QUEUE: Final = 0.5
TABLES: Final = ("notes", "cases", "agents")
"""What is erased from, but for the audit, which only its own age ends."""

OLDER: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_xmin IS NOT NULL AND xact_start < :begun AND datname = current_database()
"""
"""Asks for transactions that may see what was there before; others' only a monitoring role sees."""

_until: ContextVar[float | None] = ContextVar("until", default=None)


class LimitedConnection(Connection[Any]):
    """A connection that gives up when the time of whoever uses it is over.

    The server's own limits are no help: one that hangs does not look at them.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server as long as there is time.

        :raise OperationalError: it took too long; the connection is closed
        """
        try:
            return super().wait(gen, interval, _left() if timeout is None else timeout)
        except errors._WaitTimeout:
            self.pgconn.finish()  # nobody knows what it would answer to next
            raise OperationalError("it does not answer in time") from None


@contextmanager
def limited(seconds: float = LIMIT) -> Iterator[None]:
    """Give everything that this thread asks of PostgreSQL within the block so much time."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def limit(engine: Engine) -> None:
    """Let an engine's connections give up in time."""
    event.listen(engine, "do_connect", _connect)


def rewrite(engine: Engine) -> bool:
    """Write the tables anew, without what is in none of their rows; nobody uses them meanwhile.

    False where a transaction that began before may still see such rows, so that they are kept.
    VACUUM alone only marks the bytes as free (PostgreSQL's manual, VACUUM, FULL).

    :raise DBAPIError: somebody has been using one for too long
    """
    with limited(REWRITING), engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # closed afterwards, so that nobody else gets its short patience
        connection.exec_driver_sql(f"SET lock_timeout = '{QUEUE}s'")
        begun = connection.scalar(text("SELECT clock_timestamp()"))
        for table in TABLES:
            connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        return not connection.scalar(text(OLDER), {"begun": begun})


def _connect(_: Any, __: Any, args: Any, settings: dict[str, Any]) -> LimitedConnection:
    left = _left()
    if left is not None and left <= 0:
        raise OperationalError("it does not answer in time")
    return LimitedConnection.connect(*args, **settings)


def _left() -> float | None:
    until = _until.get()
    return None if until is None else max(0.0, until - time.monotonic())
