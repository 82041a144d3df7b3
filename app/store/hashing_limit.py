"""Bound how many threads do something costly at once, and how many wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore


class Busy(Exception):
    """All slots are taken, and too many wait already, or waited for too long."""


class Slots:
    """A few slots, and a short queue before them: who waits holds a thread of the server.

    :param most: how many may be inside at once
    :param waiting: how many may wait; one more is refused at once
    :param patience: seconds to wait for a slot
    """

    def __init__(self, most: int, waiting: int, patience: float) -> None:
        self._inside = BoundedSemaphore(most)
        self._queue = BoundedSemaphore(most + waiting)
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot during the block.

        :raise Busy: there is none
        """
        if not self._queue.acquire(blocking=False):
            raise Busy
        try:
            if not self._inside.acquire(timeout=self._patience):
                raise Busy
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._queue.release()
