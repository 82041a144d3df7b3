"""Compare the server at rest with the server under abuse: p99 of other pages, and memory.

The abuse is a process of its own, which keeps its numbers up for as long as it runs: uploads that
stall, connections that say nothing, and readers who ask for pages and do not take them.  Rest and
abuse are measured in turns in one run.
"""

from __future__ import annotations

import re
import resource
import selectors
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench import load, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "/vi/check?error=relay-denied&place=work&account_domain=proseware.com"
HOST = "Host: 127.0.0.1"
UPLOAD = (
    f"POST /en/read HTTP/1.1\r\n{HOST}\r\nContent-Length: 1000\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
).encode()
REQUEST = f"GET {PAGE} HTTP/1.1\r\n{HOST}\r\n\r\n".encode()
SIP = 64
"""Bytes that a slow reader takes a second."""

KINDS = {
    "stalled upload": (40, UPLOAD),
    "silent connection": (1500, b""),
    "slow reader": (200, REQUEST),
}
"""How many there are of each kind, and what each says before it falls silent."""

ROUNDS, SECONDS = 5, 3
MOST_P99, MOST_MEMORY = 5.0, 1.5
"""What abuse may cost: times the quiet p99, times the quiet memory."""


def abuse(port: int) -> None:
    """Keep the connections of every kind up until this process is ended."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    events = selectors.DefaultSelector()
    readers: list[socket.socket] = []

    def begin(said: bytes) -> None:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", port))
        client.sendall(said)
        if said is REQUEST:
            readers.append(client)
        else:
            events.register(client, selectors.EVENT_READ, said)

    for number, said in KINDS.values():
        for _ in range(number):
            begin(said)
    for reader in readers:  # each has been answered, and now takes its time
        reader.recv(SIP)
    print("ready", flush=True)
    sipped = time.monotonic()
    while True:
        for key, _ in events.select(timeout=0.1):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            if _is_over(client, 65536):
                events.unregister(client)
                client.close()
                begin(key.data)
        if time.monotonic() > sipped + 1:
            sipped = time.monotonic()
            for reader in [reader for reader in readers if _is_over(reader, SIP)]:
                readers.remove(reader)
                reader.close()
                begin(REQUEST)


def _is_over(client: socket.socket, most: int) -> bool:
    try:
        return not client.recv(most, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@contextmanager
def abused(port: int) -> Iterator[None]:
    """Let somebody abuse the server during the block."""
    command = [sys.executable, "-m", "bench.abuse", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def p99(address: tuple[str, int]) -> float:
    """Return the 99th percentile of a page's latency in milliseconds, as wrk measures it."""
    command = [str(load.WRK), "-t1", "-c4", f"-d{SECONDS}s", "--latency", load.url(address, PAGE)]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)", report)
    if found is None or "Non-2xx" in report or "Socket errors" in report:
        raise RuntimeError(f"{PAGE} does not work:\n{report}")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def memory(process: int) -> int:
    """Return the resident memory of a process and its children, in bytes."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    status = Path(f"/proc/{process}/status").read_text()
    own = 1024 * int(status.partition("VmRSS:")[2].split()[0])
    return own + sum(memory(int(child)) for child in children)


def main() -> None:
    """Measure, and print; nothing fails."""
    if load.WRK is None:
        print("Abuse: not measured, since wrk is not installed.")
        return
    with TemporaryDirectory() as folder:
        settings = {"PAGE_CACHE": "0", "DATABASE_URL": f"sqlite:///{folder}/counts.sqlite3"}
        with servers.running(**settings) as (process, port):
            address = ("127.0.0.1", port)
            p99(address)  # compiles, fills what is kept
            quiet, busy, before, after = [], [], [], []
            for _ in range(ROUNDS):
                quiet.append(p99(address))
                before.append(memory(process))
                with abused(port):
                    busy.append(p99(address))
                    after.append(memory(process))
    times, more = median(busy) / median(quiet), max(after) / median(before)
    print("Abuse: " + ", ".join(f"{number} x {name}" for name, (number, _) in KINDS.items()))
    print(f"  p99 {median(quiet):.1f} ms at rest, {median(busy):.1f} ms under abuse:", end=" ")
    print(_verdict(times, MOST_P99))
    print(f"  memory {median(before) / 2**20:.0f} MiB, {max(after) / 2**20:.0f} MiB:", end=" ")
    print(_verdict(more, MOST_MEMORY))


def _verdict(times: float, most: float) -> str:
    return f"{times:.2f} times, below {most:g} {'met' if times < most else 'NOT met'}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        abuse(int(sys.argv[1]))
    start = time.monotonic()
    main()
    print(f"({time.monotonic() - start:.0f} s)", file=sys.stderr)
