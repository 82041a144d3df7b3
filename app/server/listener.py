"""Drop connections whose other end takes nothing of what is sent to it.

No server written on hyper ends them, and each keeps a place for good.  The kernel does, if it is
told to for the listening socket: connections inherit it (tcp(7), TCP_USER_TIMEOUT; RFC 5482).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

OPEN_FILES: Final = Path("/proc/self/fd")


def drop_unread(seconds: int) -> None:
    """Let the sockets that this process listens on drop connections that are not read from.

    granian keeps its listening socket to itself, so it is looked for among the open files; where
    that cannot be done (other systems than Linux), nothing is.

    :param seconds: how long what is sent may stay unread
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is None or not OPEN_FILES.is_dir():
        return
    for file in OPEN_FILES.iterdir():
        try:
            found = socket.socket(fileno=int(file.name))
        except OSError:  # it is no socket
            continue
        try:
            with suppress(OSError):  # it is none of TCP
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.setsockopt(socket.IPPROTO_TCP, option, seconds * 1000)
        finally:
            found.detach()  # it stays open, and granian's
