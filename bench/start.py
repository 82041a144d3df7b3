"""Measure what a start costs: processor time until the first answer, and a second worker's memory.

Compiled modules and templates are kept, as on any machine that has run the app before.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.servers import counting
from tests.browser.server import HOST, ROOT

PAGE: Final = "/vi/check?error=relay-denied&place=work&account_domain=proseware.com"
OURS: Final = "from wsgi import app\n"
HELLO: Final = """
from flask import Flask
app = Flask("hello")
app.add_url_rule("/vi/check", "hello", lambda: "hello")
"""
ASK: Final = """
import sys
from werkzeug.test import Client
asked = {"headers": {"Accept-Encoding": "br"}, "base_url": "http://127.0.0.1"}
sys.exit(Client(app).get(sys.argv[1], **asked).status_code != 200)
"""
COLD: Final = 0.6
"""Seconds of processor time from the start of a process to its first answer, at most."""
SECOND: Final = 40
"""MiB that a second worker may add."""
ROUNDS: Final = 5


def main() -> None:
    """Measure, and print."""
    with _kept_bytecode():
        _first_answer(OURS)  # keeps what it has compiled
        starts = [(_first_answer(OURS), _first_answer(HELLO)) for _ in range(ROUNDS)]
        ours, hello = (median(times) for times in zip(*starts, strict=True))
        verdict = "met" if ours <= COLD else "NOT met"
        print(
            f"cold start to first answer: {ours:.2f} s of CPU, a bare Flask hello's {hello:.2f} s, "
            f"aim {COLD}: {verdict}"
        )
        one, two = _memory(1), _memory(2)
        verdict = "met" if two - one <= SECOND else "NOT met"
        print(
            f"memory: one worker {one:.0f} MiB, the second adds {two - one:.0f} MiB, "
            f"aim {SECOND}: {verdict}"
        )


@contextmanager
def _kept_bytecode() -> Iterator[None]:
    with TemporaryDirectory() as folder:
        before = os.environ.copy()
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _first_answer(app: str) -> float:
    """Return the processor time of a process that starts an app, answers one page and ends."""
    command = [sys.executable, "-c", app + ASK, PAGE]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": ""})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{PAGE} does not work")
    return used.ru_utime + used.ru_stime


def _memory(workers: int) -> float:
    """Return the MiB that a server uses once each of its workers has answered pages."""
    with counting(WEB_WORKERS=str(workers)) as server:
        for number in range(200):  # each connection is given to any of the workers
            connection = HTTPConnection(HOST, server.port)
            connection.request("GET", f"{PAGE}&server=s{number}.proseware.com")
            if connection.getresponse().status != 200:
                raise RuntimeError(f"{PAGE} does not work")
            connection.close()
        return sum(map(_proportional_kib, _processes(server.pid))) / 1024


def _processes(pid: int) -> Iterator[int]:
    """Yield a process and all that it has started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _processes(int(child))


def _proportional_kib(pid: int) -> int:
    """Return a process's part of the memory: pages that n processes share count one n-th."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
