"""Receive request bodies: within a deadline, at a minimum rate, in a bounded amount of memory.

Nothing here takes a thread, so an upload that stalls costs its connection and a few kilobytes.
The deadline works like that of Apache's mod_reqtimeout: some seconds to begin with, and more for
what has come, so a weak line has its time and silence does not.
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
    """``largest``: bytes of one body that are kept; of a longer one only its excess is told.

    ``patience``: seconds until a body must be complete, plus one for every ``rate`` bytes that
    have come, and ``deadline`` seconds at most.
    ``memory``: bytes of all bodies in one process, those of requests being answered included.
    ``number``: bodies that one process receives at a time.
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
    """The client went away, or broke the rules of framing, before its body was complete."""


class UploadsFull(Exception):
    """There is no room for a body; whoever sends it may try again."""


class Uploads:
    """The bodies of one process; to be used from one event loop.

    When memory or number is used up, the oldest unfinished body gives way: an honest one is
    complete within a moment, so those that wait for their end are the oldest.
    """

    def __init__(self, limits: UploadLimits) -> None:
        self._limits = limits
        self._held = 0
        self._unfinished: dict[asyncio.Task[Any], bytearray] = {}

    @contextmanager
    def holding(self, body: bytearray) -> Iterator[None]:
        """Count a body's memory until the block ends; ``receive`` fills it within."""
        try:
            yield
        finally:
            self._held -= len(body)

    async def receive(self, receive: Receive, body: bytearray, declared: int | None) -> None:
        """Fill ``body`` with a request's body.

        Of a body longer than ``largest`` one byte more than that is kept at most, and the rest is
        not waited for.

        :param declared: what its Content-Length says, in bytes; None when it is sent in chunks
        :raise UploadTooSlow: it took longer than the limits allow
        :raise UploadAborted: it ended early (RFC 9112 section 8: then it is not complete)
        :raise UploadsFull: it had to give way to others
        """
        task = asyncio.current_task()
        assert task is not None
        self._unfinished[task] = body
        try:
            self._make_room()
            await self._receive(receive, body, declared)
        except asyncio.CancelledError:
            # Its message does not tell: it is lost where the deadline passes at the same moment.
            if task in self._unfinished:
                raise
            task.uncancel()
            raise UploadsFull from None
        finally:
            self._unfinished.pop(task, None)

    async def _receive(self, receive: Receive, body: bytearray, declared: int | None) -> None:
        limits, loop = self._limits, asyncio.get_running_loop()
        began = loop.time()
        more = True
        while more and len(body) <= limits.largest:
            allowed = min(limits.patience + len(body) / limits.rate, limits.deadline)
            try:
                async with asyncio.timeout_at(began + allowed):
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
        """Let the oldest give way while there are too many.

        :raise UploadsFull: this one is the oldest that is left
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
