"""Let a few threads in at a time, and keep nobody waiting when those inside make no headway."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

MOST: Final = 2
"""Threads that may be inside at once; a server has at least one more, for what needs none."""
PATIENCE: Final = 0.25
LONGEST: Final = 2.0
"""Seconds to wait while others leave and still others are faster."""


class LimitReached(Exception):
    """Those inside make no headway; nobody else is let in just now."""


class ConcurrencyLimit:
    """A gate that lets a number of threads in."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._inside = 0
        self._since = time.monotonic()  # when somebody last came or went
        self._changed = Condition()

    @contextmanager
    def passing(self, patience: float = PATIENCE) -> Iterator[None]:
        """Be inside during the block.

        :param patience: seconds to wait while nobody comes or goes
        :raise LimitReached: it is full, and nobody comes out
        """
        with self._changed:
            self._wait(patience)
            self._move(1)
        try:
            yield
        finally:
            with self._changed:
                self._move(-1)
                self._changed.notify_all()

    def _move(self, change: int) -> None:
        self._inside += change
        self._since = time.monotonic()

    def _wait(self, patience: float) -> None:
        now = time.monotonic()
        end = now + LONGEST
        while self._inside >= self._most:
            # If those inside have been there for too long already, nobody waits once more.
            left = min(self._since + patience, end) - now
            if left <= 0:
                raise LimitReached
            self._changed.wait(left)
            now = time.monotonic()
