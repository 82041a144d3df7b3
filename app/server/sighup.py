"""Handle SIGHUP in a thread of the running process, without dropping requests."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from threading import Thread

log = logging.getLogger(__name__)
HANGUP = {signal.SIGHUP}


def block_sighup() -> None:
    """Let SIGHUP wait until it is waited for, also in later threads and processes.

    So one that arrives while a process is starting is neither lost nor fatal.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, HANGUP)


def on_sighup(act: Callable[[], object]) -> None:
    """Call a function at every SIGHUP, in a thread, one call after the other."""
    block_sighup()

    def wait() -> None:
        while True:
            signal.sigwait(HANGUP)
            try:
                act()
            except Exception:  # the thread must survive
                log.exception("Reload after SIGHUP failed")

    Thread(target=wait, name="hangup", daemon=True).start()
