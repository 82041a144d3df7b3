"""Limit how many threads do something expensive at once, and how many wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore


class SlotsFull(Exception):
    """All slots are taken, and the queue is full or the wait was too long."""


class Slots:
    """Slots with a short queue: every waiting call occupies a server thread.

    :param most: number of slots
    :param waiting: length of the queue
    :param patience: seconds to wait for a slot
    """

    def __init__(self, most: int, waiting: int, patience: float) -> None:
        self._slots = BoundedSemaphore(most)
        self._queue = BoundedSemaphore(most + waiting)
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot during the block.

        :raise SlotsFull: none became free in time
        """
        with ExitStack() as held:
            for semaphore, patience in ((self._queue, 0), (self._slots, self._patience)):
                if not semaphore.acquire(timeout=patience):
                    raise SlotsFull
                held.callback(semaphore.release)
            yield
