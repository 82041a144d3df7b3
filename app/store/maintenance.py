"""Look after what is kept, from time to time, whether anybody comes or not."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from .database import DatabaseUnavailable

FIRST: Final = 60.0
EVERY: Final = 3600.0
"""Seconds before the first time, about, and between two of them."""

log = logging.getLogger(__name__)


def start_maintenance(
    sweep: Callable[[], object], first: float = FIRST, every: float = EVERY
) -> Callable[[], None]:
    """Sweep every hour in a thread of its own, and return what ends that."""
    ended = Event()

    def go_on() -> None:
        # Not all processes of a server at once, which begin at once.
        wait = first * random.uniform(0.5, 1.5)
        while not ended.wait(wait):
            try:
                sweep()
            except DatabaseUnavailable:
                pass  # the database has said so
            except Exception:  # the next time must still come
                log.exception("What has expired could not be erased")
            wait = every

    Thread(target=go_on, name="upkeep", daemon=True).start()
    return ended.set
