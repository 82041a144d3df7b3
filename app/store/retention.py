"""Erase what has expired: every hour, in small transactions, and only by a clock that is trusted.

A clock that is far ahead would erase every case.  The database remembers the time of the last
trusted sweep.  A clock that is not far ahead of it is trusted.  A clock that is further ahead may
be right after a long downtime: it is trusted once it has run steadily for a day by the monotonic
clock, or when an operator confirms it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, tuple_, update

from .audit import RETENTION
from .counts import roll_up
from .database import Database, DatabaseUnavailable
from .schema import attempts, audit, cases, counts, moments, notes, weeks
from .sign_in_throttle import ATTEMPT_LIFETIME
from .upsert import upsert

BATCH: Final = 200
"""Rows per transaction."""
PAUSE: Final = 0.05
"""Seconds between transactions, for other writers."""
FIRST_DELAY: Final = 60.0
INTERVAL: Final = 3600.0
"""Seconds before the first sweep, roughly, and between sweeps."""
MAX_JUMP: Final = timedelta(days=3)
"""How far ahead of the last sweep a clock is trusted at once: a weekend's downtime."""
PROBATION: Final = timedelta(days=1)
TOLERANCE: Final = timedelta(hours=1)
"""How long a clock must run steadily, and how far it may drift from the monotonic clock."""
SWEEP: Final = "sweep"

Step = Callable[[Connection], int]
"""Changes at most ``BATCH`` rows and returns how many."""

log = logging.getLogger(__name__)


def start_maintenance(
    sweep: Callable[[], object], first: float = FIRST_DELAY, interval: float = INTERVAL
) -> Callable[[], None]:
    """Start a thread that calls ``sweep`` every ``interval`` seconds; return its stop function.

    :param first: seconds before the first sweep, varied by half
    """
    stopped = Event()

    def run() -> None:
        # The workers of a server start together; their sweeps should not.
        wait = first * random.uniform(0.5, 1.5)
        while not stopped.wait(wait):
            try:
                sweep()
            except DatabaseUnavailable:
                pass  # already logged by the database
            except Exception:  # the thread must survive
                log.exception("What has expired could not be erased")
            wait = interval

    Thread(target=run, name="upkeep", daemon=True).start()
    return stopped.set


def sweep(
    database: Database, now: datetime, lifetime: timedelta, count_lifetime: timedelta
) -> None:
    """Erase expired cases, add counts up, and delete what is past its retention.

    Several processes may do so at the same time: locked rows are skipped.

    :param lifetime: how long the code of an ended case is kept
    :param count_lifetime: how long counts are kept by day and by week
    :raise DatabaseUnavailable: the database does not answer; the next sweep does the rest
    """
    ended = (cases.c.expires <= now - lifetime) & cases.c.ended.is_not(None)
    forgotten = attempts.c.locked_until <= now - ATTEMPT_LIFETIME
    counted = now.date() - count_lifetime
    erasing: tuple[Step, ...] = (
        lambda connection: _expire(connection, now),
        lambda connection: _drop(connection, cases, ended),
        lambda connection: _drop(connection, audit, audit.c.at <= now - RETENTION),
        lambda connection: _drop(connection, attempts, forgotten),
    )
    for step in erasing:
        if _repeat(database, step):
            database.secure_erase.after_erase()
    _repeat(database, lambda connection: roll_up(connection, now.date()), least=True)
    _repeat(database, lambda connection: _drop(connection, counts, counts.c.day < counted))
    _repeat(database, lambda connection: _drop(connection, weeks, weeks.c.week < counted))


def _repeat(database: Database, step: Step, least: int | None = None) -> bool:
    """Repeat a step, in short transactions with pauses, while it does as much as it may.

    :param least: what a step returns that has left something to do, by default ``BATCH``
    :return: whether anything was done
    """
    anything = False
    while True:
        with database.writing() as connection:
            done = step(connection)
        anything = anything or done > 0
        if done < (least or BATCH):
            return anything
        time.sleep(PAUSE)


def erase(connection: Connection, codes: Sequence[str], reason: str) -> None:
    """Erase cases except their codes; the caller has locked the rows."""
    erased = {"facts": None, "outcome": None, "helped": None, "ended": reason}
    connection.execute(update(cases).where(cases.c.code.in_(codes)).values(erased))
    connection.execute(delete(notes).where(notes.c.code.in_(codes)))


def _expire(connection: Connection, now: datetime) -> int:
    due = (
        select(cases.c.code, cases.c.portal)
        .where(cases.c.ended.is_(None), cases.c.expires <= now)
        .order_by(cases.c.expires)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(due).all()
    if rows:
        erase(connection, [row.code for row in rows], "expired")
        entry = {"at": now, "agent": "", "action": "expired"}
        entries = [entry | {"portal": row.portal, "code": row.code} for row in rows]
        connection.execute(insert(audit), entries)
    return len(rows)


def _drop(connection: Connection, table: Table, old: ColumnElement[bool]) -> int:
    key = tuple_(*table.primary_key)
    # Locked: another process may change a row, or delete it.
    some = select(*table.primary_key).where(old).limit(BATCH).with_for_update(skip_locked=True)
    rows = [tuple(row) for row in connection.execute(some)]
    if rows:
        connection.execute(delete(table).where(key.in_(rows)))
    return len(rows)


class ClockJump(NamedTuple):
    """Wall clock, monotonic clock and last sweep when a clock was found to be ahead."""

    now: datetime
    monotonic: float
    last: datetime


class ClockCheck:
    """Clock check of one process.

    :param monotonic: returns seconds, whatever happens to the wall clock
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._jump: ClockJump | None = None

    def accept(self, connection: Connection, now: datetime, sure: bool = False) -> bool:
        """Return whether ``now`` is trusted, and record it if so; log a jump once.

        :param sure: the operator confirms that the clock is right
        """
        last = _last_sweep(connection) or now
        current = ClockJump(now, self._monotonic(), last)
        steady = self._jump and _steady_time(self._jump, current)
        if sure or now <= last + MAX_JUMP or (steady and steady >= PROBATION):
            self._jump = None
            # Never backwards: a clock that starts in 1970 at each boot would always be ahead.
            upsert(connection, moments, {"name": SWEEP}, {"at": max(now, last)})
            return True
        if self._jump is None:
            ahead = f"The clock is {(now - last).days} days ahead of the last sweep"
            log.error("%s: nothing is erased until it has gone on for a day", ahead)
        if steady is None:
            self._jump = current
        return False


def _steady_time(jump: ClockJump, current: ClockJump) -> timedelta | None:
    """Return how long a clock has run since it jumped.

    None if it has jumped again, or if another process has swept since.
    """
    elapsed = timedelta(seconds=current.monotonic - jump.monotonic)
    drift = abs(current.now - jump.now - elapsed)
    return elapsed if drift <= TOLERANCE and current.last == jump.last else None


def _last_sweep(connection: Connection) -> datetime | None:
    """Return the time of the last trusted sweep, or of the newest audit entry before the first."""
    swept = connection.execute(select(moments.c.at).where(moments.c.name == SWEEP)).scalar()
    newest = select(audit.c.at).order_by(audit.c.at.desc()).limit(1)
    return swept or connection.execute(newest).scalar()
