"""Services of one application, created at its start and reached by ``services()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask, current_app

from .diagnosis.found import Found
from .files import Pictures
from .http.code_throttle import CodeThrottle
from .http.rate_limits import NetworkRate, RateLimits, RedisCounter
from .i18n.templates import Templates
from .portals import PortalRegistry
from .settings import Settings
from .store import Database, DatabaseUnavailable
from .store.agents import Agents
from .store.cases import Cases, utc_now
from .store.counter_buffer import CounterBuffer
from .store.counts import CodeBudget
from .store.keys import link_key
from .store.sessions import Devices, Sessions

if TYPE_CHECKING:
    from .discovery import Discoveries, Seals
    from .discovery.access_network import AccessNetworks
    from .discovery.checks import Checks
    from .discovery.records import RecordChecks

KEY: Final = "thongthu"
"""Key in Flask's ``extensions``."""
STRICT_CODE_LIMIT: Final = "3 per day"
"""Invalid codes per address once the daily budget of the service is used up."""
OIDC_STARTS: Final = 10
"""Factor by which sign-ins at the identity provider may exceed SIGN_IN_LIMIT: a whole helpdesk
behind one address signs in when its shift begins.
"""


@dataclass(frozen=True)
class Storage:
    """The database and everything stored in it."""

    database: Database
    cases: Cases
    agents: Agents
    devices: Devices
    sessions: Sessions
    counters: CounterBuffer


@dataclass(frozen=True)
class Rates:
    """Rate limits per address and its networks; None for no limit."""

    api: NetworkRate | None
    discovery: NetworkRate | None
    open_case: NetworkRate | None
    picture: NetworkRate | None
    sign_in: NetworkRate | None
    oidc: NetworkRate | None


@dataclass(frozen=True)
class DiscoveryServices:
    """Look-ups of what mail domains publish, seals on what they found, and checks."""

    discoveries: Discoveries
    seals: Seals
    checks: Checks
    records: RecordChecks


@dataclass(frozen=True)
class Services:
    """Services of one application.

    ``today`` and ``now`` are the clocks of the application; tests replace them.
    ``redis`` is None where limits are counted in memory.
    ``storage`` is None without DATABASE_URL: no cases, no agents, no counters.
    ``pictures`` is None where no text of pictures is read, ``discovery`` where DISCOVERY is off,
    ``access_networks`` without NETWORK_DATA.
    """

    settings: Settings
    today: Callable[[], date]
    now: Callable[[], datetime]
    templates: Templates
    portals: PortalRegistry
    rates: Rates
    redis: RedisCounter | None
    code_throttle: CodeThrottle
    storage: Storage | None
    pictures: Pictures | None
    discovery: DiscoveryServices | None
    access_networks: AccessNetworks | None

    @classmethod
    def create(
        cls,
        settings: Settings,
        templates: Templates,
        portals: PortalRegistry,
        today: Callable[[], date],
        now: Callable[[], datetime] | None = None,
    ) -> Services:
        """Create the services that the settings ask for.

        :param now: the clock, by default the database's, which all machines share

        :raise ValueError: RATE_LIMIT_STORAGE cannot be used; OCR=yes, and no Tesseract is here;
            DISCOVERY=on without a database; NETWORK_DATA cannot be read
        """
        limits = RateLimits(settings.rate_limit_storage, settings.web_workers)
        storage = _open_storage(settings, today, now) if settings.database_url else None
        now = now or (storage.cases.now if storage else utc_now)
        sign_in = settings.sign_in_limit, "SIGN_IN_LIMIT"
        rates = Rates(
            api=limits.network_rate(settings.rate_limit, "RATE_LIMIT"),
            discovery=limits.network_rate(settings.discovery_limit, "DISCOVERY_LIMIT"),
            open_case=limits.network_rate(settings.case_limit, "CASE_LIMIT"),
            picture=limits.network_rate(settings.picture_limit, "PICTURE_LIMIT"),
            sign_in=limits.network_rate(*sign_in),
            oidc=limits.network_rate(*sign_in, OIDC_STARTS),
        )
        usual, strict, budget = limits.rates(settings.guess_limit, "GUESS_LIMIT"), [], None
        if storage and settings.code_budget is not None:
            strict = limits.rates(STRICT_CODE_LIMIT, "CODE_BUDGET")
            budget = CodeBudget(storage.database, settings.code_budget, today)
        throttle = CodeThrottle(usual, strict, budget)
        return cls(
            settings,
            today,
            now,
            templates,
            portals,
            rates,
            limits.redis,
            throttle,
            storage,
            _find_pictures(settings.ocr),
            _open_discovery(settings, storage, today, now) if settings.discovery else None,
            _read_networks(settings.network_data) if settings.network_data else None,
        )

    def holds(self, found: Found) -> bool:
        """Tell whether something that a link says was found has been found by this service."""
        if self.discovery is None:
            return False
        try:
            return self.discovery.seals.holds(found)
        except DatabaseUnavailable:  # nobody has asked for its key yet
            return False


def install(app: Flask, instance: Services) -> None:
    """Attach the services to an application."""
    app.extensions[KEY] = instance


def services(app: Flask | None = None) -> Services:
    """Return the services of an application, by default of the current one."""
    instance: Services = (app or current_app).extensions[KEY]
    return instance


def storage() -> Storage:
    """Return the storage of the current application, in code that runs only with a database.

    :raise RuntimeError: DATABASE_URL is empty
    """
    found = services().storage
    if found is None:
        raise RuntimeError("no DATABASE_URL is set")
    return found


def _find_pictures(wanted: bool | None) -> Pictures | None:
    pictures = None if wanted is False else Pictures.find()
    if wanted and pictures is None:
        raise ValueError("OCR=yes needs Tesseract with the language eng or vie, and none is here")
    return pictures


def _open_discovery(
    settings: Settings,
    storage: Storage | None,
    today: Callable[[], date],
    now: Callable[[], datetime],
) -> DiscoveryServices:
    # Only here, since most installations look nothing up.
    from .discovery import Discoveries, Network, Seals
    from .discovery.checks import Checks
    from .discovery.records import RecordChecks

    if storage is None:
        raise ValueError("DISCOVERY=on needs a database, for the key that seals what is found")
    database = storage.database
    keys = cache(lambda: (link_key(database),))
    network = Network(own=settings.discovery_networks)
    name = urlsplit(settings.public_url).hostname or ""
    mirror = f"{settings.ispdb_url}/" if settings.ispdb_url else ""
    recipient = f"postmaster@{name}" if "." in name else ""
    return DiscoveryServices(
        Discoveries(network, today, name, mirror),
        Seals(keys),
        Checks(network, now, recipient, name),
        RecordChecks(network.names),
    )


def _read_networks(folder: str) -> AccessNetworks:
    from .discovery.access_network import AccessNetworks

    try:
        return AccessNetworks(Path(folder))
    except (OSError, ValueError, ImportError) as fault:
        raise ValueError(f"NETWORK_DATA cannot be used: {fault}") from None


def _open_storage(
    settings: Settings, today: Callable[[], date], now: Callable[[], datetime] | None
) -> Storage:
    database = Database(settings.database_url, threads=settings.web_threads)
    now = now or database.now
    counters = CounterBuffer(database, today)
    database.refused = lambda why: counters.add("", ("refused", why))
    idle = timedelta(minutes=settings.idle_minutes)
    return Storage(
        database=database,
        cases=Cases(
            database,
            timedelta(days=settings.case_days),
            now,
            count_lifetime=timedelta(days=settings.count_days),
        ),
        agents=Agents(database, now, settings.passwords),
        devices=Devices(database, now),
        sessions=Sessions(database, now, idle, settings.passwords),
        counters=counters,
    )
