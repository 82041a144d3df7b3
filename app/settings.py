"""Settings of the operator, read from the environment at start."""

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
"""Default of PROVIDERS_FILE, if it exists."""
OWN_PORTALS = INSTANCE / "portals.toml"
"""Default of PORTALS, if it exists."""
OWN_DATABASE = INSTANCE / "desk.sqlite3"
"""Default of DATABASE_URL."""

SECRETS = ("DATABASE_URL", "RATE_LIMIT_STORAGE", "OIDC_CLIENT_SECRET")
"""Settings that may hold a secret, and so may be read from the file that NAME_FILE names."""
LOOPBACK_NETWORKS = "127.0.0.0/8, ::1/128"
"""Default of METRICS_FROM."""

_HSTS: Final = re.compile(r"[0-9]{1,10}(; ?includeSubDomains(; ?preload)?)?")
"""Values of Strict-Transport-Security (RFC 6797 section 6.1)."""
_URL: Final = re.compile(r"https?://[^\s/?#@\\]+(/[^\s?#]*)?")
"""URL that links can start with: no user, password or query."""


@dataclass(frozen=True)
class Settings:
    """``page_cache``: number of finished pages kept in memory, 0 for none.

    ``public_url``: public address without a trailing slash.  Only with it, pages name their
    canonical URL and their other languages.
    ``allowed_hosts``: hosts that links may name without ``public_url``; empty for loopback names.
    ``providers_file``: providers imported by the operator, '' for none.
    ``portals``: the portals file, '' for none.
    ``demo_url``: another address of this server, which shows portals embedded in a foreign page.
    ``trusted_proxies``: networks whose ``proxy_header`` is trusted, one of ``HEADERS``.
    ``rate_limit``: requests to the API per address, ``120 per minute``; '' for no limit.
    ``rate_limit_storage``: where requests are counted, ``memory://`` or ``redis://…``.
    ``web_workers``: number of server processes, which share limits counted in memory.
    ``web_threads``: concurrent requests of each process.
    ``database_url``: database of cases, agents and counters; '' for none of them.
    ``insecure_backends``: allow a database or Redis on another machine without TLS.
    ``case_days``: lifetime of a case.  ``case_limit``: new cases per address.
    ``guess_limit``: invalid codes per address, or per agent.
    ``code_budget``: invalid codes per day from everybody, before addresses that have sent some are
    throttled; None for no budget.
    ``sign_in_limit``: wrong passwords per address.
    ``desk_open``: allow everybody to use the desk, without cases.
    ``metrics_from``: networks that may read ``/metrics``; empty for none.
    ``head_timeout``: seconds for the head of a request.
    ``body_timeout``: seconds for its body, more while data keep arriving.
    ``send_timeout``: seconds that sent data may stay unacknowledged.
    ``passwords``: who may sign in with a password: ``everybody``, ``agents`` (leads use the
    identity provider), ``nobody``.
    ``idle_minutes``: minutes until an unused session ends.
    ``hsts``: Strict-Transport-Security where ``public_url`` is https; '' for none.
    ``identity``: identity provider of the desk outside all portals, from ``OIDC_…``.
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
    metrics_from: tuple[Network, ...] = read_networks(LOOPBACK_NETWORKS)
    head_timeout: int = 10
    body_timeout: int = 20
    send_timeout: int = 30
    passwords: PasswordPolicy = "everybody"
    idle_minutes: int = 60
    hsts: str = ""
    identity: IdentityProvider | None = None

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Names of this server, in lower case, without ports."""
        named = {read_host(urlsplit(url).netloc) for url in (self.public_url, self.demo_url)}
        return (self.allowed_hosts or LOOPBACK) | named - {""}

    @property
    def demo_origin(self) -> str:
        """Origin of ``demo_url``, '' without one."""
        return "/".join(self.demo_url.split("/", 3)[:3])

    @cached_property
    def proxies(self) -> Proxies:
        """Trusted proxies."""
        return Proxies(self.trusted_proxies, self.proxy_header)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables named like the settings, in capitals.

        :raise ValueError: a value is invalid
        """
        environment = with_secrets(environment, SECRETS)
        read = _Reader(environment)
        insecure = read.flag("INSECURE_BACKENDS")
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
        codes, budgeted = "codes, or empty for none", environment.get("CODE_BUDGET") != ""
        return cls(
            page_cache=read.number("PAGE_CACHE", cls.page_cache, "pages", 0),
            public_url=read.url("PUBLIC_URL"),
            providers_file=read.file("PROVIDERS_FILE", OWN_PROVIDERS),
            portals=read.file("PORTALS", OWN_PORTALS),
            demo_url=read.url("DEMO_URL"),
            allowed_hosts=read.hosts("ALLOWED_HOSTS"),
            trusted_proxies=read.networks("TRUSTED_PROXIES", ""),
            proxy_header=read.header("PROXY_HEADER", cls.proxy_header),
            rate_limit=read.limit("RATE_LIMIT", cls.rate_limit),
            rate_limit_storage=backend_tls.require_tls_to_storage(storage, insecure),
            web_workers=read.number("WEB_WORKERS", cls.web_workers, "processes"),
            web_threads=read.number("WEB_THREADS", cls.web_threads, "threads"),
            database_url=database,
            insecure_backends=insecure,
            case_days=read.number("CASE_DAYS", cls.case_days, "days", 1, 3660),
            case_limit=read.limit("CASE_LIMIT", cls.case_limit),
            guess_limit=read.limit("GUESS_LIMIT", cls.guess_limit),
            code_budget=read.number("CODE_BUDGET", cls.code_budget, codes) if budgeted else None,
            sign_in_limit=read.limit("SIGN_IN_LIMIT", cls.sign_in_limit),
            desk_open=read.flag("DESK_OPEN"),
            metrics_from=read.networks("METRICS_FROM", LOOPBACK_NETWORKS),
            head_timeout=read.number("HEAD_TIMEOUT", cls.head_timeout, "seconds", 1, 3600),
            body_timeout=read.number("BODY_TIMEOUT", cls.body_timeout, "seconds", 1, 3600),
            send_timeout=read.number("SEND_TIMEOUT", cls.send_timeout, "seconds", 1, 3600),
            passwords=cast(PasswordPolicy, passwords),
            idle_minutes=read.number("IDLE_MINUTES", cls.idle_minutes, "minutes", 1, 720),
            hsts=hsts,
            identity=IdentityProvider.from_environment(environment),
        )


@dataclass(frozen=True)
class _Reader:
    """Read single variables; every method raises ``ValueError`` for an invalid value."""

    environment: Mapping[str, str]

    def number(
        self, name: str, default: int | None, unit: str, least: int = 1, most: int | None = None
    ) -> int:
        value = self.environment.get(name, str(default))
        valid = value.isascii() and value.isdecimal() and int(value) >= least
        if not valid or (most is not None and int(value) > most):
            bounds = f" from {least} to {most}" if most else ""
            raise ValueError(f"{name} is a number of {unit}{bounds}, not {value!r}")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self.environment.get(name, "no")
        if value not in ("yes", "no"):
            raise ValueError(f"{name} is yes or no, not {value!r}")
        return value == "yes"

    def url(self, name: str) -> str:
        value = self.environment.get(name, "").rstrip("/")
        if value and not value.startswith(("https://", "http://")):
            raise ValueError(f"{name} starts with https:// (or http://), unlike {value!r}")
        if value and not _URL.fullmatch(value):
            raise ValueError(f"{name} is an address such as https://mail.example, not {value!r}")
        return value

    def file(self, name: str, default: Path) -> str:
        return self.environment.get(name, str(default) if default.exists() else "")

    def limit(self, name: str, default: str) -> str:
        value = self.environment.get(name, default)
        read_limit(value, name)
        return value

    def hosts(self, name: str) -> frozenset[str]:
        try:
            return read_hosts(self.environment.get(name, ""))
        except ValueError as fault:
            raise ValueError(f"{name} lists names of hosts: {fault}") from None

    def header(self, name: str, default: str) -> str:
        value = self.environment.get(name, default)
        found = next((header for header in HEADERS if header.lower() == value.lower()), None)
        if found is None:
            raise ValueError(f"{name} is {' or '.join(HEADERS)}, not {value!r}")
        return found

    def networks(self, name: str, default: str) -> tuple[Network, ...]:
        try:
            return read_networks(self.environment.get(name, default))
        except ValueError as fault:
            raise ValueError(f"{name} lists networks: {fault}") from None
