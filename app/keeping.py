"""Put together what is kept: the database, and the cases and agents in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from flask import Flask

from .settings import Settings
from .store import Database
from .store.agents import Agents
from .store.cases import Cases
from .store.devices import Devices
from .store.sessions import Sessions
from .store.tally import Tally
from .web.guesses import Guesses
from .web.rates import Rate, read_limit

WIDER: Final = 10
"""How many times more codes that fit nothing may come from the whole network around an address."""

SHIFT_BEGINS: Final = 10
"""How many times more sign-ins may begin at the identity provider than wrong passwords may come:
a whole helpdesk behind one address begins its shift at once, and has done nothing wrong.
"""


def install(
    app: Flask, settings: Settings, now: Callable[[], datetime], today: Callable[[], date]
) -> None:
    """Give an app its database; without one there are no cases, no agents, no counts."""
    database = Database(settings.database_url) if settings.database_url else None
    lifetime = timedelta(days=settings.case_days)
    idle = timedelta(minutes=settings.idle_minutes)
    near, wide = (make_rate(settings, "guess_limit", times) for times in (1, WIDER))
    app.extensions |= {
        "database": database,
        "cases": Cases(database, lifetime, now) if database else None,
        "agents": Agents(database, now, settings.passwords) if database else None,
        "devices": Devices(database, now) if database else None,
        "sessions": Sessions(database, now, idle, settings.passwords) if database else None,
        "passwords": settings.passwords,
        "tally": Tally(database, today) if database else None,
        "metrics_from": (settings.metrics_from, settings.trusted_proxies),
        "guesses": Guesses(near, wide),
        "case_rate": make_rate(settings, "case_limit"),
        "sign_in_rate": make_rate(settings, "sign_in_limit"),
        "provider_rate": make_rate(settings, "sign_in_limit", SHIFT_BEGINS),
        "desk_open": settings.desk_open,
        "identity": settings.identity,
    }


def make_rate(settings: Settings, name: str, times: int = 1) -> Rate | None:
    """Return what counts by the limit of a setting, None where it is set to none.

    :param times: so many times more are let through
    """
    limit = read_limit(getattr(settings, name), name.upper())
    if limit is None:
        return None
    more = type(limit)(limit.amount * times, limit.multiples)
    return Rate(more, settings.rate_limit_storage)
