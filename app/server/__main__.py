"""Run the app on granian, its workers told of every SIGHUP: ``python -m app.server``.

granian itself would answer SIGHUP by starting new workers, which read a new portals file whether it
is right or not, and drop what waits at the old ones.  So the signal is handed on to the workers,
which read the file anew and go on with the old one where it is wrong.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from typing import Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from ..settings import Settings
from .sighup import on_sighup

LARGEST_HEAD: Final = 32 * 1024
"""Bytes of a request's head; a link of ours has 4,000 characters at most."""
CONNECTIONS: Final = 4096
"""Connections that one worker keeps open, where the system allows as many files."""


def serve(host: str, port: int, workers: int, head_timeout: int) -> None:
    """Serve until told to stop; HTTP/1.1 only, since a proxy in front speaks no more to us.

    HTTP/2 would take heads of 16 MB, and let one connection ask for everything at once.

    :param head_timeout: seconds that a connection may take until the head of its next request is
        there, silence before it included
    """
    # A forked worker has the parent's own answer to SIGTERM until it has set its own, so a server
    # that is stopped while it starts would go on for ever.
    multiprocessing.set_start_method("spawn")
    server = Granian(
        "app.server.asgi:app",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=head_timeout * 1000, max_buffer_size=LARGEST_HEAD
        ),
        backlog=CONNECTIONS,
        backpressure=_allow_connections(CONNECTIONS),
        websockets=False,
        log_access=False,  # a query string tells what is wrong with somebody's mail
        respawn_failed_workers=True,
    )
    on_sighup(_tell_workers)
    server.serve()


def _allow_connections(wanted: int) -> int:
    """Let this process and its workers open as many files as that takes, or as many as they may.

    :return: the connections that there is room for
    """
    spare = 256  # the database, templates, pipes
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + spare if most == resource.RLIM_INFINITY else min(wanted + spare, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(files - spare, files // 2)


def _tell_workers() -> None:
    for worker in multiprocessing.active_children():
        if worker.pid:
            os.kill(worker.pid, signal.SIGHUP)


if __name__ == "__main__":
    try:
        settings = Settings.from_environment()
    except ValueError as fault:  # said once, in place of every worker's traceback
        sys.exit(str(fault))
    port = os.environ.get("PORT", "8000")
    if not (port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT is a number from 1 to 65535, not {port!r}")
    host = os.environ.get("HOST", "127.0.0.1")
    serve(host, int(port), settings.web_workers, settings.head_timeout)
