"""Run the sweep in the background every hour."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from .database import DatabaseUnavailable

FIRST_DELAY: Final = 60.0
INTERVAL: Final = 3600.0
"""Seconds before the first sweep, roughly, and between sweeps."""

log = logging.getLogger(__name__)


def start_maintenance(
    sweep: Callable[[], object], first: float = FIRST_DELAY, interval: float = INTERVAL
) -> Callable[[], None]:
    """Start a thread that calls ``sweep`` every ``interval`` seconds; return its stop function.

    :param first: seconds before the first sweep, varied by half
    """
    stopped = Event()

    def run() -> None:
        # The workers of a server start together; their sweeps should not.
        wait = first * random.uniform(0.5, 1.5)
        while not stopped.wait(wait):
            try:
                sweep()
            except DatabaseUnavailable:
                pass  # already logged by the database
            except Exception:  # the thread must survive
                log.exception("What has expired could not be erased")
            wait = interval

    Thread(target=run, name="upkeep", daemon=True).start()
    return stopped.set
