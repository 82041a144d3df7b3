"""All searches of one process: few at a time, in threads of their own, each result remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from time import monotonic
from typing import Final, Self

from ..diagnosis.found import Found
from .discovery import TIME, Discovery, Seeker
from .network import Network
from .probes import Probes

AT_ONCE: Final = 16
"""Searches that run at the same time."""
STEPS: Final = 128
"""Connections and questions at the same time, of all searches together."""
WAITING: Final = 200
"""Searches that may wait for their turn; more are refused."""
MOST: Final = 2000
"""Domains that are remembered."""


class TooMany(Exception):
    """So many searches are waiting already that another one would not be in time."""


@dataclass
class Discoveries:
    """Searches for the settings of mail domains.

    :param today: tells the day that is kept with what is found
    :param name: what this server calls itself to other servers, '' for its address
    :param mirror: the URL of a copy of the ISPDB, '' for none; a domain is put behind it
    """

    network: Network
    today: Callable[[], date]
    name: str = ""
    mirror: str = ""
    time: float = TIME
    clock: Callable[[], float] = monotonic
    _known: OrderedDict[str, tuple[float, Discovery]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _waiting: int = 0

    def __post_init__(self) -> None:
        self._searches = ThreadPoolExecutor(AT_ONCE, "discovery")
        self._steps = ThreadPoolExecutor(STEPS, "discovery-step")
        self.probes = Probes(self.network, self.name, self.clock)
        self._seeker = Seeker(self.network, self.probes, self._steps, self.mirror, self.time)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End all threads, once what they are doing is done."""
        self._searches.shutdown()
        self._steps.shutdown()

    def known(self, domain: str) -> Discovery | None:
        """Return what has been found out about a domain, or is being found out; None for never."""
        with self._lock:
            return self._fresh(domain)

    def find(self, domain: str) -> Discovery:
        """Return what is known about a domain, and begin to search where nothing is.

        :raise TooMany: another time
        """
        with self._lock:
            if known := self._fresh(domain):
                return known
            if self._waiting >= WAITING:
                raise TooMany
            self._waiting += 1
            discovery = Discovery(domain, self.today())
            self._known[domain] = float("inf"), discovery
            self._known.move_to_end(domain)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        self._searches.submit(self._run, discovery)
        return discovery

    def _fresh(self, domain: str) -> Discovery | None:
        until, discovery = self._known.get(domain, (0.0, None))
        return discovery if self.clock() < until else None

    def _run(self, discovery: Discovery) -> None:
        try:
            self._seeker.run(discovery)
        finally:
            with self._lock:
                self._waiting -= 1
                if self._known.get(discovery.domain, (0, None))[1] is discovery:
                    self._known[discovery.domain] = self.clock() + discovery.ttl, discovery

    def wants_confirmation(self, found: Found) -> bool:
        """Tell whether a person has to confirm what was found."""
        return self._seeker.wants_confirmation(found)
