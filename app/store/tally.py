"""What was just counted: kept in memory, and written to the database every few seconds."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable
from datetime import date
from threading import Event, Lock, Thread
from typing import Final
from weakref import WeakMethod

from .counts import LONGEST, Key, add_counts
from .database import Database, DatabaseAway

EVERY: Final = 5.0
"""Seconds between two writings; a process that is killed loses that much."""
MOST: Final = 20_000
"""How many different things are held while the database is away."""

log = logging.getLogger(__name__)


class Tally:
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
        self._held: dict[Key, int] = {}
        self._lock, self._writing = Lock(), Lock()
        self._ended = Event()
        self._thread: Thread | None = None
        os.register_at_fork(after_in_child=_weakly(self._forget))

    def add(self, portal: str, *seen: tuple[str, str]) -> None:
        """Count something: pairs of what and its value, each a fixed word of ours."""
        day = self.today()
        with self._lock:
            for what, value in seen:
                key = (day, portal[: LONGEST[0]], what[: LONGEST[1]], value[: LONGEST[2]])
                if key in self._held:
                    self._held[key] += 1
                elif len(self._held) < MOST:
                    self._held[key] = 1
            if self._thread is None:
                self._begin()

    def flush(self) -> None:
        """Write what is held; what cannot be written is held on to.

        :raise DatabaseAway: it does not answer
        """
        with self._writing:
            with self._lock:
                held, self._held = self._held, {}
            if not held:
                return
            try:
                with self.database.writing() as connection:
                    add_counts(connection, held)
            except BaseException:
                with self._lock:
                    for key, number in self._held.items():
                        held[key] = held.get(key, 0) + number
                    self._held = held
                raise

    def close(self) -> None:
        """Write what is held a last time, and count on until the process ends."""
        self._ended.set()
        self._try()

    def _forget(self) -> None:
        """Begin with nothing: a forked child must not write what its parent will."""
        self._held = {}
        self._lock, self._writing = Lock(), Lock()
        self._ended, self._thread = Event(), None

    def _begin(self) -> None:
        args = (self._ended, self._every, _weakly(self._try))
        self._thread = Thread(target=_go_on, args=args, name="tally", daemon=True)
        self._thread.start()
        atexit.register(_weakly(self.close))

    def _try(self) -> None:
        try:
            self.flush()
        except DatabaseAway:
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
