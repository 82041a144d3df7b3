"""HTTP over a bare socket: unfinished, slow or malformed, as no library sends it."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from tests.browser.server import HOST

PATIENCE = 15.0


class Answer(NamedTuple):
    """An answer: its status, its head as sent, its body."""

    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, '' when there is none."""
        found = re.search(rf"^{name}: *(.*?)\r?$", self.head, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""


def connect(port: int, source: str = HOST) -> socket.socket:
    """Open a connection with a timeout.

    :param source: the address to come from: any of 127.0.0.0/8 is this machine's
    """
    return socket.create_connection((HOST, port), PATIENCE, (source, 0))


def head(method: str, path: str, *lines: str, host: str = HOST, version: str = "1.1") -> bytes:
    """Return the head of a request."""
    hosts = [f"Host: {host}"] if host else []
    return "\r\n".join([f"{method} {path} HTTP/{version}", *hosts, *lines, "", ""]).encode()


def read_answer(client: socket.socket) -> Answer | None:
    """Read one answer, None where the server hangs up without any."""
    answer = http.client.HTTPResponse(client)
    try:
        answer.begin()
        body = answer.read()
    except (http.client.BadStatusLine, ConnectionError):
        return None
    finally:
        answer.close()
    lines = "\n".join(f"{name}: {value}" for name, value in answer.getheaders())
    return Answer(answer.status, lines, body)


def ask(port: int, request: bytes) -> Answer | None:
    """Send a request as it is, and read the answer."""
    with connect(port) as client:
        client.sendall(request)
        return read_answer(client)


def is_closed(client: socket.socket) -> bool:
    """Wait until the server closes the connection; return whether it did."""
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@contextmanager
def many(port: int, number: int, request: bytes = b"") -> Iterator[list[socket.socket]]:
    """Keep many connections open, each with a request, or the beginning of one."""
    with ExitStack() as opened:
        clients = [opened.enter_context(connect(port)) for _ in range(number)]
        for client in clients:
            client.sendall(request)
        yield clients
