"""Ask a provider with an end to it: how long all answers together take, how large each may be.

A time-out of a socket starts anew with every byte, so whoever sends one now and then could hold a
thread of the server for good.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Timer
from typing import Any, Final

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException, Timeout
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

LARGEST: Final = 256 * 1024
"""Bytes of one answer; keys and claims are a few thousand."""
_opened: ContextVar[list[socket.socket] | None] = ContextVar("opened", default=None)
"""The connections of the request that is being made, to be cut when its time is over."""


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


class _Remembered:
    """A connection that can be cut from another thread, also while it is being encrypted."""

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        opened = _opened.get()
        if opened is not None:
            opened.append(made.dup())
        return made


class _Plain(_Remembered, HTTPConnection):
    pass


class _Encrypted(_Remembered, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class _Adapter(HTTPAdapter):
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        super().__init__()

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}

    def proxy_manager_for(self, proxy: Any, **settings: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **settings)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
        return manager

    def send(
        self, request: PreparedRequest, stream: bool = False, *args: Any, **settings: Any
    ) -> Response:
        """Send a request and read its answer to the end.

        :raise TooSlow: the time is over
        :raise Untrusted: the answer is larger than any that is meant
        """
        try:
            with _cut_after(self._deadline - time.monotonic()):
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
def _cut_after(seconds: float) -> Iterator[None]:
    """Cut the connections that are opened during the block when the time is over."""
    if seconds <= 0:
        raise TooSlow
    opened: list[socket.socket] = []

    def cut() -> None:
        for one in opened:
            with suppress(OSError):  # it is closed already
                one.shutdown(socket.SHUT_RDWR)

    timer, before = Timer(seconds, cut), _opened.set(opened)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        _opened.reset(before)
        for one in opened:
            one.close()
