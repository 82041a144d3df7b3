"""Start what an operator would: PostgreSQL, Redis, two servers, and nginx with TLS before them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.api import redisserver
from tests.browser.server import BIN, ROOT, free_port, serving
from tests.server.proxies import Proxy, in_front
from tests.store import postgres
from tests.store.postgres import PostgresServer

POSTGRES: Final = {"fsync": "on", "shared_buffers": "256MB"}
"""What differs from the tests' own: a write is acknowledged once it is on the disk."""
SHARED: Final = {
    "WEB_WORKERS": "2",  # as `make serve` on two cores
    "PORTALS": str(ROOT / "docs" / "portals" / "example.toml"),
    "TRUSTED_PROXIES": "127.0.0.1",
    "CASE_LIMIT": "",  # all visitors come from one address
}


class Server:
    """A server that can be restarted; each of its lives has a log of its own."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self._folder, self._settings = folder, settings
        self._running = ExitStack()
        self._logs: list[Path] = []
        folder.mkdir()

    def start(self) -> None:
        """Start it, and return when it answers."""
        self._logs.append(self._folder / f"{len(self._logs)}.log")
        server = serving(self._logs[-1], self.port, folder=ROOT, **self._settings)
        self._running.enter_context(server)

    def stop(self) -> None:
        """End it as an operator does, and return when it has gone."""
        self._running.close()

    @property
    def log(self) -> list[str]:
        """All lines that it has written."""
        return [line for log in self._logs for line in log.read_text("utf-8").splitlines()]


class Stack:
    """All that runs: ``servers`` behind ``proxy``, on the database at ``url``."""

    def __init__(
        self, folder: Path, settings: dict[str, str], servers: list[Server], proxy: Proxy
    ) -> None:
        self.url = settings["DATABASE_URL"]
        self.servers, self.proxy = servers, proxy
        self.certificate = folder / "wizard.crt"
        self._settings = settings

    def restart(self) -> None:
        """Restart one server after the other."""
        for server in self.servers:
            server.stop()
            server.start()

    def command(self, *words: str) -> str:
        """Run a command of ``flask``, and return what it says."""
        return command(self._settings, *words)


def command(settings: dict[str, str], *words: str) -> str:
    """Run a command of ``flask`` with some settings, and return what it says.

    :raise RuntimeError: it fails
    """
    done = subprocess.run(
        [BIN / "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


@contextmanager
def databases(folder: Path) -> Iterator[tuple[PostgresServer, dict[str, str]]]:
    """Run PostgreSQL and Redis; yield the settings of servers that use them."""
    with postgres.running(**POSTGRES) as database, redisserver.running(folder) as redis:
        yield (
            database,
            SHARED | {"DATABASE_URL": database.new_url(), "RATE_LIMIT_STORAGE": redis.uri},
        )


@contextmanager
def serving_all(folder: Path, settings: dict[str, str]) -> Iterator[Stack]:
    """Run two servers and the proxy before them."""
    servers = [Server(folder / name, settings) for name in ("first", "second")]
    with ExitStack() as running:
        for server in servers:
            running.callback(server.stop)
        first, second = (server.port for server in servers)
        proxy = running.enter_context(in_front("nginx", first, folder, second=second))
        settings["PUBLIC_URL"] = f"https://127.0.0.1:{proxy.tls}"
        for server in servers:
            server.start()
        yield Stack(folder, settings, servers, proxy)
