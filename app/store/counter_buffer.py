"""What was just counted: kept in memory, and written to the database every few seconds."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Mapping
from datetime import date
from threading import Event, Lock, Thread
from typing import Final
from weakref import WeakMethod

from .counts import LONGEST, Key, add_counts
from .database import Database, DatabaseUnavailable

EVERY: Final = 5.0
"""Seconds between two writings; a process that is killed loses that much."""
PATIENCE: Final = 1.0
"""Seconds to wait for another thread that is writing; it may be waiting for the database."""
MOST: Final = 20_000
"""How many different things are held while the database is away."""

Seen = tuple[str, tuple[tuple[str, str], ...]]
"""A portal, and what was seen at once: one step for a page, whatever there is to count in it."""

log = logging.getLogger(__name__)


class CounterBuffer:
    """Counts in memory, for any number of threads.

    Its own thread begins with the first count, so each process that counts has one: also one that
    was forked.

    :param today: tells the day that is counted on
    """

    def __init__(
        self, database: Database, today: Callable[[], date] = date.today, every: float = EVERY
    ) -> None:
        self.database = database
        self.today = today
        self._every = every
        self._fresh: dict[Seen, int] = {}
        self._unwritten: dict[Key, int] = {}
        self._begin_locks()
        self._ended = Event()
        self._thread: Thread | None = None
        os.register_at_fork(after_in_child=_weakly(self._forget))

    def add(self, portal: str, *pairs: tuple[str, str]) -> None:
        """Count what was seen at once: pairs of what and its value, each a fixed word of ours."""
        seen = (portal, pairs)
        with self._lock:
            if seen in self._fresh:
                self._fresh[seen] += 1
            elif len(self._fresh) < MOST:
                self._fresh[seen] = 1
            if self._thread is None:
                self._begin()

    def held(self) -> Mapping[Key, int]:
        """Return what has been counted and not yet written."""
        with self._adding:
            return self._take_apart()

    def flush(self) -> None:
        """Write what is held; what cannot be written is held on to.

        :raise DatabaseUnavailable: it does not answer
        """
        if not self._writing.acquire(timeout=PATIENCE):
            raise DatabaseUnavailable
        try:
            with self._adding:
                held = self._take_apart()
            if held:
                with self.database.writing() as connection:
                    add_counts(connection, held)
                with self._adding:
                    self._strike_out(held)
        finally:
            self._writing.release()

    def close(self) -> None:
        """Write what is held a last time, and count on until the process ends."""
        self._ended.set()
        self._try()

    def _forget(self) -> None:
        """Begin with nothing: a forked child must not write what its parent will."""
        self._fresh, self._unwritten = {}, {}
        self._begin_locks()
        self._ended, self._thread = Event(), None

    def _begin_locks(self) -> None:
        # Who counts waits for none but the first, and only the last is kept while writing.
        self._lock, self._adding, self._writing = Lock(), Lock(), Lock()

    def _take_apart(self) -> dict[Key, int]:
        """Add what is fresh to what is unwritten, each pair by itself, and return all of it.

        The day is looked up here, not for each page: at midnight some seconds are taken for the
        next.
        """
        with self._lock:
            fresh, self._fresh = self._fresh, {}
        day = self.today()
        sums = self._unwritten
        portals, whats, values = LONGEST
        for (portal, pairs), number in fresh.items():
            for what, value in pairs:
                key = (day, portal[:portals], what[:whats], value[:values])
                if key in sums or len(sums) < MOST:
                    sums[key] = sums.get(key, 0) + number
        return dict(sums)

    def _strike_out(self, written: Mapping[Key, int]) -> None:
        """Forget what was written, but not what has come since."""
        for key, number in written.items():
            left = self._unwritten.pop(key, 0) - number
            if left > 0:
                self._unwritten[key] = left

    def _begin(self) -> None:
        args = (self._ended, self._every, _weakly(self._try))
        self._thread = Thread(target=_go_on, args=args, name="counters", daemon=True)
        self._thread.start()
        atexit.register(_weakly(self.close))

    def _try(self) -> None:
        try:
            self.flush()
        except DatabaseUnavailable:
            pass  # the database has said so
        except Exception:  # counts are never a reason to stop counting
            log.exception("Counts could not be written")


def _go_on(ended: Event, every: float, write: Callable[[], bool]) -> None:
    while not ended.wait(every) and write():
        pass


def _weakly(method: Callable[[], None]) -> Callable[[], bool]:
    """Return a call of a method that keeps its object no longer than others do.

    The call tells whether the object was still there.
    """
    held = WeakMethod(method)

    def call() -> bool:
        found = held()
        if found:
            found()
        return found is not None

    return call
