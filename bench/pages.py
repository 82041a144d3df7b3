"""Compare a question page and a plan page with a bare Flask hello.

Everything is measured in the same run and in turns (hello, a page, the next page, hello, ...).
A ratio is a page's requests a second by hello's, the median over the rounds; hello is 1.00.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import EnvironBuilder

from bench.hello import app as hello_app
from bench.servers import GRANIAN, GUNICORN, NO_CACHE, WRK, counting, rate

QUESTION = "/vi/check?error=relay-denied&place=work&account_domain=proseware.com"
PLAN = "/vi/check?error=mailbox-full"
BROTLI = (("Accept-Encoding", "br"),)

SERVERS = {
    "gunicorn gthread": (GUNICORN, "bench.hello:app", "wsgi:app", 0.45),
    "granian": (GRANIAN, "bench.hello:behind_gateway", "app.server.asgi:app", 0.30),
}
"""By name: the command, hello, the wizard, and the aim for the question page made anew."""
TIMES = {"question page, brotli": 3.5, "plan page, brotli": 6.0}
"""How many times hello's time a page made and compressed for the first time may take in process."""


class Row(NamedTuple):
    """One page, asked for in one way."""

    name: str
    path: str
    cached: bool = False
    headers: tuple[tuple[str, str], ...] = ()


HELLO = Row("hello", "/")
ROWS = [
    Row("question page", QUESTION),
    Row("plan page", PLAN),
    Row("question page, English", QUESTION.replace("/vi/", "/en/")),
    Row("plan page, English", PLAN.replace("/vi/", "/en/")),
    Row("question page, brotli", QUESTION, headers=BROTLI),
    Row("plan page, brotli", PLAN, headers=BROTLI),
    Row("question page, cached", QUESTION, cached=True),
    Row("plan page, cached", PLAN, cached=True),
    Row("question page, brotli, cached", QUESTION, cached=True, headers=BROTLI),
]


def compare(measure: Callable[[Row], float], rounds: int) -> list[float]:
    """Return hello's requests a second, then each row's part of it.

    Measure all rows in turns, with hello at the start and in the middle of each round.
    """
    hellos, ratios = [], []
    half = len(ROWS) // 2
    for _ in range(rounds):
        turn = [measure(row) for row in (HELLO, *ROWS[:half], HELLO, *ROWS[half:])]
        hello = mean((turn.pop(half + 1), turn.pop(0)))
        hellos.append(hello)
        ratios.append([page / hello for page in turn])
    return [median(hellos), *map(median, zip(*ratios, strict=True))]


def in_process() -> dict[str, list[float]]:
    """Call the applications themselves, with no server between.

    By WSGI, and by Flask's test client, which takes as long as hello does itself.
    """
    from app import create_app

    os.environ.update(NO_CACHE)
    uncached = create_app()
    del os.environ["PAGE_CACHE"]
    cached = create_app()

    def app_of(row: Row) -> Flask:
        if row is HELLO:
            return hello_app
        return cached if row.cached else uncached

    def by_wsgi(row: Row) -> float:
        app = app_of(row)
        request = EnvironBuilder(row.path, "http://127.0.0.1:8000", headers=row.headers)
        environ = request.get_environ()

        def start_response(status: str, headers: object, exc_info: object = None) -> Any:
            if not status.startswith("200 "):
                raise RuntimeError(f"{row.path}: {status}")

        def ask() -> None:
            answer = app(environ.copy(), start_response)
            b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()

        return call_rate(ask)

    def by_client(row: Row) -> float:
        client = app_of(row).test_client(use_cookies=False)

        def ask() -> None:
            if (status := client.get(row.path, headers=row.headers).status_code) != 200:
                raise RuntimeError(f"{row.path}: {status}")

        return call_rate(ask)

    for row in ROWS:
        by_wsgi(row)  # compiles templates, fills the cache
    return {"by WSGI": compare(by_wsgi, 5), "by Flask's client": compare(by_client, 5)}


def call_rate(ask: Callable[[], None]) -> float:
    """Ask again and again, and return how many times a second of processor time."""
    answers, begun = 0, time.process_time()
    while (passed := time.process_time() - begun) < 0.1:
        ask()
        answers += 1
    return answers / passed


def through(command: str, hello: str, wizard: str) -> list[float]:
    """Ask a server of this kind, one worker for each application."""
    with ExitStack() as running:

        def port(app: str, **settings: str) -> int:
            return running.enter_context(counting(command.format(app=app), **settings)).port

        greeting, cached, uncached = port(hello), port(wizard), port(wizard, **NO_CACHE)

        def measure(row: Row) -> float:
            where = greeting if row is HELLO else cached if row.cached else uncached
            return rate(where, row.path, row.headers)

        return compare(measure, rounds=3)


def main() -> None:
    """Measure, and print. Slow pages fail nothing: only pages that do not work do."""
    os.environ.pop("PAGE_CACHE", None)
    with TemporaryDirectory() as folder:  # counted as in production, but nowhere that matters
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/counts.sqlite3"
        columns = processes = in_process()
        if WRK is None:
            print("Pages through a server: not measured, since wrk is not installed.")
        else:
            columns = columns | {name: through(*parts[:3]) for name, parts in SERVERS.items()}
    width = max(len(row.name) for row in ROWS)
    print(" " * width + "".join(f"  {name:>17}" for name in columns))
    for number, row in enumerate((HELLO, *ROWS)):
        cells = (figures[number] if number else 1 for figures in columns.values())
        print(f"{row.name:{width}}" + "".join(f"  {cell:17.2f}" for cell in cells))
    rates = (f"  {hello:17,.0f}" for hello, *_ in columns.values())
    print(f"{'(hello: requests a second)':{width}}" + "".join(rates))
    for wanted, most in TIMES.items():
        number = next(at for at, row in enumerate(ROWS, 1) if row.name == wanted)
        for name, figures in processes.items():
            times = 1 / figures[number]
            verdict = "met" if times <= most else "NOT met"
            print(f"Aim: {wanted}, {name} at most {most} x hello: {times:.1f}, {verdict}")
    for name, (*_, aim) in SERVERS.items():
        if name in columns:
            ratio = columns[name][1]
            verdict = "met" if ratio >= aim else "NOT met"
            print(f"Aim: question page through {name} at least {aim:.2f}: {ratio:.2f}, {verdict}")
