"""What an operator may set, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .portal.identity import IdentityProvider
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
    ``case_days``: how long a case is kept.  ``case_limit``: how often one address may open one.
    ``guess_limit``: how many codes that fit nothing one address, or one agent, may try.
    ``sign_in_limit``: how often one address may try to sign in.
    ``desk_open``: whether everybody may use the desk without cases.
    ``identity``: who vouches for the agents of the desk outside of portals, from ``OIDC_…``.
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
    case_days: int = 30
    case_limit: str = "60 per hour"
    guess_limit: str = "10 per 10 minutes"
    sign_in_limit: str = "30 per 10 minutes"
    desk_open: bool = False
    identity: IdentityProvider | None = None

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
        try:
            proxies = read_networks(environment.get("TRUSTED_PROXIES", ""))
        except ValueError as fault:
            raise ValueError(f"TRUSTED_PROXIES lists networks: {fault}") from None
        limit = environment.get("RATE_LIMIT", cls.rate_limit)
        read_limit(limit)
        storage = check_storage(environment.get("RATE_LIMIT_STORAGE") or cls.rate_limit_storage)
        database = environment.get("DATABASE_URL", f"sqlite:///{OWN_DATABASE}")
        if database:
            read_url(database)
        days = environment.get("CASE_DAYS", str(cls.case_days))
        if not (days.isdecimal() and 0 < int(days) <= 3660):
            raise ValueError(f"CASE_DAYS is a number of days from 1 to 3660, not {days!r}")
        opening = environment.get("CASE_LIMIT", cls.case_limit)
        guessing = environment.get("GUESS_LIMIT", cls.guess_limit)
        signing = environment.get("SIGN_IN_LIMIT", cls.sign_in_limit)
        read_limit(opening, "CASE_LIMIT")
        read_limit(guessing, "GUESS_LIMIT")
        read_limit(signing, "SIGN_IN_LIMIT")
        desk_open = environment.get("DESK_OPEN", "no")
        if desk_open not in ("yes", "no"):
            raise ValueError(f"DESK_OPEN is yes or no, not {desk_open!r}")
        return cls(
            int(size), url, file, portals, demo, proxies, limit, storage,
            database, int(days), opening, guessing, signing, desk_open == "yes",
            IdentityProvider.from_environment(environment),
        )  # fmt: skip
