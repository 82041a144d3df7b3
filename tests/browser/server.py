"""Run the app as it runs in production, on a free port, for as long as it is needed."""

import http.client
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"
PATIENCE = 60.0


@contextmanager
def running(log: Path, port: int | None = None, **settings: str) -> Iterator[str]:
    """Yield the address of a server whose output goes to a file.

    :raise RuntimeError: if it ends at once, or does not answer in time.
    """
    with serving(log, port, folder=ROOT, **settings) as server:
        yield f"http://{HOST}:{server.port}"


class Served(NamedTuple):
    """A server: its main process and its port."""

    pid: int
    port: int


@contextmanager
def serving(
    log: Path,
    port: int | None = None,
    command: str = "python -m app.server",
    folder: Path = ROOT,
    **settings: str,
) -> Iterator[Served]:
    """Yield a server that runs with some settings, and end it afterwards.

    :param command: a program beside this Python, with its arguments
    :param folder: of the project, or of a copy of it
    """
    port = port or free_port()
    # No database unless it is asked for: the one of whoever works here is not for tests.
    here = {"HOST": HOST, "PORT": str(port), "DATABASE_URL": ""}
    environment = os.environ | here | settings
    program, *arguments = command.format(port=port).split()
    with log.open("wb") as output:
        server = subprocess.Popen(
            [BIN / program, *arguments],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(server, port, log)
        yield Served(server.pid, port)
    finally:
        end(server)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force where it does not end by itself."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on.

    It is below those that the system gives to outgoing connections, of which there may be thousands
    while it is being chosen.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server((HOST, port)):
            return port


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_healthy(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server does not answer:\n{log.read_text('utf-8')}")
        time.sleep(0.02)


def is_healthy(port: int) -> bool:
    """Tell whether a server answers on a port."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
