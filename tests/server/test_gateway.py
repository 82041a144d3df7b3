"""The gateway in process: what an event loop is result, and what the WSGI application sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.page_cache import ONLY_IF_CACHED, NotCached
from app.server import gateway
from app.server.gateway import REFUSED, Gateway, UploadLimits, make_environ
from tests.server.loop import run

SMALL = UploadLimits(largest=100, patience=0.2, rate=1000, deadline=0.4, memory=150, number=3)


def scope(
    *headers: tuple[bytes, bytes], path: bytes = b"/", version: str = "1.1"
) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": version,
        "method": "POST",
        "scheme": "http",
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": b"a=1",
        "headers": [(b"host", b"proseware.com"), *headers],
        "client": ("192.0.2.1", "4711"),
        "server": ("127.0.0.1", "8000"),
    }


def length(number: int) -> tuple[bytes, bytes]:
    return b"content-length", str(number).encode()


CHUNKED = (b"transfer-encoding", b"chunked")


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Respond with the refusal, the Content-Length and the body of a request."""
    if ONLY_IF_CACHED in environ:
        raise NotCached
    start("200 OK", [("Content-Type", "text/plain")])
    result = f"{environ.get(REFUSED)} {environ.get('CONTENT_LENGTH')} ".encode()
    return [result, environ["wsgi.input"].read()]


class Client:
    """Sends a request's events when result to, and keeps what is answered."""

    def __init__(self, server: Gateway, *headers: tuple[bytes, bytes]) -> None:
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.task = asyncio.ensure_future(server(scope(*headers), self.events.get, self._take))

    async def _take(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def send(self, body: bytes, more: bool = True) -> None:
        self.events.put_nowait({"type": "http.request", "body": body, "more_body": more})

    async def answer(self) -> tuple[int, bytes]:
        await self.task
        return self.sent[0]["status"], self.sent[1]["body"]


def ask(*bodies: bytes, headers: Iterable[tuple[bytes, bytes]], ended: bool = True) -> Any:
    async def go() -> tuple[int, bytes]:
        client = Client(Gateway(echo, 1, SMALL), *headers)
        for number, body in enumerate(bodies, 1):
            client.send(body, more=not ended or number < len(bodies))
        return await client.answer()

    return run(go())


def test_the_application_gets_the_whole_body() -> None:
    assert ask(b"hello ", b"there", headers=[length(11)]) == (200, b"None 11 hello there")
    assert ask(b"hello ", b"there", headers=[CHUNKED]) == (200, b"None 11 hello there")
    assert ask(headers=[]) == (200, b"None None ")


def test_a_missing_body_is_refused_by_the_application() -> None:
    assert ask(headers=[length(11)], ended=False)[1].startswith(b"408 0 ")
    assert ask(b"hello", headers=[length(11)], ended=False)[1].startswith(b"408 5 ")


@pytest.mark.parametrize("bodies", [(b"hello",), (b"hello", b" there!")])
def test_a_body_that_does_not_match_its_length_is_refused(bodies: tuple[bytes, ...]) -> None:
    assert ask(*bodies, headers=[length(11)])[0] == 400


def test_the_gateways_own_responses_have_security_headers() -> None:
    async def go() -> dict[bytes, bytes]:
        client = Client(Gateway(echo, 1, SMALL), length(11))
        client.send(b"hello", more=False)
        await client.answer()
        return dict(client.sent[0]["headers"])

    headers = run(go())
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'")


def test_a_body_over_the_limit_is_not_read_to_its_end() -> None:
    assert ask(headers=[length(101)], ended=False) == (200, b"None 101 ")
    result = ask(b"x" * 90, b"x" * 90, headers=[CHUNKED], ended=False)
    assert result == (200, b"None 101 " + b"x" * 101)


def test_a_client_that_goes_away_is_not_counted() -> None:
    async def go() -> tuple[int, bytes]:
        client = Client(Gateway(echo, 1, SMALL), CHUNKED)
        client.send(b"hello")
        client.events.put_nowait({"type": "http.disconnect"})
        return await client.answer()

    assert run(go())[0] == 400


def test_the_oldest_unfinished_body_is_dropped() -> None:
    async def go() -> list[bytes]:
        server = Gateway(echo, 1, SMALL)
        clients = []
        for _ in range(3):
            clients.append(Client(server, CHUNKED))
            clients[-1].send(b"x" * 50)
            await asyncio.sleep(0)
        late = Client(server, CHUNKED)
        late.send(b"x" * 50, more=False)
        for client in clients[1:]:
            client.send(b"", more=False)
        return [(await client.answer())[1][:8] for client in [*clients, late]]

    assert run(go()) == [b"503 0 ", *[b"None 50 "] * 3]


def test_memory_of_bodies_is_released() -> None:
    async def go() -> None:
        server = Gateway(echo, 1, SMALL)
        for _ in range(10):
            client = Client(server, CHUNKED)
            client.send(b"x" * 90, more=False)
            assert (await client.answer())[1].startswith(b"None 90 ")
        assert server._uploads._held == 0

    run(go())


def test_requests_beyond_the_queue_get_503_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MAX_WAITING", 2)
    freed = Event()

    def slow(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if ONLY_IF_CACHED not in environ:
            freed.wait(10)
        return echo(environ, start)

    async def go() -> list[int]:
        server = Gateway(slow, 1, SMALL)
        clients = [Client(server) for _ in range(5)]
        while len([client for client in clients if client.task.done()]) < 2:
            await asyncio.sleep(0)
        freed.set()
        return [(await client.answer())[0] for client in clients]

    assert run(go()) == [200, 200, 200, 503, 503]


def test_a_cached_page_needs_no_thread() -> None:
    def cached(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return [b"cached" if ONLY_IF_CACHED in environ else b"made"]

    async def go() -> tuple[int, bytes]:
        return await Client(Gateway(cached, 1)).answer()

    assert run(go()) == (200, b"cached")


def test_an_exception_is_a_500_and_its_message_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        raise ValueError("lan@adatum.com")

    async def go() -> tuple[int, bytes]:
        return await Client(Gateway(broken, 1)).answer()

    assert run(go())[0] == 500
    assert "ValueError" in caplog.text
    assert "adatum" not in caplog.text


def test_headers_in_the_wsgi_environment() -> None:
    environ = make_environ(
        scope(
            (b"x-forwarded-for", b"192.0.2.1"),
            (b"x_forwarded_for", b"192.0.2.2"),
            (b"x-forwarded_for", b"192.0.2.3"),
            (b"x-forwarded-for", b"192.0.2.4"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"content-type", b"text/plain"),
            path=b"/vi/%C4%91%FF;accent=7a2048",
        )
    )
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.4"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["PATH_INFO"].encode("latin-1") == b"/vi/\xc4\x91\xff;accent=7a2048"


@pytest.mark.parametrize(("version", "result"), [("1", "HTTP/1.0"), ("1.1", "HTTP/1.1")])
def test_an_empty_host_is_treated_as_missing(version: str, result: str) -> None:
    environ = make_environ(scope(version=version) | {"headers": [(b"host", b"")]})
    assert "HTTP_HOST" not in environ
    assert environ["SERVER_PROTOCOL"] == result


TOKEN = st.binary(min_size=1, max_size=20).map(lambda name: name.lower())


@given(st.lists(st.tuples(TOKEN, st.binary(max_size=20))))
def test_no_header_with_an_underscore_reaches_wsgi(headers: list[tuple[bytes, bytes]]) -> None:
    plain = [pair for pair in headers if b"_" not in pair[0] and pair[0] != b"host"]
    with_underscores = [pair for pair in headers if pair[0] != b"host"]
    result = make_environ(scope(*with_underscores))
    wanted = make_environ(scope(*plain))
    del result["wsgi.errors"], wanted["wsgi.errors"]
    assert result == wanted
