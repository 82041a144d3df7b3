"""What a portal claims for itself, and no other one may: its id, its domains, its networks."""

from __future__ import annotations

from bisect import bisect, insort
from operator import itemgetter

from .checks import Found
from .entry import Network
from .portal import Portal

_Range = tuple[int, int, Network, str]
"""A network's first and last address as numbers, the network, and its portal's id."""
_first = itemgetter(0)


class Claims:
    """The claims of the portals of a file, from its beginning on."""

    def __init__(self) -> None:
        self._domains: dict[str, str] = {}
        self._ids: set[str] = set()
        # By the version of IP: networks that do not overlap, by their first addresses.
        self._ranges: dict[int, list[_Range]] = {4: [], 6: []}

    def faults(self, portal: Portal) -> Found:
        """Yield what a portal claims that another one has already."""
        if portal.id in self._ids:
            yield ("id",), f"{portal.id!r} stands twice"
        for at, domain in enumerate(portal.entry.domains):
            if owner := self._domains.get(domain):
                yield ("domains", at), f"{domain!r} belongs to the portal {owner!r} already"
        for at, network in enumerate(portal.entry.networks):
            if found := self._overlapping(network):
                _, _, theirs, owner = found
                told = f"{network} overlaps {theirs}, a network of the portal {owner!r}"
                yield ("networks", at), told

    def add(self, portal: Portal) -> None:
        """Keep the claims of a portal that is without fault."""
        self._ids.add(portal.id)
        self._domains |= dict.fromkeys(portal.entry.domains, portal.id)
        # A portal's own networks may lie within each other: the widest one counts.
        for network in sorted(portal.entry.networks, key=lambda network: network.prefixlen):
            if not self._overlapping(network):
                insort(
                    self._ranges[network.version], (*_ends(network), network, portal.id), key=_first
                )

    def _overlapping(self, network: Network) -> _Range | None:
        first, last = _ends(network)
        ranges = self._ranges[network.version]
        at = bisect(ranges, last, key=_first)
        # Of those that begin before its end, the last one is the last to end.
        return ranges[at - 1] if at and ranges[at - 1][1] >= first else None


def _ends(network: Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)
