"""A circuit breaker: leave alone what does not answer, and let one call find out if it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class CircuitBreaker:
    """State of one thing outside this process, for all its threads.

    :param pause: seconds without another try after a failure
    :param clock: seconds of a clock that is never set
    """

    def __init__(self, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.is_open = False
        """Whether it did not answer when it was last asked."""
        self._pause, self._clock = pause, clock
        self._lock = Lock()
        self._paused_until = float("-inf")

    def admit(self) -> bool:
        """Return whether a call may be made; while it is open, one a pause."""
        with self._lock:
            now = self._clock()
            if now < self._paused_until:
                return False
            if self.is_open:
                self._paused_until = now + self._pause
            return True

    def fail(self) -> bool:
        """Note that a call failed; return whether it is the first to."""
        with self._lock:
            first, self.is_open = not self.is_open, True
            self._paused_until = self._clock() + self._pause
        return first

    def succeed(self) -> bool:
        """Note that a call succeeded; return whether it is the first to after a failure."""
        if not self.is_open:
            return False
        with self._lock:
            first, self.is_open = self.is_open, False
            self._paused_until = float("-inf")
        return first
