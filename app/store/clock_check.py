"""Whether the clock can be believed: by one that is far ahead, every case would be erased.

A sweep is believed if it is not far ahead of the last one that was, which the database remembers.
A clock that is further ahead is right after all where the machine was off for long; it is believed
once it has gone on steadily for a day, by the monotonic clock, or when an operator says so.
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

LEAP: Final = timedelta(days=3)
"""How far ahead of the last sweep a clock is believed at once: a machine is off over a weekend."""
PROOF: Final = timedelta(days=1)
STEADY: Final = timedelta(hours=1)
"""How long a clock must go on, and by how much it may differ meanwhile from the monotonic one."""
SWEEP: Final = "sweep"

log = logging.getLogger(__name__)


class Doubt(NamedTuple):
    """When a clock was first found to be ahead: by it, by the monotonic clock, and of what."""

    now: datetime
    ran: float
    last: datetime


class Watch:
    """What one process knows of the clock.

    :param monotonic: tells seconds that no change of the clock concerns
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._doubt: Doubt | None = None

    def believes(self, connection: Connection, now: datetime, sure: bool = False) -> bool:
        """Tell whether it is ``now``, and remember that; a clock in doubt is logged once.

        :param sure: whether somebody says so
        """
        last, ran = _last(connection, now), self._monotonic()
        doubt, new = self._doubt, Doubt(now, ran, last)
        if sure or now <= last + LEAP or (doubt and _is_proved(doubt, new)):
            self._doubt = None
            # Not back: a clock that begins in 1970 at each start would be doubted each time.
            upsert(connection, moments, {"name": SWEEP}, {"at": max(now, last)})
            return True
        if doubt is None:
            told = f"The clock is {(now - last).days} days ahead of the last sweep"
            log.error("%s: nothing is erased until it has gone on for a day", told)
        if doubt is None or not _goes_on(doubt, new):
            self._doubt = new
        return False


def _is_proved(doubt: Doubt, new: Doubt) -> bool:
    return _goes_on(doubt, new) and new.ran - doubt.ran >= PROOF.total_seconds()


def _goes_on(doubt: Doubt, new: Doubt) -> bool:
    """Tell whether the clock has not jumped since, and no other machine goes by another one."""
    passed = timedelta(seconds=new.ran - doubt.ran)
    return abs(new.now - doubt.now - passed) <= STEADY and new.last == doubt.last


def _last(connection: Connection, now: datetime) -> datetime:
    """Return the last moment that is sure: of a sweep, or, before the first, of what was done."""
    swept = connection.execute(select(moments.c.at).where(moments.c.name == SWEEP)).scalar()
    return swept or connection.execute(select(func.max(audit.c.at))).scalar() or now
