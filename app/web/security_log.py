"""Security log: sign-ins, refusals and limit hits, as one JSON object a line.

No personal data: an event and its fields are fixed words, numbers and portal ids, never a name, an
address of the network or anything that was typed (OWASP ASVS 5.0, V16.2.5).  Nobody can fill a disk
with it: of events that are alike, only some are written each minute, and the rest are counted.
"""

from __future__ import annotations

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
"""The name of Python's logger; an operator may hang handlers of their own on it."""
MINUTE: Final = 60.0
BURST: Final = 20
"""Events that are alike and are written within one minute."""
KINDS: Final = 1000
"""How many different events are told apart; the one that came least lately is forgotten first."""


def install() -> None:
    """Write events to standard error, unless an operator's logging configuration handles them."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.propagate = False


class Burst:
    """Tells which of many events that are alike are to be written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def pass_on(self, kind: str) -> int | None:
        """Return how many were left out before this one, None to leave this one out as well."""
        now = self._clock()
        with self._lock:
            began, number = self._seen.pop(kind, (now, 0))
            over = now - began >= MINUTE
            missed = max(0, number - BURST) if over else 0
            began, number = (now, 1) if over else (began, number + 1)
            self._seen[kind] = began, number
            if len(self._seen) > KINDS:
                self._seen.popitem(last=False)
        return missed if number <= BURST else None


_burst = Burst()


def record(event: str, /, **fields: str | int | bool) -> None:
    """Write an event.

    :param event: what happened, a fixed word such as ``sign-in-refused``
    :param fields: what belongs to it: fixed words, numbers, ids; never anything that was typed
    """
    told = json.dumps({"event": event, **fields}, ensure_ascii=True)
    missed = _burst.pass_on(told)
    if missed is None:
        return
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    more = f', "left_out": {missed}' if missed else ""
    logging.getLogger(LOGGER).info('{"time": "%s"%s, %s', now, more, told[1:])
