"""Start a server for a part of the bench, and ask it for pages with wrk."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browser.server import ROOT, Served, serving

WRK = shutil.which("wrk")
NO_CACHE = {"PAGE_CACHE": "0"}
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

GRANIAN = (
    "granian --interface asginl --workers 1 --http 1 --no-ws --no-access-log"
    " --log-level error --port {{port}} {app}"
)
"""As `make serve` starts it, but with one worker and for any application."""
GUNICORN = (
    "gunicorn --worker-class gthread --workers 1 --threads 2 --keep-alive 60"
    " --no-control-socket --log-level error --bind 127.0.0.1:{{port}} {app}"
)


@contextmanager
def counting(command: str = "python -m app.server", **settings: str) -> Iterator[Served]:
    """Yield a server that counts as in production does, but into a database of its own."""
    with TemporaryDirectory() as folder:
        database = {"DATABASE_URL": f"sqlite:///{folder}/counts.sqlite3", "WEB_WORKERS": "1"}
        with serving(Path(folder) / "log", None, command, ROOT, **database | settings) as server:
            yield server


def rate(port: int, path: str, headers: Iterable[tuple[str, str]]) -> float:
    """Return the requests a second of one URL, over four connections in one second."""
    fields = [word for name, value in headers for word in ("-H", f"{name}: {value}")]
    return float(_wrk(port, path, r"Requests/sec:\s*([\d.]+)", "-d1s", *fields)[1])


def p99(port: int, path: str, seconds: int) -> float:
    """Return the 99th percentile of a page's latency, in milliseconds."""
    found = _wrk(port, path, r"99%\s+([\d.]+)(us|ms|s)", f"-d{seconds}s", "--latency")
    return float(found[1]) * UNITS[found[2]]


def _wrk(port: int, path: str, figure: str, *options: str) -> re.Match[str]:
    url = f"http://127.0.0.1:{port}{path}"
    command = [str(WRK), "-t1", "-c4", *options, url]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(figure, report)
    if found is None or "Non-2xx" in report or "Socket errors" in report:
        raise RuntimeError(f"{url} does not work:\n{report}")
    return found
