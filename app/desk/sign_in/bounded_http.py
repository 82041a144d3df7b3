"""Ask a provider with an end to it: how long all answers together take, how large each may be.

A time-out of a socket starts anew with every byte, so whoever sends one now and then could hold a
thread of the server for good.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, Final

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import HTTPError

LARGEST: Final = 256 * 1024
"""Bytes of one answer; keys and claims are a few thousand."""


class Untrusted(Exception):
    """What the provider answered is not what it should be; the message says how, for the log."""


class TooSlow(Timeout):
    """The provider's answers together took too long."""


class BoundedSession(OAuth2Session):
    """Authlib's session, whose requests end.

    :param deadline: of all of them, by the monotonic clock
    """

    def __init__(self, deadline: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(deadline))


class _Adapter(HTTPAdapter):
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._opened: list[socket.socket] = []
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **settings: Any) -> Any:
        """Return a pool whose connections can be cut, also while one is being encrypted."""
        pool = super().get_connection_with_tls_context(*args, **settings)
        kind, opened = type(pool).ConnectionCls, self._opened

        class Remembered(kind):  # type: ignore[misc, valid-type]
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                opened.append(made.dup())
                return made

        pool.ConnectionCls = Remembered
        return pool

    def send(
        self, request: PreparedRequest, stream: bool = False, *args: Any, **settings: Any
    ) -> Response:
        """Send a request and read its answer to the end.

        :raise TooSlow: the time is over
        :raise Untrusted: the answer is larger than any that is meant
        """
        try:
            with self._cut_in_time():
                answer = super().send(request, True, *args, **settings)
                body = answer.raw.read(LARGEST + 1, decode_content=True)
        except (RequestException, HTTPError, OSError) as fault:
            if time.monotonic() >= self._deadline:
                raise TooSlow(request=request) from None
            if isinstance(fault, RequestException):
                raise
            raise RequestException(request=request) from fault
        if time.monotonic() >= self._deadline:  # the thread that cuts may be late itself
            answer.close()
            raise TooSlow(request=request)
        if len(body) > LARGEST:
            answer.close()
            raise Untrusted(f"it answers with more than {LARGEST} bytes")
        answer._content, answer._content_consumed = body, True
        return answer

    @contextmanager
    def _cut_in_time(self) -> Iterator[None]:
        """Cut the connections that are opened during the block when the time is over."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TooSlow
        timer = Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            while self._opened:
                self._opened.pop().close()

    def _cut(self) -> None:
        for one in self._opened:
            with suppress(OSError):  # it is closed already
                one.shutdown(socket.SHUT_RDWR)
