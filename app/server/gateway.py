"""ASGI gateway to WSGI that takes a thread only once a request is complete.

A WSGI server calls the application when the head has arrived, so that a slow body occupies a
thread.  Here an event loop waits for the body instead.  Headers that WSGI cannot distinguish, as
``X_Forwarded_For`` and ``X-Forwarded-For``, are also handled here.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from ..http.page_cache import ONLY_IF_CACHED, NotCached
from ..web.errors import REFUSED
from .uploads import Receive, UploadAborted, UploadLimits, Uploads, UploadsFull, UploadTooSlow

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Response = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers, body."""

MAX_WAITING: Final = 500
"""Requests that may wait for a thread; one thread serves that many in about a second."""

log = logging.getLogger(__name__)


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
    "Too many people are asking just now. Please try again in a moment.\n"
    "Hiện có quá nhiều người truy cập. Vui lòng thử lại sau ít phút.\n",
)
BROKEN: Final = _text_response(
    400, "The request broke off, or its body is not framed as it says.\n"
)
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
            except UploadTooSlow:
                environ[REFUSED] = 408
            except UploadsFull:
                environ[REFUSED] = 503
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
