"""Jobs that run in threads of their own, each remembered by its key for a while."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
from typing import Final, Generic, TypeVar

Job = TypeVar("Job")
MOST: Final = 2000
"""Jobs that are remembered."""
WAITING: Final = 32
"""Jobs that may wait for their turn; more are refused."""


class TooMany(Exception):
    """So many jobs are waiting already that another one would not be in time."""


class Background(ABC, Generic[Job]):
    """Jobs of one kind.

    :param name: of the threads
    :param threads: jobs that run at the same time
    :param clock: tells seconds, and is never set
    """

    def __init__(self, name: str, threads: int, clock: Callable[[], float] = monotonic) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._clock = clock
        self._lock = Lock()
        self._waiting = 0
        self._known: OrderedDict[str, tuple[float, Job]] = OrderedDict()

    def close(self) -> None:
        """End all threads, once what they are doing is done."""
        self._pool.shutdown()

    def known(self, key: str) -> Job | None:
        """Return the job with a key that is running or remembered."""
        with self._lock:
            return self._fresh(key)

    @abstractmethod
    def _run(self, job: Job) -> float:
        """Do a job, and return for how many seconds it is remembered afterwards."""

    def _begin(self, key: str, make: Callable[[], Job]) -> Job:
        """Return the job with a key, and begin one where there is none.

        :raise TooMany: another time
        """
        with self._lock:
            if (known := self._fresh(key)) is not None:
                return known
            if self._waiting >= WAITING:
                raise TooMany
            self._waiting += 1
            job = make()
            self._keep(key, float("inf"), job)
        self._pool.submit(self._do, key, job)
        return job

    def _do(self, key: str, job: Job) -> None:
        kept = 0.0
        try:
            kept = self._run(job)
        finally:
            with self._lock:
                self._waiting -= 1
                if self._known.get(key, (0.0, None))[1] is job:
                    self._keep(key, self._clock() + kept, job)

    def _keep(self, key: str, until: float, job: Job) -> None:
        self._known[key] = until, job
        self._known.move_to_end(key)
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def _fresh(self, key: str) -> Job | None:
        until, job = self._known.get(key, (0.0, None))
        return job if self._clock() < until else None
