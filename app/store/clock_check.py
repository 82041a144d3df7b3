"""Decide whether a sweep may trust the clock: one that is far ahead would erase every case.

The database remembers the time of the last trusted sweep.  A clock that is not far ahead of it is
trusted.  A clock that is further ahead may be right after a long downtime: it is trusted once it
has run steadily for a day by the monotonic clock, or when an operator confirms it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from .schema import audit, moments
from .upsert import upsert

MAX_JUMP: Final = timedelta(days=3)
"""How far ahead of the last sweep a clock is trusted at once: a weekend's downtime."""
PROBATION: Final = timedelta(days=1)
TOLERANCE: Final = timedelta(hours=1)
"""How long a clock must run steadily, and how far it may drift from the monotonic clock."""
SWEEP: Final = "sweep"

log = logging.getLogger(__name__)


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
        last = _last(connection, now)
        jump, current = self._jump, ClockJump(now, self._monotonic(), last)
        if sure or now <= last + MAX_JUMP or (jump and _is_proved(jump, current)):
            self._jump = None
            # Never backwards: a clock that starts in 1970 at each boot would always be ahead.
            upsert(connection, moments, {"name": SWEEP}, {"at": max(now, last)})
            return True
        if jump is None:
            ahead = f"The clock is {(now - last).days} days ahead of the last sweep"
            log.error("%s: nothing is erased until it has gone on for a day", ahead)
        if jump is None or not _is_steady(jump, current):
            self._jump = current
        return False


def _is_proved(jump: ClockJump, current: ClockJump) -> bool:
    elapsed = current.monotonic - jump.monotonic
    return _is_steady(jump, current) and elapsed >= PROBATION.total_seconds()


def _is_steady(jump: ClockJump, current: ClockJump) -> bool:
    """Return whether the clock has not jumped again, and no other process has swept since."""
    elapsed = timedelta(seconds=current.monotonic - jump.monotonic)
    drift = abs(current.now - jump.now - elapsed)
    return drift <= TOLERANCE and current.last == jump.last


def _last(connection: Connection, now: datetime) -> datetime:
    """Return the time of the last trusted sweep, or of the newest audit entry before the first."""
    swept = connection.execute(select(moments.c.at).where(moments.c.name == SWEEP)).scalar()
    return swept or connection.execute(select(func.max(audit.c.at))).scalar() or now
