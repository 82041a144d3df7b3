"""Run the app on granian, its workers told of every SIGHUP: ``python -m app.serve``.

granian itself would answer SIGHUP by starting new workers, which read a new portals file whether it
is right or not, and drop what waits at the old ones.  So the signal is handed on to the workers,
which read the file anew and go on with the old one where it is wrong.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys

from granian import Granian
from granian.constants import Interfaces

from .reload import on_hangup
from .settings import Settings


def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop.

    :param threads: requests that one worker answers at a time
    """
    # A forked worker has the parent's own answer to SIGTERM until it has set its own, so a server
    # that is stopped while it starts would go on for ever.
    multiprocessing.set_start_method("spawn")
    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_access=False,  # a query string tells what is wrong with somebody's mail
        respawn_failed_workers=True,
    )
    on_hangup(_tell_workers)
    server.serve()


def _tell_workers() -> None:
    for worker in multiprocessing.active_children():
        if worker.pid:
            os.kill(worker.pid, signal.SIGHUP)


if __name__ == "__main__":
    try:
        Settings.from_environment()
    except ValueError as fault:  # said once, in place of every worker's traceback
        sys.exit(str(fault))
    serve(
        os.environ.get("HOST", "127.0.0.1"),
        int(os.environ.get("PORT", "8000")),
        int(os.environ.get("WEB_WORKERS", "1")),
        int(os.environ.get("WEB_THREADS", "16")),
    )
