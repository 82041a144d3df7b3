"""A real Redis on a free port of loopback, for as long as a test needs it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

PROGRAM = "redis-server"


class RedisServer:
    """A server that keeps nothing on a disk, and can be taken away."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        with socket.create_server(("127.0.0.1", port)) as listener:
            self.port: int = listener.getsockname()[1]
        self.uri = f"redis://127.0.0.1:{self.port}/0"
        settings = {"bind": "127.0.0.1", "port": self.port, "dir": folder, "save": ""}
        options = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
        self._process = subprocess.Popen([PROGRAM, *options], stdout=subprocess.DEVNULL)
        # Retrying is the client's own way to wait until the server listens.
        with Redis(port=self.port, retry=Retry(ConstantBackoff(0.05), 200)) as client:
            client.ping()

    def kept(self) -> list[str]:
        """Return what is kept."""
        with Redis(port=self.port, decode_responses=True) as client:
            return [str(key) for key in client.scan_iter("*")]

    def fill(self) -> None:
        """Leave no room for anything that is written."""
        with Redis(port=self.port) as client:
            client.config_set("maxmemory", 1)

    def change_password(self) -> None:
        """Refuse everybody who connects from now on."""
        with Redis(port=self.port) as client:
            client.config_set("requirepass", "changed")
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def hang(self) -> None:
        """Let the server take connections and answer nothing, as a frozen machine does."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Take the server away, as a power cut does."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[RedisServer]:
    """Run a Redis; where there is none, skip, or fail if REDIS_TESTS=required.

    :param port: where it listens; 0 for a free port
    """
    if not shutil.which(PROGRAM):
        reason = "NOT TESTED with a real Redis: run tests/api/install as root"
        if os.environ.get("REDIS_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    server = RedisServer(folder, port)
    try:
        yield server
    finally:
        server.stop()
