"""Faults of what the server stands on, as people see them who go on meanwhile.

The wizard always answers; the desk works, or says clearly that it cannot just now; nothing that it
has acknowledged is lost; and all comes back by itself.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import count, cycle
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import psycopg
import pytest

from app.store import Database
from bench.scale.load import TOKEN, VERSION
from bench.scale.seed import Desk, Size, fill
from tests.api import redisserver
from tests.api.redisserver import RedisServer
from tests.browser.server import HOST, PATIENCE, Served, serving
from tests.server.test_workers import workers
from tests.store.postgres import PostgresServer

AGENTS = 4
SIZE = Size(cases=50, open=40, due=0, days=1, agents=AGENTS)
WIZARD = "/vi/check?error=relay-denied&place="
WORKERS = 2


class Refused(Exception):
    """The desk said clearly that it cannot just now."""


class Agent:
    """An agent who writes one note after the other, and knows which were acknowledged."""

    def __init__(self, port: int, name: str, desk: Desk) -> None:
        self._port, self._cookie = port, f"desk={desk.cookies[name]}"
        self.codes = desk.codes[name]
        self._next, self._numbers = cycle(self.codes), count()
        self._name = name
        self.tries = self.refused = 0
        self.kept: set[str] = set()

    def get(self, path: str) -> str:
        """Return a page."""
        return self._ask("GET", path, 200)

    def write(self) -> None:
        """Write a note.

        :raise Refused: it was not kept
        :raise OSError: nobody knows
        """
        try:
            page = self.get(path := f"/vi/desk/cases/{next(self._next)}")
            token, version = TOKEN.search(page), VERSION.search(page)
            assert token
            assert version
            note = f"Note {next(self._numbers)} of {self._name}."
            form = {"csrf_token": token[1], "version": version[1], "note": note}
            self._ask("POST", f"{path}/outcome", 303, form)
            self.kept.add(note)
        finally:
            self.tries += 1

    def _ask(self, method: str, path: str, wanted: int, form: dict[str, str] | None = None) -> str:
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection(HOST, self._port, timeout=PATIENCE)) as client:
            client.request(method, path, urlencode(form or {}), headers)
            answer = client.getresponse()
            page = answer.read().decode()
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0
            assert re.search("<h1>.+</h1>", page), "it is said in words"
            self.refused += 1
            raise Refused
        assert answer.status == wanted, (path, answer.status)
        return page


class World:
    """A server with all that it stands on, and agents who go on whatever happens."""

    def __init__(self, server: Served, url: str, desk: Desk) -> None:
        self.server, self.url = server, url
        self.agents = [Agent(server.port, name, desk) for name in desk.codes]
        self._over = Event()
        self._failed: list[BaseException] = []

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Let the agents write all the time; then hold what is kept against what was told."""
        threads = [Thread(target=self._go_on, args=(agent,)) for agent in self.agents]
        for thread in threads:
            thread.start()
        try:
            self.wait(lambda: all(agent.kept for agent in self.agents))
            yield
            known = [len(agent.kept) for agent in self.agents]
            self.wait(lambda: all(len(a.kept) > n for a, n in zip(self.agents, known, strict=True)))
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        assert not self._failed
        assert {note for agent in self.agents for note in agent.kept} <= self.notes()

    def meanwhile(self) -> None:
        """Let some time go by: the wizard answers, and each agent has tried again."""
        tries, numbers = [agent.tries for agent in self.agents], count()
        while any(a.tries < n + 2 for a, n in zip(self.agents, tries, strict=True)):
            assert not self._failed
            self.visit(f"{WIZARD}work&account_domain=d{next(numbers)}.example")

    def visit(self, path: str) -> None:
        """Read a page of the wizard that is made anew."""
        with closing(http.client.HTTPConnection(HOST, self.server.port, timeout=PATIENCE)) as one:
            one.request("GET", path)
            assert one.getresponse().status == 200

    def wait(self, done: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert not self._failed
            assert time.monotonic() < deadline
            Event().wait(0.02)

    def notes(self) -> set[str]:
        """Return the notes that are kept."""
        with closing(Database(self.url)) as database, database.reading() as connection:
            return set(connection.exec_driver_sql("SELECT text FROM notes").scalars())

    def _go_on(self, agent: Agent) -> None:
        while not self._over.is_set():
            try:
                agent.write()
            except (Refused, OSError, http.client.HTTPException):
                pass
            except BaseException as fault:
                self._failed.append(fault)
                raise


@contextmanager
def world(folder: Path, url: str, **settings: str) -> Iterator[World]:
    """Run a server on a database that is filled first."""
    with closing(Database(url)) as database:
        database.migrate()
    desk = fill(url, SIZE)
    settings |= {"DATABASE_URL": url, "WEB_WORKERS": str(WORKERS), "CASE_LIMIT": ""}
    with serving(folder / "log", None, **settings) as server:
        yield World(server, url, desk)


# the server itself


def test_a_worker_that_is_killed_is_replaced(database_url: str, tmp_path: Path) -> None:
    with world(tmp_path, database_url) as here, here.going_on():
        log = tmp_path / "log"
        here.wait(lambda: log.read_text("utf-8").count("Started worker") == WORKERS)
        before = workers(here.server)
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        here.wait(lambda: killed not in workers(here.server))
        here.meanwhile()
        here.wait(lambda: len(workers(here.server)) == WORKERS)
        assert len(before) == WORKERS
        here.meanwhile()


# the database and Redis


@contextmanager
def stopped(server: PostgresServer, url: str) -> Iterator[None]:
    server.kill()
    yield
    server.start()


@contextmanager
def frozen(server: PostgresServer, url: str) -> Iterator[None]:
    with server.frozen():
        yield


@contextmanager
def restarted(server: PostgresServer, url: str) -> Iterator[None]:
    server.kill()
    server.start()
    yield


def backends(url: str) -> list[int]:
    """Return the processes that serve others in a database."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in found]


@contextmanager
def backend_killed(server: PostgresServer, url: str) -> Iterator[None]:
    os.kill(backends(url)[0], signal.SIGKILL)  # whereupon the others end too, and it recovers
    yield


@contextmanager
def connections_ended(server: PostgresServer, url: str) -> Iterator[None]:
    for pid in backends(url):
        os.kill(pid, signal.SIGTERM)
    yield


@pytest.mark.parametrize(
    "fault",
    [stopped, frozen, restarted, backend_killed, connections_ended],
    ids=lambda f: f.__name__,
)
def test_postgresql(postgres: PostgresServer, tmp_path: Path, fault) -> None:
    url = postgres.new_url()
    with world(tmp_path, url) as here, here.going_on():
        with fault(postgres, url):
            here.meanwhile()
        here.meanwhile()


@pytest.mark.parametrize("fault", [RedisServer.stop, RedisServer.hang], ids=["gone", "hanging"])
def test_redis(database_url: str, tmp_path: Path, fault: Callable[[RedisServer], None]) -> None:
    with ExitStack() as running:
        redis = running.enter_context(redisserver.running(tmp_path))
        here = running.enter_context(world(tmp_path, database_url, RATE_LIMIT_STORAGE=redis.uri))
        with here.going_on():
            fault(redis)
            here.meanwhile()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of its own, which is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        reason = "NOT TESTED with a full disk: must be root"
        if os.environ.get("DISK_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_can_still_be_read(small_disk: Path, tmp_path: Path) -> None:
    with world(tmp_path, f"sqlite:///{small_disk}/desk.sqlite3") as here, here.going_on():
        (agent, *_) = here.agents
        (code, *_) = agent.codes
        before = agent.refused
        with (small_disk / "other").open("wb", buffering=0) as other, suppress(OSError):
            while other.write(b"x" * 512):
                pass
        here.wait(lambda: agent.refused > before)
        for path in ("/vi/desk/cases", f"/vi/case/{code}"):
            agent.get(path)
        here.meanwhile()
        (small_disk / "other").unlink()
