"""Security log: sign-ins, refusals and limit hits, as one JSON object a line.

No personal data: events and fields are fixed words, numbers and portal ids, never a name, an IP
address or user input (OWASP ASVS 5.0, V16.2.5).  A flood cannot fill the disk: equal events beyond
a number each minute are only counted, and the count is written before the next event.
"""

from __future__ import annotations

import atexit
import json
import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Final

LOGGER: Final = "thongthu.security"
"""Name of the logger, to which an operator can attach handlers."""
MINUTE: Final = 60.0
MAX_PER_MINUTE: Final = 20
"""Equal events that are written within one minute."""
MAX_KINDS: Final = 1000
"""Different events that are tracked; the oldest is dropped first."""


def install() -> None:
    """Write events to standard error, unless an operator's logging configuration handles them."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.propagate = False


class BurstFilter:
    """Filter for equal events: allow some each minute, count the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allow(self, kind: str) -> bool:
        """Count an event, and return whether to write it."""
        with self._lock:
            start, number = self._windows.get(kind, (self._clock(), 0))
            self._windows[kind] = start, number + 1
        return number < MAX_PER_MINUTE

    def take_suppressed(self, unfinished: bool = False) -> list[tuple[str, int]]:
        """Return kinds and numbers of suppressed events, and start new windows for them.

        :param unfinished: also for kinds whose minute is not over
        """
        now, suppressed = self._clock(), []
        with self._lock:
            while self._windows:
                kind, (start, number) = next(iter(self._windows.items()))  # the oldest
                if now - start < MINUTE and len(self._windows) <= MAX_KINDS and not unfinished:
                    break
                del self._windows[kind]
                if number > MAX_PER_MINUTE:
                    suppressed.append((kind, number - MAX_PER_MINUTE))
        return suppressed


_filter = BurstFilter()


def record(event: str, /, **fields: str | int | bool) -> None:
    """Write an event.

    :param event: a fixed word such as ``sign-in-refused``
    :param fields: fixed words, numbers, ids; never user input
    """
    line = json.dumps({"event": event, **fields}, ensure_ascii=True)
    _write_suppressed()
    if _filter.allow(line):
        _write(line)


def _write_suppressed(unfinished: bool = False) -> None:
    for kind, number in _filter.take_suppressed(unfinished):
        _write(f'{kind[:-1]}, "left_out": {number}}}')


def _write(line: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    logging.getLogger(LOGGER).info('{"time": "%s", %s', now, line[1:])


atexit.register(_write_suppressed, unfinished=True)
