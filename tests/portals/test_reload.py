"""SIGHUP to the server as it runs in production: new portals at once, and no request dropped."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.browser.pages import write_portals
from tests.browser.server import HOST, PATIENCE, ROOT, Served, serving

WORKERS = 2
PROCESSES = 1 + WORKERS
"""All read the file: the main process for the workers that it may have to start anew."""
PAGE = "/at/proseware/en/check?connection=other"


def fetch(port: int, path: str = PAGE) -> str:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


class Crowd:
    """People who ask for a page without end; what went wrong for any of them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.over = Event()
        self.answers = 0
        self.faults: list[BaseException] = []
        self.people = [Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        while not self.over.is_set():
            try:
                fetch(self.port)
                self.answers += 1
            except BaseException as fault:
                self.faults.append(fault)

    def __enter__(self) -> "Crowd":
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for person in self.people:
            person.join()


@pytest.fixture
def world(tmp_path: Path):
    portals, log = write_portals(tmp_path), tmp_path / "output"
    with serving(log, PORTALS=str(portals), WEB_WORKERS=str(WORKERS)) as server:
        yield server, portals, log


def until_said(log: Path, words: str, times: int) -> None:
    """Wait until every process has said something, as the log tells."""
    for _ in range(1000):
        if log.read_text("utf-8").count(words) >= times:
            return
        Event().wait(0.02)
    raise AssertionError(f"not said {times} times: {words}\n{log.read_text('utf-8')}")


def hang_up(server: Served, log: Path, portals: Path, change: Callable[[str], str], words: str):
    before = log.read_text("utf-8").count(words)
    portals.write_text(change(portals.read_text("utf-8")), "utf-8")
    os.kill(server.pid, signal.SIGHUP)
    until_said(log, words, before + PROCESSES)


def test_a_new_file_is_used_and_a_bad_one_is_not(world) -> None:
    server, portals, log = world
    good = portals.read_text("utf-8")
    with Crowd(server.port) as crowd:
        for number in range(6):
            hang_up(
                server,
                log,
                portals,
                lambda _, name=f"Proseware {number}": good.replace('"Proseware"', f'"{name}"'),
                "was reloaded",
            )
            # Every worker has it, whichever answers.
            assert all(f"Proseware {number}" in fetch(server.port) for _ in range(8))
        hang_up(
            server,
            log,
            portals,
            lambda text: text.replace("192.0.2.0/24", "192.0.2.0/99"),
            "the previous portals stay in use",
        )
        line = good[: good.index("\n[[portal]]\n")].count("\n") + 2
        told = f"portals.toml:{line}: portal[1].networks[1]: '192.0.2.0/99' is not a network"
        assert told in log.read_text("utf-8")
        assert all("Proseware 5" in fetch(server.port) for _ in range(8))
    assert not crowd.faults
    assert crowd.answers > 100


def test_a_fault_in_reading_does_not_end_listening() -> None:
    """In a process of its own: the signal is blocked there from the start."""
    code = (
        "import os, signal, threading; from app.server.sighup import on_sighup; heard = []; "
        "twice = threading.Event()\n"
        "def act():\n"
        "    heard.append(1); len(heard) > 1 and twice.set(); raise RuntimeError\n"
        "on_sighup(act)\n"
        "os.kill(os.getpid(), signal.SIGHUP)\n"
        "while not heard: pass\n"
        "os.kill(os.getpid(), signal.SIGHUP)\n"
        "raise SystemExit(not twice.wait(10))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr.count("Reload after SIGHUP failed") >= 1


def test_nobody_hears_of_what_was_asked(world) -> None:
    server, _, log = world
    fetch(server.port, f"{PAGE}&recipient_domain=adatum.com")
    assert "adatum" not in log.read_text("utf-8")
