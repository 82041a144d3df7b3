"""A real Redis on a free port of loopback, for as long as a test needs it."""

from __future__ import annotations

import os
import shutil
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

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
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

    def stop(self) -> None:
        """Take the server away, as a power cut does."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running(folder: Path) -> Iterator[RedisServer]:
    """Run a Redis; where there is none, skip, or fail if REDIS_TESTS=required."""
    if not shutil.which(PROGRAM):
        reason = "NOT TESTED with a real Redis: run tests/api/install as root"
        if os.environ.get("REDIS_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.stop()
