"""Drop connections whose client does not read what is sent.

Servers built on hyper keep them open forever.  The kernel closes them if TCP_USER_TIMEOUT is set on
the listening socket, from which connections inherit it (tcp(7); RFC 5482).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

OPEN_FILES: Final = Path("/proc/self/fd")


def drop_unread(seconds: int) -> None:
    """Set TCP_USER_TIMEOUT on the listening sockets of this process; do nothing outside Linux.

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
