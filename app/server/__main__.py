"""Run the app on granian, and forward SIGHUP to its workers: ``python -m app.server``.

By itself granian restarts its workers on SIGHUP, which drops waiting requests and loads an invalid
portals file.  So the signal is forwarded to the workers, which reload the file and keep the old one
if the new one is invalid.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from .sighup import on_sighup

MAX_HEAD: Final = 32 * 1024
"""Bytes of a request's head; our links have at most 4,000 characters."""
CONNECTIONS: Final = 4096
"""Open connections of one worker, if the limit of open files allows it."""


def serve(host: str, port: int, workers: int, head_timeout: int) -> None:
    """Serve until stopped; HTTP/1.1 only, which is what proxies use towards us.

    HTTP/2 would allow heads of 16 MB and unbounded parallel requests on one connection.

    :param head_timeout: seconds until the head of a connection's next request is complete, idle
        time included
    """
    # A forked worker inherits the parent's SIGTERM handler until it sets its own, so a server
    # stopped during its start would run on.
    multiprocessing.set_start_method("spawn")
    server = Granian(
        "app.server.asgi:app",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=head_timeout * 1000, max_buffer_size=MAX_HEAD
        ),
        backlog=CONNECTIONS,
        backpressure=_allow_connections(CONNECTIONS),
        websockets=False,
        log_access=False,  # a query string is personal: it describes somebody's mail problem
        respawn_failed_workers=True,
    )
    on_sighup(_forward_sighup)
    server.serve()


def _allow_connections(wanted: int) -> int:
    """Raise the limit of open files as far as needed and allowed.

    :return: the number of connections that fit
    """
    spare = 256  # the database, templates, pipes
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + spare if most == resource.RLIM_INFINITY else min(wanted + spare, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(files - spare, files // 2)


def _forward_sighup() -> None:
    for worker in multiprocessing.active_children():
        if worker.pid:
            os.kill(worker.pid, signal.SIGHUP)


if __name__ == "__main__":
    try:
        from ..portals.registry import read_tables
        from ..settings import Settings  # the content is loaded with it

        settings = Settings.from_environment()
        if settings.portals:
            read_tables(Path(settings.portals))
    except ValueError as fault:  # one line instead of every worker's traceback
        sys.exit(str(fault))
    port = os.environ.get("PORT", "8000")
    if not (port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}")
    host = os.environ.get("HOST", "127.0.0.1")
    serve(host, int(port), settings.web_workers, settings.head_timeout)
