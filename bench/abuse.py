"""Compare the server at rest with the server under abuse: p99 of other pages, and memory.

The abuse is a process of its own, which keeps its numbers up for as long as it runs: uploads that
stall, connections that say nothing, and readers who ask for pages and do not take them.  Rest and
abuse are measured in turns in one run.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median

from bench.servers import NO_CACHE, WRK, counting, p99

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


async def abuse(port: int, ready: Event) -> None:
    """Keep the connections of every kind up until this process is ended."""
    loop = asyncio.get_running_loop()

    async def hold(said: bytes, begun: asyncio.Event) -> None:
        slow = said is REQUEST
        while True:  # begin anew whenever the server hangs up
            with socket.socket() as client, suppress(ConnectionError):
                client.setblocking(False)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                await loop.sock_connect(client, ("127.0.0.1", port))
                await loop.sock_sendall(client, said)
                if not slow:
                    begun.set()
                while await loop.sock_recv(client, SIP if slow else 65536):
                    begun.set()  # a slow reader has been answered, and now takes its time
                    await asyncio.sleep(slow)

    all_said = [said for number, said in KINDS.values() for _ in range(number)]
    begun = [asyncio.Event() for _ in all_said]
    async with asyncio.TaskGroup() as held:
        for pair in zip(all_said, begun, strict=True):
            held.create_task(hold(*pair))
        for event in begun:
            await event.wait()
        ready.set()


def _run(port: int, ready: Event) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(abuse(port, ready))


@contextmanager
def abused(port: int) -> Iterator[None]:
    """Let somebody abuse the server during the block."""
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    process = spawn.Process(target=_run, args=(port, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise RuntimeError("the abuse does not begin")
        yield
    finally:
        process.kill()
        process.join()


def memory(process: int) -> int:
    """Return the resident memory of a process and its children, in bytes."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    status = Path(f"/proc/{process}/status").read_text()
    own = 1024 * int(status.partition("VmRSS:")[2].split()[0])
    return own + sum(memory(int(child)) for child in children)


def main() -> None:
    """Measure, and print; nothing fails."""
    if WRK is None:
        print("Abuse: not measured, since wrk is not installed.")
        return
    with counting(**NO_CACHE) as server:
        p99(server.port, PAGE, SECONDS)  # compiles, fills what is kept
        quiet, busy, before, after = [], [], [], []
        for _ in range(ROUNDS):
            quiet.append(p99(server.port, PAGE, SECONDS))
            before.append(memory(server.pid))
            with abused(server.port):
                busy.append(p99(server.port, PAGE, SECONDS))
                after.append(memory(server.pid))
    times, more = median(busy) / median(quiet), max(after) / median(before)
    print("Abuse: " + ", ".join(f"{number} x {name}" for name, (number, _) in KINDS.items()))
    print(f"  p99 {median(quiet):.1f} ms at rest, {median(busy):.1f} ms under abuse:", end=" ")
    print(_verdict(times, MOST_P99))
    print(f"  memory {median(before) / 2**20:.0f} MiB, {max(after) / 2**20:.0f} MiB:", end=" ")
    print(_verdict(more, MOST_MEMORY))


def _verdict(times: float, most: float) -> str:
    return f"{times:.2f} times, below {most:g} {'met' if times < most else 'NOT met'}"
