"""Limit concurrent calls, and fail fast when no call completes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

MOST: Final = 2
"""Concurrent calls; a server has more threads, for pages without a call."""
PATIENCE: Final = 0.25
LONGEST: Final = 2.0
"""Seconds to wait: while no call starts or ends, and in all."""


class LimitReached(Exception):
    """The limit is reached, and no call has completed for too long."""


class ConcurrencyLimit:
    """Limit of concurrent calls."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._inside = 0
        self._since = time.monotonic()  # of the last start or end of a call
        self._changed = Condition()

    @contextmanager
    def passing(self, patience: float = PATIENCE) -> Iterator[None]:
        """Hold one place during the block.

        :param patience: seconds to wait while no call starts or ends
        :raise LimitReached: no place became free in time
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
            # Counted from the last change: when calls already hang, a new one does not wait again.
            left = min(self._since + patience, end) - now
            if left <= 0:
                raise LimitReached
            self._changed.wait(left)
            now = time.monotonic()
