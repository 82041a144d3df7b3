"""Limit concurrent calls, and fail fast when no call completes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

MAX_CALLS: Final = 2
"""Concurrent calls; a server has more threads, for pages without a call."""
MAX_STALL: Final = 0.25
MAX_WAIT: Final = 2.0
"""Seconds to wait: while no call starts or ends, and in all."""


class LimitReached(Exception):
    """The limit is reached, and no call has completed for too long."""


class ConcurrencyLimit:
    """Limit of concurrent calls."""

    def __init__(self, most: int = MAX_CALLS) -> None:
        self._most = most
        self._running = 0
        self._last_change = time.monotonic()  # of the last start or end of a call
        self._changed = Condition()

    @contextmanager
    def hold(self, patience: float = MAX_STALL) -> Iterator[None]:
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
        self._running += change
        self._last_change = time.monotonic()

    def _wait(self, patience: float) -> None:
        now = time.monotonic()
        end = now + MAX_WAIT
        while self._running >= self._most:
            # Counted from the last change: when calls already hang, a new one does not wait again.
            left = min(self._last_change + patience, end) - now
            if left <= 0:
                raise LimitReached
            self._changed.wait(left)
            now = time.monotonic()
