"""Start WSGI servers on free loopback ports, and end them by their pid."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

# granian as `make serve` starts it, but with one worker.
COMMANDS = {
    "gunicorn gthread": (
        "gunicorn --worker-class gthread --workers 1 --threads 2 --keep-alive 60"
        " --no-control-socket --log-level error --bind {host}:{port} {app}"
    ),
    "granian": (
        "granian --interface asginl --workers 1 --http 1 --no-ws --no-access-log"
        " --log-level error --host {host} --port {port} {app}"
    ),
}


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(kind: str, app: str, **environment: str) -> Iterator[tuple[str, int]]:
    """Serve `app` by a server of this kind, and yield its address."""
    host, port = "127.0.0.1", free_port()
    program, *arguments = COMMANDS[kind].format(host=host, port=port, app=app).split()
    server = subprocess.Popen(
        [BIN / program, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
    )
    try:
        wait_for(server, f"http://{host}:{port}")
        yield host, port
    finally:
        _end(server)


@contextmanager
def running(**environment: str) -> Iterator[tuple[int, int]]:
    """Run the server as `make serve` does, with one worker, and yield its pid and its port."""
    port = free_port()
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "1"} | environment
    server = subprocess.Popen(
        [sys.executable, "-m", "app.server"],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(server, f"http://127.0.0.1:{port}/healthz")
        yield server.pid, port
    finally:
        _end(server)


def wait_for(server: subprocess.Popen[bytes], url: str, seconds: float = 20) -> None:
    """Wait until the server answers.

    :raise RuntimeError: if it ends, or says nothing in time.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            opener.open(url, timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no answer from {server.args!r}")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
