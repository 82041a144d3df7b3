"""All searches of one process: few at a time, in threads of their own, each result remembered."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Final, Self

from ..diagnosis.found import Found
from .background import Background
from .discovery import TIME, Discovery, Seeker
from .network import Network
from .probes import Probes

AT_ONCE: Final = 16
"""Searches that run at the same time."""
STEPS: Final = 128
"""Connections and questions at the same time, of all searches together."""


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

    def __post_init__(self) -> None:
        self._steps = ThreadPoolExecutor(STEPS, "discovery-step")
        probes = Probes(self.network, self.name, self.clock)
        self._seeker = Seeker(self.network, probes, self._steps, self.mirror, self.time)
        self._searches = Background("discovery", AT_ONCE, self._seeker.run, self.clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End all threads, once what they are doing is done."""
        self._searches.close()
        self._steps.shutdown()

    def known(self, domain: str) -> Discovery | None:
        """Return what has been found out about a domain, or is being found out; None for never."""
        return self._searches.known(domain)

    def find(self, domain: str) -> Discovery:
        """Return what is known about a domain, and begin to search where nothing is.

        :raise TooMany: another time
        """
        return self._searches.begin(domain, lambda: Discovery(domain, self.today()))

    def wants_confirmation(self, discovery: Discovery, found: Found) -> bool:
        """Tell whether a person has to confirm what was found."""
        return self._seeker.wants_confirmation(discovery, found)

    def may_find(self, domain: str) -> bool:
        """Tell whether a domain may be looked up: somebody has registered it, in the public DNS."""
        return self.network.names.is_registered(domain)
