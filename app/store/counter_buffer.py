"""What was just counted: kept in memory, and written to the database every few seconds."""

from __future__ import annotations

import atexit
import logging
import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from threading import Event, Lock, Thread
from typing import Final
from weakref import WeakMethod

from .counts import MAX_LENGTHS, CountKey, add_counts
from .database import Database, DatabaseUnavailable

FLUSH_INTERVAL: Final = 5.0
"""Seconds between writes; a process that is killed loses that much."""
WRITE_LOCK_TIMEOUT: Final = 1.0
"""Seconds to wait for another thread's write."""
MAX_KEYS: Final = 20_000
"""Different counters kept in memory while the database is unavailable."""

Observation = tuple[str, tuple[tuple[str, str], ...]]
"""A portal and the events of one response, counted in one step."""

log = logging.getLogger(__name__)


class CounterBuffer:
    """Thread-safe counters in memory.

    The writing thread starts at the first count, so that a forked process has its own.

    :param today: returns the day to count on
    """

    def __init__(
        self,
        database: Database,
        today: Callable[[], date] = date.today,
        interval: float = FLUSH_INTERVAL,
    ) -> None:
        self.database = database
        self.today = today
        self._interval = interval
        self._reset()
        # A forked child must not write its parent's counts.
        os.register_at_fork(after_in_child=_weak_call(self._reset))

    def add(self, portal: str, *pairs: tuple[str, str]) -> None:
        """Count the events of one response: pairs of event and value, both fixed words of ours."""
        observation = (portal, pairs)
        with self._lock:
            if observation in self._new or len(self._new) < MAX_KEYS:
                self._new[observation] += 1
            if self._thread is None:
                self._start_thread()

    def pending(self) -> Counter[CountKey]:
        """Return the counts not yet written.

        Their day is read here and not for each page: a few seconds before midnight count as the
        next day.
        """
        day = self.today()
        portals, whats, values = MAX_LENGTHS
        with self._lock:
            sums = self._sums
            for (portal, pairs), number in self._new.items():
                for what, value in pairs:
                    key = (day, portal[:portals], what[:whats], value[:values])
                    if key in sums or len(sums) < MAX_KEYS:
                        sums[key] += number
            self._new.clear()
            return sums.copy()

    def flush(self) -> None:
        """Write the pending counts; they stay pending if that fails."""
        if not self._writing.acquire(timeout=WRITE_LOCK_TIMEOUT):
            raise DatabaseUnavailable
        try:
            if pending := self.pending():
                with self.database.writing() as connection:
                    add_counts(connection, pending)
                with self._lock:
                    self._sums -= pending
        finally:
            self._writing.release()

    def close(self) -> None:
        """Write the pending counts a last time, and stop the thread."""
        self._stopped.set()
        self._flush_or_log()

    def _reset(self) -> None:
        self._new: Counter[Observation] = Counter()
        self._sums: Counter[CountKey] = Counter()
        # Only the second is held during a write, so that counting does not wait for the database.
        self._lock, self._writing = Lock(), Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

    def _start_thread(self) -> None:
        args = (self._stopped, self._interval, _weak_call(self._flush_or_log))
        self._thread = Thread(target=_run, args=args, name="counters", daemon=True)
        self._thread.start()
        atexit.register(_weak_call(self.close))

    def _flush_or_log(self) -> None:
        try:
            self.flush()
        except DatabaseUnavailable:
            pass  # already logged by the database
        except Exception:  # the thread must survive
            log.exception("Counts could not be written")


def _run(stopped: Event, interval: float, write: Callable[[], bool]) -> None:
    while not stopped.wait(interval) and write():
        pass


def _weak_call(method: Callable[[], None]) -> Callable[[], bool]:
    """Return a function that calls a method through a weak reference.

    It returns whether the object still exists.
    """
    reference = WeakMethod(method)

    def call() -> bool:
        found = reference()
        if found:
            found()
        return found is not None

    return call
