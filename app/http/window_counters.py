"""Count by key within a window of time: in this process, or in a Redis that others count in too."""

from __future__ import annotations

import logging
import os
import time
from array import array
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import Any, Final

from limits.errors import StorageError
from limits.storage import storage_from_string

Clock = Callable[[], float]
Counted = tuple[int, float]
"""How often a key was counted in this window, and the seconds until the window ends."""

ROWS: Final = 4
COLUMNS: Final = 1 << 16
_DIGITS: Final = 2
"""Bytes of a digest that name a column: 256 to the second columns."""
_CELL: Final = "I"

PATIENCE: Final = 0.3
"""Seconds that Redis may take to answer before the request goes on without it."""
SLOW: Final = 0.1
"""Seconds after which its answer counts, and the next requests do without it all the same."""
PAUSE: Final = 30.0
"""Seconds in which a Redis that did not answer is not asked again."""

log = logging.getLogger(__name__)


class CountMinSketch:
    """Counter of bounded memory: one megabyte, however many keys there are.

    A key is counted in one cell of each row, and its count is the least of its cells.  Keys that
    share cells may be counted too high, never too low, so no flood of keys hides one.  No key is
    kept.  (Cormode and Muthukrishnan, "An improved data stream summary", 2005, section 3;
    docs/decisions/rate-limit-memory.md.)

    :param window: seconds after which all counts begin anew
    :param clock: seconds of a clock that is never set
    """

    def __init__(self, window: float, clock: Clock = time.monotonic) -> None:
        self._window = window
        self._clock = clock
        self._key = os.urandom(16)  # nobody outside can tell which keys share cells
        self._lock = Lock()
        self._ends = float("-inf")

    def add(self, key: str, amount: int = 1) -> Counted:
        """Add to a key's count, 0 to only look at it."""
        digest = blake2b(key.encode(), digest_size=ROWS * _DIGITS, key=self._key).digest()
        cells = [
            row * COLUMNS + int.from_bytes(digest[row * _DIGITS : (row + 1) * _DIGITS])
            for row in range(ROWS)
        ]
        with self._lock:
            now = self._clock()
            if now >= self._ends:
                self._ends = now + self._window
                self._counts = array(_CELL, bytes(ROWS * COLUMNS * array(_CELL).itemsize))
            if amount:
                for cell in cells:
                    self._counts[cell] = max(0, self._counts[cell] + amount)
            return min(self._counts[cell] for cell in cells), self._ends - now


class RedisCounter:
    """Counter in Redis, with a circuit breaker: after a failure one request in ``PAUSE`` asks.

    :param uri: such as ``redis://host:6379/0``
    :raise ConfigurationError, ValueError: nothing can be reached under this address
    """

    def __init__(self, uri: str, clock: Clock = time.monotonic) -> None:
        self._storage = _open(uri)
        self._clock = clock
        self._lock = Lock()
        self._away = False
        self._paused_until = float("-inf")

    def add(self, key: str, window: int, amount: int = 1) -> Counted | None:
        """Add to a key's count, 0 to only look at it; None while Redis is away.

        :param window: seconds after the first of its counts when a key's count begins anew
        """
        if not self._is_asked():
            return None
        begun = self._clock()
        try:
            # Also for 0: a full Redis can be read and not written, so is of no use.
            count = self._storage.incr(key, window, amount)
            # Nobody waits when a count is taken back, so one question is saved.
            left = self._storage.get_expiry(key) - time.time() if amount >= 0 else 0.0
        except StorageError as fault:
            self._pause(type(fault.__cause__).__name__)
            return None
        if self._clock() - begun > SLOW:
            self._pause("slow")
        else:
            self._resume()
        return count, left

    def _is_asked(self) -> bool:
        with self._lock:
            now = self._clock()
            if now < self._paused_until:
                return False
            if self._away:  # one request finds out whether it is back, the others do not wait
                self._paused_until = now + PAUSE
            return True

    def _pause(self, reason: str) -> None:
        """Stop asking Redis for a while; a fault's message may hold an address: never log it."""
        with self._lock:
            first, self._away = not self._away, True
            self._paused_until = self._clock() + PAUSE
        if first:
            log.error("Redis is away (%s): each process counts requests by itself", reason)

    def _resume(self) -> None:
        if not self._away:
            return
        with self._lock:
            was, self._away = self._away, False
            self._paused_until = float("-inf")
        if was:
            log.warning("Redis is back")


def _open(uri: str) -> Any:
    # Only here, since most installations need no Redis.
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError
    from redis.retry import Retry

    # Once more for a connection gone idle, but not for one that hangs.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
    return storage_from_string(
        uri,
        wrap_exceptions=True,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=retry,  # type: ignore[arg-type] # the library hands it on as it is
    )
