"""A provider that answers without end, or without measure, holds no thread of the server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, Timer
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from app.desk.sign_in import bounded_http, oidc_client
from app.store.hashing_limit import Slots
from tests.desk.test_identity import (
    BACK,
    BEGIN,
    OUR_KEY,
    forged,
    make_app,
    told_by,
    vouching,
)
from tests.linting import visible_text

TOTAL = 0.5
LONG = 6.0
"""Seconds that a slow answer goes on, unless the desk hangs up."""
Answer = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Hostile:
    """A server that answers every request in its own way, until it is told to end."""

    def __init__(self) -> None:
        self.ended = Event()
        self.answers: dict[str, Answer] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.server_port = self._listener.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        Thread(target=self._serve, daemon=True).start()

    def end(self) -> None:
        """Answer nobody any more."""
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @staticmethod
    def telling(told: object) -> Answer:
        """Return an answer as a provider should give it."""
        body = json.dumps(told).encode()
        head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        return lambda peer: peer.sendall(head + body)

    def delay(self, path: str, seconds: float) -> None:
        """Answer a path as before, but late."""
        answer = self.answers[path]

        def late(peer: socket.socket) -> None:
            self.ended.wait(seconds)
            answer(peer)

        self.answers[path] = late

    def drip(self, path: str, start: bytes = b"") -> None:
        """Answer a path with a start, and then with one byte after the other."""

        def answer(peer: socket.socket) -> None:
            peer.sendall(start)
            until = time.monotonic() + LONG
            while time.monotonic() < until and not self.ended.wait(0.05):
                peer.sendall(b"x")

        self.answers[path] = answer

    def flood(self, path: str, head: bytes) -> None:
        """Answer a path with far more than anybody could mean."""

        def answer(peer: socket.socket) -> None:
            peer.sendall(HEAD + head + b"\r\n")
            for _ in range(2000):
                peer.sendall(b"[" * 4096)

        self.answers[path] = answer

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                Thread(target=self._answer, args=self._listener.accept()[:1], daemon=True).start()

    def _answer(self, peer: socket.socket) -> None:
        with peer, suppress(OSError):
            path = peer.recv(65536).split()[1].decode().partition("?")[0]
            self.answers[path](peer)


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    monkeypatch.setattr(oidc_client, "TOTAL", TOTAL, raising=False)
    server = Hostile()
    yield server
    server.end()


CONFIGURATION = "/.well-known/openid-configuration"


def elapsed(do: Callable[[], int]) -> tuple[int, float]:
    begun = time.monotonic()
    return do(), time.monotonic() - begun


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        HEAD + b"Content-Length: 100000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
        HEAD + b"\r\n",
    ],
)
def test_an_answer_that_drips_is_cut_off(tmp_path: Path, hostile: Hostile, start: bytes) -> None:
    hostile.drip(CONFIGURATION, start)
    app = make_app(tmp_path, vouching(hostile.issuer))
    status, seconds = elapsed(lambda: app.test_client().get(BEGIN).status_code)
    assert status == 503
    assert seconds < LONG / 2


def come_back(app: Flask, hostile: Hostile) -> int:
    """Sign in with a provider that begins well; return what came of it."""
    client = app.test_client()
    sent = dict(parse_qsl(urlsplit(client.get(BEGIN).location).query))
    now = int(time.time())
    claims = {
        "iss": hostile.issuer,
        "aud": "desk",
        "sub": "lan",
        "iat": now,
        "exp": now + 60,
        "nonce": sent["nonce"],
    }
    token = {"access_token": "x", "token_type": "Bearer", "id_token": forged(claims, "ours")}
    hostile.answers.setdefault("/token", hostile.telling(token))
    return client.get(f"{BACK}?code=x&state={sent['state']}").status_code


@pytest.fixture
def signing(tmp_path: Path, hostile: Hostile) -> Flask:
    """Return an app with a provider that answers well."""
    told = told_by(hostile) | {"userinfo_endpoint": f"{hostile.issuer}/userinfo"}
    hostile.answers |= {
        CONFIGURATION: hostile.telling(told),
        "/keys": hostile.telling({"keys": [OUR_KEY.as_dict(private=False)]}),
        "/userinfo": hostile.telling({"sub": "lan", "name": "Lan", "groups": ["helpdesk"]}),
    }
    return make_app(tmp_path, vouching(hostile.issuer))


def test_one_that_answers_well_is_listened_to(signing: Flask, hostile: Hostile) -> None:
    assert come_back(signing, hostile) == 303


@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
def test_any_answer_that_drips_is_cut_off(signing: Flask, hostile: Hostile, path: str) -> None:
    hostile.drip(path, HEAD + b"Content-Length: 100000\r\n\r\n")
    status, seconds = elapsed(lambda: come_back(signing, hostile))
    assert status == 503
    assert seconds < LONG / 2


def test_all_answers_together_have_one_end(signing: Flask, hostile: Hostile) -> None:
    for path in ("/keys", "/userinfo"):
        hostile.delay(path, 0.7 * TOTAL)
    assert come_back(signing, hostile) == 503


def test_an_answer_after_the_end_is_too_late_where_nothing_has_cut_it(
    signing: Flask, hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a loaded machine, where the thread that cuts does not get its turn in time.
    monkeypatch.setattr(bounded_http, "Timer", lambda seconds, cut: Timer(LONG, cut))
    hostile.delay("/userinfo", 1.5 * TOTAL)
    assert come_back(signing, hostile) == 503


@pytest.mark.parametrize("head", [b"Content-Length: 8192000\r\n", b"", b"Connection: close\r\n"])
def test_an_answer_without_measure_is_not_read(
    tmp_path: Path, hostile: Hostile, head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    hostile.flood(CONFIGURATION, head)
    app = make_app(tmp_path, vouching(hostile.issuer))
    page = app.test_client().get(BEGIN)
    assert page.status_code == 502
    assert "more than 262144 bytes" in caplog.text


def test_few_threads_wait_for_a_provider(
    tmp_path: Path, hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_client, "ASKING", Slots(1, 0, 0))
    hostile.answers[CONFIGURATION] = hostile.telling(told_by(hostile))
    client = make_app(tmp_path, vouching(hostile.issuer)).test_client()
    with oidc_client.ASKING.taken():
        page = client.get(BEGIN)
        assert page.status_code == 503
        assert "is not responding" in visible_text(page)
    assert client.get(BEGIN).status_code == 303
