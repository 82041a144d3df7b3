"""Connections to the real server: silent, idle, of another protocol, with forged heads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from tests.browser.pages import write_portals
from tests.browser.server import Served, serving
from tests.server.wire import PATIENCE, ask, connect, head, is_closed, many, read_answer

GET = head("GET", "/healthz")
WAY_IN = "/at/proseware/en/check"
CUSTOMER, STRANGER = "192.0.2.77", "198.51.100.9"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("connections")
    settings = {
        "PORTALS": str(write_portals(folder)),
        "TRUSTED_PROXIES": "127.0.0.0/8",
        "HEAD_TIMEOUT": "2",
        "SEND_TIMEOUT": "2",
        "WEB_THREADS": "3",
        "RATE_LIMIT": "3 per hour",
    }
    with serving(folder / "log", **settings) as running:
        yield running


def test_silent_connections_block_nobody_and_are_closed(server: Served) -> None:
    with many(server.port, 1500) as clients:
        answer = ask(server.port, GET)
        assert answer is not None
        assert answer.status == 200
        assert all(is_closed(client) for client in clients)


@pytest.mark.parametrize("beginning", [b"", b"GET /healthz HT", GET[:-2]], ids=["", "line", "head"])
def test_an_incomplete_head_times_out(server: Served, beginning: bytes) -> None:
    with connect(server.port) as client:
        client.sendall(beginning)
        assert is_closed(client)


def test_an_idle_connection_is_closed(server: Served) -> None:
    with connect(server.port) as client:
        client.sendall(GET)
        answer = read_answer(client)
        assert answer is not None
        assert answer.status == 200
        assert is_closed(client)


def is_open(port: int, client: int) -> bool:
    """Tell whether the server's end of a connection is still there, as the kernel lists it."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [(row[1].rpartition(":")[2], row[2].rpartition(":")[2]) for row in rows]
    return (f"{port:04X}", f"{client:04X}") in ends


def test_a_connection_that_is_never_read_from_is_dropped(server: Served) -> None:
    page = head("GET", "/vi/check?error=relay-denied")
    with connect(server.port) as client:
        client.settimeout(0.5)
        with suppress(TimeoutError):  # until the server takes no more requests either
            for _ in range(100_000):
                client.sendall(page * 100)
        port = client.getsockname()[1]
        assert is_open(server.port, port)
        deadline = time.monotonic() + PATIENCE
        while is_open(server.port, port) and time.monotonic() < deadline:
            Event().wait(0.05)
        assert not is_open(server.port, port)


def test_http_2_is_refused(server: Served) -> None:
    with connect(server.port) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
        answered = client.recv(9)
        assert answered[5:] in (b"1.1 ", b"1.0 ", b"")
        assert is_closed(client)


def memory(pid: int) -> int:
    """Return the resident memory of a process and its children, in kilobytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for process in (str(pid), *children):
        status = Path(f"/proc/{process}/status").read_text()
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total


def test_a_huge_head_is_refused_and_freed(server: Served) -> None:
    assert ask(server.port, GET) is not None
    before = memory(server.pid)
    huge = head("GET", "/healthz", *[f"X-{n}: {'y' * 8000}" for n in range(1250)])
    for _ in range(10):
        with connect(server.port) as client:
            try:
                client.sendall(huge)
                answer = read_answer(client)
            except ConnectionError:
                continue
            assert answer is None or answer.status == 431
    assert memory(server.pid) < before * 1.2


@pytest.mark.parametrize(
    "request_head",
    [
        head("GET", "/healthz", host=""),
        head("GET", "/healthz", "Host: other.example"),
        head("GET", "/healthz", "Host:"),
        head("GET", "/en/", host=""),
    ],
    ids=["missing", "double", "with an empty one", "missing for a page"],
)
def test_a_request_names_one_host(server: Served, request_head: bytes) -> None:
    answer = ask(server.port, request_head)
    assert answer is not None
    assert answer.status == 400


def test_http_1_0_needs_no_host(server: Served) -> None:
    answer = ask(server.port, head("GET", "/healthz", host="", version="1.0"))
    assert answer is not None
    assert answer.status == 200


def leads_to_own_connection(server: Served, *headers: str) -> bool:
    answer = ask(server.port, head("GET", f"{WAY_IN}?account_domain=tailspintoys.com", *headers))
    assert answer is not None
    return "connection=own" in answer.header("Location")


def test_a_proxys_header_is_trusted_unless_it_has_an_underscore(server: Served) -> None:
    assert leads_to_own_connection(server, f"X-Forwarded-For: {CUSTOMER}")
    assert not leads_to_own_connection(server, f"X-Forwarded-For: {STRANGER}")
    forged = f"X_Forwarded_For: {CUSTOMER}"
    assert not leads_to_own_connection(server, forged)
    assert not leads_to_own_connection(server, forged, f"X-Forwarded-For: {STRANGER}")
    assert not leads_to_own_connection(server, f"X-Forwarded-For: {STRANGER}", forged)
    assert not leads_to_own_connection(server, f"X-Forwarded_For: {CUSTOMER}")


def test_a_forged_address_does_not_reset_the_rate_limit(server: Served) -> None:
    statuses = []
    for number in range(6):
        sent = (f"X-Forwarded-For: {STRANGER}", f"X_Forwarded_For: 203.0.113.{number}")
        answer = ask(server.port, head("POST", "/api/v1/diagnoses", *sent, "Content-Length: 0"))
        assert answer is not None
        statuses.append(answer.status)
    assert statuses[-3:] == [429, 429, 429]


def test_a_forged_address_does_not_open_the_metrics(tmp_path: Path) -> None:
    settings = {"TRUSTED_PROXIES": "127.0.0.0/8", "DATABASE_URL": f"sqlite:///{tmp_path}/d.sqlite3"}
    with serving(tmp_path / "log", **settings) as running:
        forged = (f"X-Forwarded-For: {STRANGER}", "X_Forwarded_For: 127.0.0.1")
        sent = [ask(running.port, head("GET", "/metrics", *forged[:number])) for number in (1, 2)]
        assert [answer and answer.status for answer in sent] == [404, 404]
