"""What an operator may set, read from the environment once, at start."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, cast, get_args
from urllib.parse import urlsplit

from .http import backend_tls
from .http.client_ip import HEADERS, Network, Proxies, read_networks
from .http.host_check import LOOPBACK, read_host, read_hosts
from .http.rate_limits import check_storage, read_limit
from .portals.identity_provider import IdentityProvider
from .portals.secret import with_secrets
from .store.agents import PasswordPolicy

INSTANCE = Path(__file__).parent.parent / "instance"
OWN_PROVIDERS = INSTANCE / "providers.json"
"""Where the operator's own providers stand unless PROVIDERS_FILE says otherwise."""
OWN_PORTALS = INSTANCE / "portals.toml"
"""Where the portals stand unless PORTALS says otherwise."""
OWN_DATABASE = INSTANCE / "desk.sqlite3"
"""Where cases and counts are kept unless DATABASE_URL says otherwise."""

SECRETS = ("DATABASE_URL", "RATE_LIMIT_STORAGE", "OIDC_CLIENT_SECRET")
"""What may hold a secret, and so may stand in a file: NAME_FILE says in which."""
THIS_MACHINE = "127.0.0.0/8, ::1/128"
"""Who may read the metrics unless METRICS_FROM says otherwise."""

_HSTS: Final = re.compile(r"[0-9]{1,10}(; ?includeSubDomains(; ?preload)?)?")
"""What Strict-Transport-Security may say (RFC 6797 section 6.1)."""
_ADDRESS: Final = re.compile(r"https?://[^\s/?#@\\]+(/[^\s?#]*)?")
"""An address that links may begin with: a host, no name or password, no query."""


@dataclass(frozen=True)
class Settings:
    """``page_cache``: how many finished pages are kept in memory, 0 for none.

    ``public_url``: the address the wizard is known by, without a closing slash.  Pages name
    their canonical address and their other languages only when it is set.
    ``allowed_hosts``: the names that links may begin with where there is no ``public_url``; none
    for those of this machine.
    ``providers_file``: providers imported by the operator, none when it is empty.
    ``portals``: the file of the portals, none when it is empty.  ``demo_url``: another address of
    this server, which shows portals embedded in a foreign page.
    ``trusted_proxies``: the networks whose ``proxy_header`` is believed, one of ``HEADERS``.
    ``rate_limit``: how often one address may use the API, ``120 per minute``; empty for no limit.
    ``rate_limit_storage``: where requests are counted, ``memory://`` or ``redis://…``.
    ``web_workers``: how many processes serve, which share the limits where each counts by itself.
    ``web_threads``: how many requests each of them answers at a time.
    ``database_url``: where cases, agents and counts are kept; empty for none of them.
    ``insecure_backends``: whether a database or a Redis on another machine may do without TLS.
    ``case_days``: how long a case is kept.  ``case_limit``: how often one address may open one.
    ``guess_limit``: how many codes that fit nothing one address, or one agent, may try.
    ``code_budget``: how many such codes a day, from everybody together, before addresses that
    have tried some are held up; None for no budget.
    ``sign_in_limit``: how many wrong passwords may come from one address.
    ``desk_open``: whether everybody may use the desk without cases.
    ``metrics_from``: the networks that ``/metrics`` answers to, none when it is empty.
    ``head_timeout``: seconds that a connection may take for the head of a request.
    ``body_timeout``: seconds after which a request's body is complete, or has kept coming.
    ``send_timeout``: seconds that what is sent may stay unread.
    ``passwords``: who may work at the desk with a password of its own: ``everybody``, ``agents``
    (leads come through the identity provider), ``nobody``.
    ``idle_minutes``: how long an agent stays signed in without doing anything.
    ``hsts``: what Strict-Transport-Security says where ``public_url`` is https; empty for nothing.
    ``identity``: who vouches for the agents of the desk outside of portals, from ``OIDC_…``.
    """

    page_cache: int = 512
    public_url: str = ""
    providers_file: str = ""
    portals: str = ""
    demo_url: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    trusted_proxies: tuple[Network, ...] = ()
    proxy_header: str = HEADERS[0]
    rate_limit: str = "120 per minute"
    rate_limit_storage: str = field(default="memory://", repr=False)  # it may hold a password
    web_workers: int = 1
    web_threads: int = 16
    database_url: str = field(default="", repr=False)  # it may hold a password
    insecure_backends: bool = False
    case_days: int = 30
    case_limit: str = "60 per hour"
    guess_limit: str = "10 per 10 minutes"
    code_budget: int | None = 1000
    sign_in_limit: str = "30 per 10 minutes"
    desk_open: bool = False
    metrics_from: tuple[Network, ...] = read_networks(THIS_MACHINE)
    head_timeout: int = 10
    body_timeout: int = 20
    send_timeout: int = 30
    passwords: PasswordPolicy = "everybody"
    idle_minutes: int = 60
    hsts: str = ""
    identity: IdentityProvider | None = None

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names that this server is known by, in small letters, without ports."""
        named = {read_host(urlsplit(url).netloc) for url in (self.public_url, self.demo_url)}
        return (self.allowed_hosts or LOOPBACK) | named - {""}

    @property
    def demo_origin(self) -> str:
        """The origin of the demo page: scheme and host of ``demo_url``, '' without one."""
        return "/".join(self.demo_url.split("/", 3)[:3])

    @cached_property
    def proxies(self) -> Proxies:
        """The operator's own proxies."""
        return Proxies(self.trusted_proxies, self.proxy_header)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables named like the settings, in capitals.

        :raise ValueError: a value that cannot be meant
        """
        environment = with_secrets(environment, SECRETS)
        size = environment.get("PAGE_CACHE", str(cls.page_cache))
        if not size.isdecimal():
            raise ValueError(f"PAGE_CACHE is a number of pages, not {size!r}")
        days = environment.get("CASE_DAYS", str(cls.case_days))
        if not (days.isdecimal() and 0 < int(days) <= 3660):
            raise ValueError(f"CASE_DAYS is a number of days from 1 to 3660, not {days!r}")
        insecure = _is_yes(environment, "INSECURE_BACKENDS")
        workers = environment.get("WEB_WORKERS", str(cls.web_workers))
        if not (workers.isdecimal() and int(workers)):
            raise ValueError(f"WEB_WORKERS is a number of processes, not {workers!r}")
        threads = environment.get("WEB_THREADS", str(cls.web_threads))
        if not (threads.isdecimal() and int(threads)):
            raise ValueError(f"WEB_THREADS is a number of threads, not {threads!r}")
        budget = environment.get("CODE_BUDGET", str(cls.code_budget))
        if budget and not (budget.isdecimal() and int(budget)):
            raise ValueError(f"CODE_BUDGET is a number of codes, or empty for none, not {budget!r}")
        idle = environment.get("IDLE_MINUTES", str(cls.idle_minutes))
        if not (idle.isdecimal() and 0 < int(idle) <= 720):
            raise ValueError(f"IDLE_MINUTES is a number of minutes from 1 to 720, not {idle!r}")
        hsts = environment.get("HSTS", "")
        if hsts and not _HSTS.fullmatch(hsts):
            raise ValueError(
                f"HSTS is seconds, as 31536000 or '31536000; includeSubDomains', not {hsts!r}"
            )
        passwords = environment.get("PASSWORDS", cls.passwords)
        if passwords not in get_args(PasswordPolicy):
            raise ValueError(f"PASSWORDS is everybody, agents or nobody, not {passwords!r}")
        database = environment.get("DATABASE_URL", f"sqlite:///{OWN_DATABASE}")
        if database:
            database = backend_tls.check_database(database, environment, insecure)
        storage = check_storage(environment.get("RATE_LIMIT_STORAGE") or cls.rate_limit_storage)
        return cls(
            page_cache=int(size),
            public_url=_url(environment, "PUBLIC_URL"),
            providers_file=_file(environment, "PROVIDERS_FILE", OWN_PROVIDERS),
            portals=_file(environment, "PORTALS", OWN_PORTALS),
            demo_url=_url(environment, "DEMO_URL"),
            allowed_hosts=_hosts(environment, "ALLOWED_HOSTS"),
            trusted_proxies=_networks(environment, "TRUSTED_PROXIES", ""),
            proxy_header=_header(environment, "PROXY_HEADER", cls.proxy_header),
            rate_limit=_limit(environment, "RATE_LIMIT", cls.rate_limit),
            rate_limit_storage=backend_tls.require_tls_to_storage(storage, insecure),
            web_workers=int(workers),
            web_threads=int(threads),
            database_url=database,
            insecure_backends=insecure,
            case_days=int(days),
            case_limit=_limit(environment, "CASE_LIMIT", cls.case_limit),
            guess_limit=_limit(environment, "GUESS_LIMIT", cls.guess_limit),
            code_budget=int(budget) if budget else None,
            sign_in_limit=_limit(environment, "SIGN_IN_LIMIT", cls.sign_in_limit),
            desk_open=_is_yes(environment, "DESK_OPEN"),
            metrics_from=_networks(environment, "METRICS_FROM", THIS_MACHINE),
            head_timeout=_seconds(environment, "HEAD_TIMEOUT", cls.head_timeout),
            body_timeout=_seconds(environment, "BODY_TIMEOUT", cls.body_timeout),
            send_timeout=_seconds(environment, "SEND_TIMEOUT", cls.send_timeout),
            passwords=cast(PasswordPolicy, passwords),
            idle_minutes=int(idle),
            hsts=hsts,
            identity=IdentityProvider.from_environment(environment),
        )


def _is_yes(environment: Mapping[str, str], name: str) -> bool:
    told = environment.get(name, "no")
    if told not in ("yes", "no"):
        raise ValueError(f"{name} is yes or no, not {told!r}")
    return told == "yes"


def _url(environment: Mapping[str, str], name: str) -> str:
    told = environment.get(name, "").rstrip("/")
    if told and not told.startswith(("https://", "http://")):
        raise ValueError(f"{name} starts with https:// (or http://), unlike {told!r}")
    if told and not _ADDRESS.fullmatch(told):
        raise ValueError(f"{name} is an address such as https://mail.example, not {told!r}")
    return told


def _file(environment: Mapping[str, str], name: str, usual: Path) -> str:
    return environment.get(name, str(usual) if usual.exists() else "")


def _limit(environment: Mapping[str, str], name: str, usual: str) -> str:
    told = environment.get(name, usual)
    read_limit(told, name)
    return told


def _seconds(environment: Mapping[str, str], name: str, usual: int) -> int:
    told = environment.get(name, str(usual))
    if not (told.isascii() and told.isdecimal() and 0 < int(told) <= 3600):
        raise ValueError(f"{name} is a number of seconds from 1 to 3600, not {told!r}")
    return int(told)


def _hosts(environment: Mapping[str, str], name: str) -> frozenset[str]:
    try:
        return read_hosts(environment.get(name, ""))
    except ValueError as fault:
        raise ValueError(f"{name} lists names of hosts: {fault}") from None


def _header(environment: Mapping[str, str], name: str, usual: str) -> str:
    told = environment.get(name, usual)
    found = next((header for header in HEADERS if header.lower() == told.lower()), None)
    if found is None:
        raise ValueError(f"{name} is {' or '.join(HEADERS)}, not {told!r}")
    return found


def _networks(environment: Mapping[str, str], name: str, usual: str) -> tuple[Network, ...]:
    try:
        return read_networks(environment.get(name, usual))
    except ValueError as fault:
        raise ValueError(f"{name} lists networks: {fault}") from None
