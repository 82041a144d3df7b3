"""Security log: sign-ins, refusals and limit hits, as one JSON object a line.

No personal data: an event and its fields are fixed words, numbers and portal ids, never a name, an
address of the network or anything that was typed (OWASP ASVS 5.0, V16.2.5).  Nobody can fill a disk
with it: of events that are alike, only some are written each minute, and the rest are counted; one
line says how many, with the next event of any kind after that minute.
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
"""The name of Python's logger; an operator may hang handlers of their own on it."""
MINUTE: Final = 60.0
BURST: Final = 20
"""Events that are alike and are written within one minute."""
KINDS: Final = 1000
"""How many different events are told apart; the one that began first is told of first."""


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
    """Tells which of many events that are alike are to be written, and counts the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def pass_on(self, kind: str) -> bool:
        """Count an event, and tell whether it is to be written."""
        with self._lock:
            began, number = self._seen.get(kind, (self._clock(), 0))
            self._seen[kind] = began, number + 1
        return number < BURST

    def left_out(self, all_of_them: bool = False) -> list[tuple[str, int]]:
        """Return the kinds of which some were left out, with how many, and begin anew with them.

        :param all_of_them: also those whose minute is not over
        """
        now, told = self._clock(), []
        with self._lock:
            while self._seen:
                kind, (began, number) = next(iter(self._seen.items()))  # the one that began first
                if now - began < MINUTE and len(self._seen) <= KINDS and not all_of_them:
                    break
                del self._seen[kind]
                if number > BURST:
                    told.append((kind, number - BURST))
        return told


_burst = Burst()


def record(event: str, /, **fields: str | int | bool) -> None:
    """Write an event.

    :param event: what happened, a fixed word such as ``sign-in-refused``
    :param fields: what belongs to it: fixed words, numbers, ids; never anything that was typed
    """
    told = json.dumps({"event": event, **fields}, ensure_ascii=True)
    _write_left_out()
    if _burst.pass_on(told):
        _write(told)


def _write_left_out(all_of_them: bool = False) -> None:
    for kind, number in _burst.left_out(all_of_them):
        _write(f'{kind[:-1]}, "left_out": {number}}}')


def _write(told: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    logging.getLogger(LOGGER).info('{"time": "%s", %s', now, told[1:])


atexit.register(_write_left_out, all_of_them=True)
