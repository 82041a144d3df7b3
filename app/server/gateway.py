"""ASGI gateway to WSGI that takes a thread only once a request is complete.

A WSGI server calls the application when the head has arrived, so that a slow body occupies a
thread.  Here an event loop waits for the body instead, within a deadline, at a minimum rate, in
bounded memory: a stalled upload costs its connection and a few kilobytes.  As in Apache's
mod_reqtimeout the deadline moves with the data received: a slow line gets more time, silence does
not.

Headers that WSGI cannot distinguish, as ``X_Forwarded_For`` and ``X-Forwarded-For``, are also
handled here.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ..http.page_cache import ONLY_IF_CACHED, NotCached
from ..web.errors import REFUSED

Receive = Callable[[], Awaitable[dict[str, Any]]]
"""ASGI's ``receive``: returns the next event of a request."""
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Response = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers, body."""

MAX_WAITING: Final = 500
"""Requests that may wait for a thread; one thread serves that many in about a second."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UploadLimits:
    """``largest``: bytes of one body.

    ``patience``: seconds until a body must be complete, plus one for every ``rate`` bytes received,
    at most ``deadline`` seconds.
    ``memory``: bytes of all bodies in one process, until their requests are answered.
    ``number``: bodies received at the same time by one process.
    """

    largest: int = 1024 * 1024
    patience: float = 20.0
    rate: int = 500
    deadline: float = 120.0
    memory: int = 64 * 1024 * 1024
    number: int = 2000


class UploadAborted(Exception):
    """The client disconnected or sent a body that does not match its framing."""


class UploadRefused(Exception):
    """A body took too long, or there is no room for it; ``args[0]`` is the status of the answer."""


class Uploads:
    """The bodies of one process; for one event loop.

    When memory or number is exceeded, the oldest unfinished body is dropped: honest uploads finish
    quickly, so the oldest are the stalled ones.
    """

    def __init__(self, limits: UploadLimits) -> None:
        self._limits = limits
        self._held = 0
        self._unfinished: dict[asyncio.Task[Any], bytearray] = {}

    @contextmanager
    def holding(self, body: bytearray) -> Iterator[None]:
        """Count a body's memory until the block ends; call ``receive`` within it."""
        try:
            yield
        finally:
            self._held -= len(body)

    async def receive(self, receive: Receive, body: bytearray, declared: int | None) -> None:
        """Fill ``body`` with a request's body.

        A body longer than ``largest`` is read up to one byte more than that.

        :param declared: Content-Length in bytes, None for a chunked body
        :raise UploadRefused: it took longer than the limits allow, or was dropped to make room
        :raise UploadAborted: it ended early (RFC 9112 section 8)
        """
        task = asyncio.current_task()
        assert task is not None
        self._unfinished[task] = body
        try:
            self._make_room()
            await self._receive(receive, body, declared)
        except asyncio.CancelledError:
            # The message of the error cannot tell: it is lost if the deadline passes just now.
            if task in self._unfinished:
                raise
            task.uncancel()
            raise UploadRefused(503) from None
        finally:
            self._unfinished.pop(task, None)

    async def _receive(self, receive: Receive, body: bytearray, declared: int | None) -> None:
        limits, loop = self._limits, asyncio.get_running_loop()
        start = loop.time()
        more = True
        while more and len(body) <= limits.largest:
            allowed = min(limits.patience + len(body) / limits.rate, limits.deadline)
            try:
                async with asyncio.timeout_at(start + allowed):
                    event = await receive()
            except TimeoutError:
                raise UploadRefused(408) from None
            if event["type"] != "http.request":
                raise UploadAborted
            before = len(body)
            body += event.get("body", b"")[: limits.largest + 1 - before]
            self._held += len(body) - before
            self._make_room()
            more = event.get("more_body", False)
        if not more and declared is not None and len(body) != declared:
            raise UploadAborted

    def _make_room(self) -> None:
        """Drop the oldest unfinished bodies until the limits hold.

        :raise UploadRefused: the body of the current task was dropped
        """
        limits = self._limits
        while self._held > limits.memory or len(self._unfinished) > limits.number:
            oldest = next(iter(self._unfinished))
            body = self._unfinished.pop(oldest)
            self._held -= len(body)
            body.clear()
            if oldest is asyncio.current_task():
                raise UploadRefused(503)
            oldest.cancel()


def _text_response(status: int, text: str) -> Response:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    return status, headers, text.encode()


# In both languages: only the application knows which one is asked for.
BUSY: Final = _text_response(
    503,
    "Too many requests right now. Please try again in a moment.\n"
    "Hiện có quá nhiều người truy cập. Vui lòng thử lại sau ít phút.\n",
)
BROKEN: Final = _text_response(400, "The request was incomplete or malformed.\n")
FAILED: Final = _text_response(500, "Internal Server Error\n")


class Gateway:
    """ASGI application that runs a WSGI application in a thread pool.

    :param threads: concurrent requests
    :param on_first: called once, at the first request, when the server listens
    """

    def __init__(
        self,
        app: Wsgi,
        threads: int,
        limits: UploadLimits | None = None,
        on_first: Callable[[], None] | None = None,
    ) -> None:
        self._app = app
        self._limits = limits or UploadLimits()
        self._uploads = Uploads(self._limits)
        self._threads = ThreadPoolExecutor(threads, "page")
        self._max_pending = threads + MAX_WAITING
        self._pending = 0
        self._on_first = on_first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Response one request; anything else than HTTP is refused."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        if self._on_first:
            on_first, self._on_first = self._on_first, None
            on_first()
        environ = make_environ(scope)
        body = bytearray()
        if not _has_body(environ):
            try:  # a cached page is faster than a switch of threads
                cached = respond(self._app, environ | {ONLY_IF_CACHED: True}, body)
            except NotCached:
                await self._respond(environ, body, send)
            else:
                await _send(send, cached)
            return
        with self._uploads.holding(body):
            try:
                await self._take_body(environ, receive, body)
            except UploadAborted:
                await _send(send, BROKEN)
                return
            await self._respond(environ, body, send)

    async def _take_body(self, environ: dict[str, Any], receive: Receive, body: bytearray) -> None:
        declared = _content_length(environ)
        if declared is None or declared <= self._limits.largest:
            try:
                await self._uploads.receive(receive, body, declared)
            except UploadRefused as fault:
                environ[REFUSED] = fault.args[0]
            environ["CONTENT_LENGTH"] = str(len(body))
        # A longer body is not received: the application refuses it by its Content-Length.
        environ.pop("HTTP_TRANSFER_ENCODING", None)

    async def _respond(self, environ: dict[str, Any], body: bytearray, send: Send) -> None:
        if self._pending >= self._max_pending:
            await _send(send, BUSY)
            return
        self._pending += 1
        try:
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(self._threads, respond, self._app, environ, body)
        finally:
            self._pending -= 1
        await _send(send, response)


def make_environ(scope: Scope) -> dict[str, Any]:
    """Return the WSGI environment (PEP 3333) of an ASGI scope, without its body.

    A header with an underscore in its name is dropped, as nginx does by default: in WSGI it would
    have the name of another header.  The application refuses a missing or repeated Host (RFC 9112
    section 3.2) and several Content-Lengths.
    """
    client, server = scope.get("client") or ("", ""), scope.get("server") or ("", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        # granian writes "1" for HTTP/1.0
        "SERVER_PROTOCOL": "HTTP/1.1" if scope["http_version"] == "1.1" else "HTTP/1.0",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        key = _environ_key(name)
        if key in environ:
            environ[key] += ("; " if name == "cookie" else ",") + value
        else:
            environ[key] = value
    if not environ.get("HTTP_HOST"):  # granian adds an empty one where there is none
        environ.pop("HTTP_HOST", None)
    return environ


@lru_cache(maxsize=256)
def _environ_key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def respond(app: Wsgi, environ: dict[str, Any], body: bytearray) -> Response:
    """Call a WSGI application and return its whole response, a 500 if it raises.

    :raise NotCached: only a cached page was asked for, and there is none
    """
    started: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started[:] = [status, headers]

    environ["wsgi.input"] = BytesIO(body)
    try:
        chunks = app(environ, start)
        try:
            content = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
    except NotCached:
        raise
    except Exception as fault:  # without its message, which may quote user input
        log.error("The application failed: %s", type(fault).__name__)
        return FAILED
    status, headers = started
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return int(status[:3]), encoded, content


async def _send(send: Send, response: Response) -> None:
    status, headers, content = response
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _has_body(environ: dict[str, Any]) -> bool:
    return "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0"


def _content_length(environ: dict[str, Any]) -> int | None:
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isascii() and length.isdecimal() else None
