"""What was just counted: kept in memory, and written to the database interval few seconds."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Mapping
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
        self._new: dict[Observation, int] = {}
        self._sums: dict[CountKey, int] = {}
        self._make_locks()
        self._stopped = Event()
        self._thread: Thread | None = None
        os.register_at_fork(after_in_child=_weak_call(self._reset_in_child))

    def add(self, portal: str, *pairs: tuple[str, str]) -> None:
        """Count the events of one response: pairs of event and value, both fixed words of ours."""
        observation = (portal, pairs)
        with self._lock:
            if observation in self._new:
                self._new[observation] += 1
            elif len(self._new) < MAX_KEYS:
                self._new[observation] = 1
            if self._thread is None:
                self._start_thread()

    def pending(self) -> Mapping[CountKey, int]:
        """Return the counts not yet written."""
        with self._summing:
            return self._collect()

    def flush(self) -> None:
        """Write the pending counts; they stay pending if that fails.

        :raise DatabaseUnavailable: the database does not answer
        """
        if not self._writing.acquire(timeout=WRITE_LOCK_TIMEOUT):
            raise DatabaseUnavailable
        try:
            with self._summing:
                pending = self._collect()
            if pending:
                with self.database.writing() as connection:
                    add_counts(connection, pending)
                with self._summing:
                    self._subtract(pending)
        finally:
            self._writing.release()

    def close(self) -> None:
        """Write the pending counts a last time, and stop the thread."""
        self._stopped.set()
        self._flush_or_log()

    def _reset_in_child(self) -> None:
        """Drop everything: a forked child must not write its parent's counts."""
        self._new, self._sums = {}, {}
        self._make_locks()
        self._stopped, self._thread = Event(), None

    def _make_locks(self) -> None:
        # ``add`` takes only the first; only the last is held during a write.
        self._lock, self._summing, self._writing = Lock(), Lock(), Lock()

    def _collect(self) -> dict[CountKey, int]:
        """Add the new observations to the sums by event, and return a copy of the sums.

        The day is read here and not for each page: a few seconds before midnight count as the
        next day.
        """
        with self._lock:
            new, self._new = self._new, {}
        day = self.today()
        sums = self._sums
        portals, whats, values = MAX_LENGTHS
        for (portal, pairs), number in new.items():
            for what, value in pairs:
                key = (day, portal[:portals], what[:whats], value[:values])
                if key in sums or len(sums) < MAX_KEYS:
                    sums[key] = sums.get(key, 0) + number
        return dict(sums)

    def _subtract(self, written: Mapping[CountKey, int]) -> None:
        """Subtract what was written from the sums."""
        for key, number in written.items():
            left = self._sums.pop(key, 0) - number
            if left > 0:
                self._sums[key] = left

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
