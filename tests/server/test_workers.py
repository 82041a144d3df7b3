"""Workers are forked from one process that has loaded everything, and end with it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from tests.browser.pages import write_portals
from tests.browser.server import PATIENCE, ROOT, Served, free_port, is_healthy, serving
from tests.server.wire import ask, head

WAY_IN = head("GET", "/at/proseware/en/check?connection=other")
TICK = 0.02


def workers(server: Served) -> set[int]:
    """Return the processes that the main process has forked."""
    tasks = Path(f"/proc/{server.pid}/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


def is_running(pid: int) -> bool:
    """Tell whether a process has not ended; one that nobody has waited for has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_listening(port: int) -> bool:
    try:
        ask(port, WAY_IN)
    except ConnectionRefusedError:
        return False
    except ConnectionError:  # it is just ending
        pass
    return True


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(round(PATIENCE / TICK)):
        if holds():
            return
        Event().wait(TICK)
    raise AssertionError("it never came about")


def rename(portals: Path, name: str) -> None:
    portals.write_text(portals.read_text("utf-8").replace('"Proseware"', f'"{name}"'), "utf-8")


def page(server: Served) -> str:
    answer = ask(server.port, WAY_IN)
    assert answer is not None
    assert answer.status == 200
    return answer.body.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_workers_end_when_the_main_process_is_killed(tmp_path: Path, count: int) -> None:
    portals = write_portals(tmp_path)
    settings = {"PORTALS": str(portals), "WEB_WORKERS": str(count)}
    port = free_port()
    with serving(tmp_path / "first", port, **settings) as first:
        wait_until(lambda: len(workers(first)) == count)
        old = workers(first)
        assert "Proseware" in page(first)
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, old)))
        wait_until(lambda: not is_listening(port))
    rename(portals, "Adatum")
    with serving(tmp_path / "second", port, **settings) as second:
        # A worker that were left would take its share of these.
        assert all("Adatum" in page(second) for _ in range(30))


def test_a_worker_whose_parent_is_gone_before_it_begins_ends() -> None:
    code = (
        "import os, signal; from app.server import __main__ as main; main._before_fork()\n"
        "child = os.fork()\n"
        "if not child: main._begin_worker(os.getppid() + 1); signal.pause()\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) + 15)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=PATIENCE).returncode == 0


def test_a_worker_that_was_killed_is_replaced_by_one_with_the_portals_of_today(
    tmp_path: Path,
) -> None:
    portals, log = write_portals(tmp_path), tmp_path / "log"
    with serving(log, PORTALS=str(portals), WEB_WORKERS="1") as server:
        (old,) = workers(server)
        rename(portals, "Adatum")
        os.kill(server.pid, signal.SIGHUP)
        wait_until(lambda: "Adatum" in page(server))
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: bool(workers(server) - {old}))
        wait_until(lambda: is_healthy(server.port))
        assert "Adatum" in page(server)


def test_counts_are_written_when_the_server_ends(tmp_path: Path) -> None:
    file = tmp_path / "counts.sqlite3"
    with serving(tmp_path / "log", DATABASE_URL=f"sqlite:///{file}", WEB_WORKERS="2") as server:
        for _ in range(20):
            assert ask(server.port, head("GET", "/en/check")) is not None
    with closing(sqlite3.connect(file)) as database:
        (shown,) = database.execute(
            "SELECT sum(number) FROM counts WHERE what = 'shown'"
        ).fetchone()
    assert shown == 20
