"""Probes of outgoing servers, so few that no server is bothered: one at a time, and remembered."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from .network import Deadline, Network
from .submission import Probe, probe

KEPT: Final = 600.0
"""Seconds that what a server said is remembered."""
MOST: Final = 2000
"""Servers that are remembered."""


@dataclass
class _Turn:
    """Whose turn it is to speak to a host; ``wanted``: how many speak or wait."""

    lock: Lock = field(default_factory=Lock)
    wanted: int = 0


@dataclass
class Probes:
    """Asks outgoing servers what they offer.

    :param name: what this server calls itself, '' for its address
    """

    network: Network
    name: str = ""
    clock: Callable[[], float] = time.monotonic
    _seen: OrderedDict[tuple[str, int], tuple[float, Probe]] = field(default_factory=OrderedDict)
    _turns: dict[str, _Turn] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def probe(self, host: str, port: int, deadline: Deadline) -> Probe:
        """Ask a server, or remember what it said; wait while somebody else is asking it."""
        with self._asking(host, deadline) as mine:
            if not mine:
                return Probe(host, port, "inconclusive", reason="time-out")
            with self._lock:
                until, seen = self._seen.get((host, port), (0.0, None))
            if seen and self.clock() < until:
                return seen
            answer = probe(self.network, host, port, deadline, self.name)
            if answer.outcome != "inconclusive":
                with self._lock:
                    self._seen[host, port] = self.clock() + KEPT, answer
                    while len(self._seen) > MOST:
                        self._seen.popitem(last=False)
            return answer

    @contextmanager
    def _asking(self, host: str, deadline: Deadline) -> Iterator[bool]:
        """Hold the turn to speak to a host; False where it does not come in time."""
        with self._lock:
            turn = self._turns.setdefault(host, _Turn())
            turn.wanted += 1
        mine = turn.lock.acquire(timeout=deadline.left)
        try:
            yield mine
        finally:
            with self._lock:
                turn.wanted -= 1
                if not turn.wanted:
                    del self._turns[host]
            if mine:
                turn.lock.release()
