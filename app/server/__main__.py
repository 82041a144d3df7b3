"""Run the app on granian, and forward SIGHUP to its workers: ``python -m app.server``.

By itself granian restarts its workers on SIGHUP, which drops waiting requests and loads an invalid
portals file.  So the signal is forwarded to the workers, which reload the file and keep the old one
if the new one is invalid.

On Linux the application is loaded here and workers are forked, so that they share its memory.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import sys
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from .sighup import block_sighup, on_sighup

if TYPE_CHECKING:
    from ..portals import PortalRegistry
    from ..services import Services

MAX_HEAD: Final = 32 * 1024
"""Bytes of a request's head; our links have at most 4,000 characters."""
CONNECTIONS: Final = 4096
"""Open connections of one worker, if the limit of open files allows it."""
FORKING: Final = sys.platform == "linux"
PR_SET_PDEATHSIG: Final = 1
ENDING: Final = {signal.SIGTERM, signal.SIGINT}
RELOADING: Final = Lock()
"""Held while portals are reloaded, and while a worker is forked: it inherits all or nothing."""


def serve(host: str, port: int, made: Services) -> None:
    """Serve until stopped; HTTP/1.1 only, which is what proxies use towards us.

    HTTP/2 would allow heads of 16 MB and unbounded parallel requests on one connection.
    """
    if FORKING:
        multiprocessing.set_start_method("fork")
        os.register_at_fork(
            before=_before_fork,
            after_in_parent=_after_fork,
            after_in_child=partial(_begin_worker, os.getpid()),
        )
        gc.collect()
        gc.freeze()  # else the first collection of a worker copies all that is shared
    server = Granian(
        "app.server.asgi:app",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=made.settings.web_workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=made.settings.head_timeout * 1000, max_buffer_size=MAX_HEAD
        ),
        backlog=CONNECTIONS,
        backpressure=_allow_connections(CONNECTIONS),
        websockets=False,
        log_access=False,  # a query string is personal: it describes somebody's mail problem
        respawn_failed_workers=True,
    )
    # Its thread waits in the kernel, and so holds nothing that a fork copies.
    on_sighup(partial(_reload, made.portals))
    server.serve()


def _before_fork() -> None:
    RELOADING.acquire()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def _after_fork() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    RELOADING.release()


def _begin_worker(parent: int) -> None:
    """Let a worker end when it is told to, and at once when the main process ends before it.

    Else it would go on answering beside the next server on the same port.  SIGKILL, because
    granian loses a SIGTERM that comes while a worker starts.
    """
    for number in ENDING:  # those inherited would have no effect until granian sets its own
        signal.signal(number, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _after_fork()
    if os.getppid() != parent:  # it ended before
        os.kill(os.getpid(), signal.SIGTERM)


def _allow_connections(wanted: int) -> int:
    """Raise the limit of open files as far as needed and allowed.

    :return: the number of connections that fit
    """
    spare = 256  # the database, templates, pipes
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + spare if most == resource.RLIM_INFINITY else min(wanted + spare, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(files - spare, files // 2)


def _reload(portals: PortalRegistry) -> None:
    """Reload the portals in every worker, and here for those that will replace them."""
    with RELOADING:
        portals.reload()
    for worker in multiprocessing.active_children():
        if worker.pid:
            os.kill(worker.pid, signal.SIGHUP)


if __name__ == "__main__":
    block_sighup()
    from .application import made

    if made.portals.path and not made.portals.all():
        # The servers before, which are to be restarted one after the other, keep theirs.
        sys.exit(f"{made.portals.path} has no portal that can be used, so nothing is started")
    port = os.environ.get("PORT", "8000")
    if not (port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}")
    host = os.environ.get("HOST", "127.0.0.1")
    serve(host, int(port), made)
