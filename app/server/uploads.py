"""Receive request bodies within a deadline, at a minimum rate, in bounded memory.

No thread is involved, so a stalled upload costs its connection and a few kilobytes.  As in Apache's
mod_reqtimeout the deadline moves with the data received: a slow line gets more time, silence does
not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
"""ASGI's ``receive``: returns the next event of a request."""


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


class UploadTooSlow(Exception):
    """A body was not complete in time."""


class UploadAborted(Exception):
    """The client disconnected or sent a body that does not match its framing."""


class UploadsFull(Exception):
    """There is no room for a body; the client may try again."""


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
        :raise UploadTooSlow: it took longer than the limits allow
        :raise UploadAborted: it ended early (RFC 9112 section 8)
        :raise UploadsFull: it was dropped to make room
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
            raise UploadsFull from None
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
                raise UploadTooSlow from None
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

        :raise UploadsFull: the body of the current task was dropped
        """
        limits = self._limits
        while self._held > limits.memory or len(self._unfinished) > limits.number:
            oldest = next(iter(self._unfinished))
            body = self._unfinished.pop(oldest)
            self._held -= len(body)
            body.clear()
            if oldest is asyncio.current_task():
                raise UploadsFull
            oldest.cancel()
