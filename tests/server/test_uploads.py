"""Uploads to the real server: unfinished, slow, aborted, too large."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.server.gateway import UploadLimits, UploadRefused, Uploads
from tests.browser.server import serving
from tests.server.loop import run
from tests.server.wire import ask, connect, head, is_closed, many, read_answer

FORM = "Content-Type: application/x-www-form-urlencoded"
UNFINISHED = head("POST", "/en/read", FORM, "Content-Length: 1000")
OPEN_CASE = "/en/help?error=relay-denied"
CHUNKED = head("POST", OPEN_CASE, FORM, "Transfer-Encoding: chunked")


class World(NamedTuple):
    """A server and its database."""

    port: int
    database: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("uploads")
    database = folder / "desk.sqlite3"
    settings = {"DATABASE_URL": f"sqlite:///{database}", "WEB_THREADS": "3", "BODY_TIMEOUT": "2"}
    with serving(folder / "log", **settings) as server:
        assert ask(server.port, head("POST", OPEN_CASE, "Content-Length: 0")) is not None
        yield World(server.port, database)


def cases_in(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        number: int = connection.execute("SELECT count(*) FROM cases").fetchone()[0]
    connection.close()
    return number


def test_unfinished_uploads_do_not_delay_pages(world: World) -> None:
    with many(world.port, 40, UNFINISHED):
        for path in ("/en/", "/vi/check?error=relay-denied", "/healthz"):
            answer = ask(world.port, head("GET", path))
            assert answer is not None
            assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/en/read", "took too long to reach us"),
        ("/vi/read", "Kết nối quá chậm"),
        ("/api/v1/readings?lang=en", "took too long to arrive"),
    ],
)
def test_a_stalled_upload_gets_408_and_is_closed(world: World, path: str, words: str) -> None:
    with connect(world.port) as client:
        client.sendall(head("POST", path, FORM, "Content-Length: 1000") + b"text=550")
        answer = read_answer(client)
        assert answer is not None
        assert answer.status == 408
        assert words in answer.body.decode()
        assert is_closed(client)


def test_a_slow_trickle_is_closed_too(world: World) -> None:
    with connect(world.port) as client:
        client.sendall(UNFINISHED)
        client.settimeout(0.1)
        for _ in range(100):
            client.sendall(b"x")
            try:
                answer = client.recv(15)
                break
            except TimeoutError:
                continue
        assert answer == b"HTTP/1.1 408 Re"


@pytest.mark.parametrize(
    "beginning",
    [
        head("POST", OPEN_CASE, FORM, "Content-Length: 100") + b"note=half of i",
        CHUNKED + b"e\r\nnote=half of i\r\n",
        CHUNKED + b"e\r\nnote=half",
        CHUNKED + b"4\r\nnote\r\nno size\r\n\r\n",
        CHUNKED + b"4\r\nnote=too long\r\n0\r\n\r\n",
    ],
    ids=["length", "chunks", "chunk", "size", "overlong"],
)
def test_an_aborted_upload_is_not_counted(world: World, beginning: bytes) -> None:
    before = cases_in(world.database)
    with connect(world.port) as client:
        client.sendall(beginning)
        client.shutdown(1)
        answer = read_answer(client)
    assert answer is None or answer.status == 400
    # One more is kept after it, so what came of the broken one is known by then.
    whole = CHUNKED + b"4\r\nnote\r\n0\r\n\r\n"
    answer = ask(world.port, whole)
    assert answer is not None
    assert answer.status == 303
    assert cases_in(world.database) == before + 1


@pytest.mark.parametrize("framing", ["Content-Length: 4400000", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large_gets_413(world: World, framing: str) -> None:
    with connect(world.port) as client:
        body = b"text=" + b"x" * 4_399_995
        if "chunked" in framing:
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        client.sendall(head("POST", "/en/read", FORM, framing))
        with suppress(ConnectionError):  # it need not listen to the end
            client.sendall(body)
        answer = read_answer(client)
    assert answer is None or answer.status == 413
    assert answer is None or b"too much text" in answer.body


def test_a_long_paste_is_read(world: World) -> None:
    text = "550 5.7.1 Unable to relay\n" * 9000
    body = f"text={text}".encode()
    response = ask(
        world.port, head("POST", "/en/read", FORM, f"Content-Length: {len(body)}") + body
    )
    assert response is not None
    assert response.status == 303
    assert "error=relay-denied" in response.header("Location")


def test_an_upload_is_dropped_at_the_moment_of_its_deadline() -> None:
    async def both() -> None:
        uploads = Uploads(UploadLimits(patience=0, number=1))
        newer: list[asyncio.Task[None]] = []

        async def nothing() -> dict[str, Any]:  # its deadline has passed, and another one begins
            newer.append(asyncio.create_task(uploads.receive(whole, bytearray(), 1)))
            await asyncio.Event().wait()
            return {}

        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": b"x"}

        with pytest.raises(UploadRefused):
            await asyncio.create_task(uploads.receive(nothing, bytearray(), 1))
        await newer[0]

    run(both())
