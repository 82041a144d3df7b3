"""ASGI entry point: ``app.server.asgi:app``."""

from __future__ import annotations

import atexit
import socket
from contextlib import suppress
from functools import partial
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final

from ..presentation.paste_input import LARGEST_UPLOAD
from .application import app as wsgi_app
from .application import made, start_threads
from .gateway import Gateway, UploadLimits

OPEN_FILES: Final = Path("/proc/self/fd")


def drop_unread(seconds: int) -> None:
    """Set TCP_USER_TIMEOUT on the listening sockets of this process; do nothing outside Linux.

    Servers built on hyper keep connections open forever whose client does not read what is sent.
    The kernel closes them if the listening socket has this option, which connections inherit
    (tcp(7); RFC 5482).
    granian does not expose its socket, so it is searched for among the open files.

    :param seconds: how long sent data may stay unacknowledged
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is None or not OPEN_FILES.is_dir():
        return
    for file in OPEN_FILES.iterdir():
        try:
            found = socket.socket(fileno=int(file.name))
        except OSError:  # not a socket
            continue
        try:
            with suppress(OSError):  # not TCP
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.setsockopt(socket.IPPROTO_TCP, option, seconds * 1000)
        finally:
            found.detach()  # granian owns it


start_threads()
# A forked process ends without them, and counts would be lost.
Finalize(None, atexit._run_exitfuncs, exitpriority=0)
app = Gateway(
    wsgi_app,
    made.settings.web_threads,
    UploadLimits(LARGEST_UPLOAD, patience=made.settings.body_timeout),
    partial(drop_unread, made.settings.send_timeout),
)
