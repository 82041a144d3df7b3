"""Put together what is kept: the database, and the cases and agents in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from flask import Flask

from .api import limiting
from .cases.throttle import CodeThrottle
from .settings import Settings
from .store import Database
from .store.agents import Agents
from .store.cases import Cases
from .store.code_budget import CodeBudget
from .store.devices import Devices
from .store.sessions import Sessions
from .store.tally import Tally
from .web.rates import RateLimits

STRICT: Final = "3 per day"
"""How many codes that fit nothing an address may try once the budget of the service is used up."""

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
    limits = RateLimits(settings.rate_limit_storage, settings.web_workers)
    rate = limits.network_rate(settings.rate_limit, "RATE_LIMIT")
    limiting.install(app, rate, settings.proxies)
    idle = timedelta(minutes=settings.idle_minutes)
    app.extensions |= {
        "database": database,
        "now": now,
        "cases": Cases(database, lifetime, now) if database else None,
        "agents": Agents(database, now, settings.passwords) if database else None,
        "devices": Devices(database, now) if database else None,
        "sessions": Sessions(database, now, idle, settings.passwords) if database else None,
        "passwords": settings.passwords,
        "tally": Tally(database, today) if database else None,
        "metrics_from": (settings.metrics_from, settings.proxies),
        "code_throttle": _throttle(limits, settings, database, today),
        "case_rate": limits.network_rate(settings.case_limit, "CASE_LIMIT"),
        "sign_in_rate": limits.network_rate(settings.sign_in_limit, "SIGN_IN_LIMIT"),
        "provider_rate": limits.network_rate(settings.sign_in_limit, "SIGN_IN_LIMIT", SHIFT_BEGINS),
        "desk_open": settings.desk_open,
        "identity": settings.identity,
    }


def _throttle(
    limits: RateLimits, settings: Settings, database: Database | None, today: Callable[[], date]
) -> CodeThrottle:
    usual = limits.rates(settings.guess_limit, "GUESS_LIMIT")
    if database is None or settings.code_budget is None:
        return CodeThrottle(usual)
    strict = limits.rates(STRICT, "CODE_BUDGET")
    return CodeThrottle(usual, strict, CodeBudget(database, settings.code_budget, today))
