"""Who runs the network that a visitor comes from, by data that the operator has installed.

The data: IPinfo Lite and a list of names and kinds by domain, as the package ``parsedmarc`` carries
them (CC BY-SA 4.0, attribution shown on the page).  docs/discovery.md says how to install them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

DATABASE: Final = Path("ipinfo", "ipinfo_lite.mmdb")
NAMES: Final = Path("maps", "base_reverse_dns_map.csv")
SERVERS: Final = frozenset({"Web Host", "IaaS"})
"""Kinds of networks that hold servers: whoever comes from there uses a VPN or something like it."""


@dataclass(frozen=True)
class AccessNetwork:
    """A network: the domain of who runs it, and the name for people."""

    domain: str
    name: str
    has_servers: bool


class AccessNetworks:
    """Finds networks by address and by domain.

    :param folder: holds both files
    :raise OSError: one of them is missing or cannot be read
    :raise ValueError: one of them is something else
    """

    def __init__(self, folder: Path) -> None:
        import maxminddb  # only where it is switched on

        try:
            self._database = maxminddb.open_database(folder / DATABASE)
        except maxminddb.InvalidDatabaseError as fault:
            raise ValueError(f"{folder / DATABASE}: {fault}") from None
        with (folder / NAMES).open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if len(row) >= 3]
        self._known = {
            domain: AccessNetwork(domain, name, kind in SERVERS) for domain, name, kind, *_ in rows
        }

    def at(self, address: IPv4Address | IPv6Address) -> AccessNetwork | None:
        """Return the network that an address belongs to, None where it is not known by name."""
        found = self._database.get(str(address))
        return self.of(str(found.get("as_domain"))) if isinstance(found, dict) else None

    def of(self, domain: str | None) -> AccessNetwork | None:
        """Return the network that somebody runs, None where it is not known by name."""
        return self._known.get(domain or "")
