"""What an operator may set, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .store.database import read_url
from .web.addresses import Network, read_networks
from .web.rates import check_storage, read_limit

INSTANCE = Path(__file__).parent.parent / "instance"
OWN_PROVIDERS = INSTANCE / "providers.json"
"""Where the operator's own providers stand unless PROVIDERS_FILE says otherwise."""
OWN_PORTALS = INSTANCE / "portals.toml"
"""Where the portals stand unless PORTALS says otherwise."""
OWN_DATABASE = INSTANCE / "desk.sqlite3"
"""Where cases and counts are kept unless DATABASE_URL says otherwise."""

THIS_MACHINE = "127.0.0.0/8, ::1/128"
"""Who may read the metrics unless METRICS_FROM says otherwise."""


@dataclass(frozen=True)
class Settings:
    """``page_cache``: how many finished pages are kept in memory, 0 for none.

    ``public_url``: the address the wizard is known by, without a closing slash.  Pages name
    their canonical address and their other languages only when it is set.
    ``providers_file``: providers imported by the operator, none when it is empty.
    ``portals``: the file of the portals, none when it is empty.  ``demo_url``: another address of
    this server, which shows portals embedded in a foreign page.
    ``trusted_proxies``: the networks whose X-Forwarded-For header is believed.
    ``rate_limit``: how often one address may use the API, ``120 per minute``; empty for no limit.
    ``rate_limit_storage``: where requests are counted, ``memory://`` or ``redis://…``.
    ``database_url``: where cases, agents and counts are kept; empty for none of them.
    ``metrics_from``: the networks that ``/metrics`` answers to, none when it is empty.
    """

    page_cache: int = 512
    public_url: str = ""
    providers_file: str = ""
    portals: str = ""
    demo_url: str = ""
    trusted_proxies: tuple[Network, ...] = ()
    rate_limit: str = "120 per minute"
    rate_limit_storage: str = "memory://"
    database_url: str = ""
    metrics_from: tuple[Network, ...] = read_networks(THIS_MACHINE)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables named like the settings, in capitals.

        :raise ValueError: a value that cannot be meant
        """
        size = environment.get("PAGE_CACHE", str(cls.page_cache))
        url = environment.get("PUBLIC_URL", "").rstrip("/")
        own = str(OWN_PROVIDERS) if OWN_PROVIDERS.exists() else ""
        file = environment.get("PROVIDERS_FILE", own)
        if not size.isdecimal():
            raise ValueError(f"PAGE_CACHE is a number of pages, not {size!r}")
        demo = environment.get("DEMO_URL", "").rstrip("/")
        for name, told in (("PUBLIC_URL", url), ("DEMO_URL", demo)):
            if told and not told.startswith(("https://", "http://")):
                raise ValueError(f"{name} starts with https:// (or http://), unlike {told!r}")
        portals = environment.get("PORTALS", str(OWN_PORTALS) if OWN_PORTALS.exists() else "")
        proxies = _networks(environment, "TRUSTED_PROXIES", "")
        readers = _networks(environment, "METRICS_FROM", THIS_MACHINE)
        limit = environment.get("RATE_LIMIT", cls.rate_limit)
        read_limit(limit)
        storage = check_storage(environment.get("RATE_LIMIT_STORAGE") or cls.rate_limit_storage)
        database = environment.get("DATABASE_URL", f"sqlite:///{OWN_DATABASE}")
        if database:
            read_url(database)
        return cls(
            int(size), url, file, portals, demo, proxies, limit, storage, database, readers
        )  # fmt: skip


def _networks(environment: Mapping[str, str], name: str, otherwise: str) -> tuple[Network, ...]:
    try:
        return read_networks(environment.get(name, otherwise))
    except ValueError as fault:
        raise ValueError(f"{name} lists networks: {fault}") from None
