"""Read the portals anew on SIGHUP, inside the running process: no request is dropped for it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from threading import Thread

log = logging.getLogger(__name__)
HANGUP = {signal.SIGHUP}


def block_sighup() -> None:
    """Keep SIGHUP waiting for whoever asks for it; threads and processes begun later inherit that.

    So a signal that comes while a process is still starting is neither lost nor its end.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, HANGUP)


def on_sighup(act: Callable[[], object]) -> None:
    """Do something at every SIGHUP from now on, in a thread of its own, one after the other."""
    block_sighup()

    def wait() -> None:
        while True:
            signal.sigwait(HANGUP)
            try:
                act()
            except Exception:  # the next one must still be heard
                log.exception("SIGHUP came to nothing")

    Thread(target=wait, name="hangup", daemon=True).start()
