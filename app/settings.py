"""Settings of the operator, read from the environment at start."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import URL

from .http.client_ip import HEADERS, Network, Proxies, read_networks
from .http.host_check import LOOPBACK, read_host, read_hosts
from .http.rate_limits import MEMORY, check_storage, read_limit
from .portals.identity_provider import IdentityProvider, is_loopback
from .portals.secret import with_secrets
from .store.agents import PasswordPolicy
from .store.database import read_url

INSTANCE = Path(__file__).parent.parent / "instance"
OWN_PROVIDERS = INSTANCE / "providers.sqlite3"
OLD_PROVIDERS = INSTANCE / "providers.json"
"""Defaults of PROVIDERS_FILE, the first of them that exists."""
SECRETS = ("DATABASE_URL", "RATE_LIMIT_STORAGE", "OIDC_CLIENT_SECRET")
"""Settings that may hold a secret, and so may be read from the file that NAME_FILE names."""
LOOPBACK_NETWORKS = read_networks("127.0.0.0/8, ::1/128")

_HSTS: Final = re.compile(r"([0-9]{1,10}(; ?includeSubDomains(; ?preload)?)?)?")
"""Values of Strict-Transport-Security (RFC 6797 section 6.1), and '' for none."""
_URL: Final = re.compile(r"https?://[^\s/?#@\\]+(/[^\s?#]*)?")
"""URL that links can start with: no user, password or query."""
_SURE: Final = ("verify-full", "verify-ca")
"""The values of libpq's ``sslmode`` that check the certificate; the first also checks its name."""
_ALLOWS: Final = "INSECURE_BACKENDS=yes allows it, inside a network of your own"


# Readers of single variables: of a name and a value; all raise ``ValueError`` for an invalid one.


def _number(unit: str, least: int = 1, most: int | None = None) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        valid = value.isascii() and value.isdecimal() and int(value) >= least
        if not valid or (most is not None and int(value) > most):
            bounds = f" from {least} to {most}" if most else ""
            raise ValueError(f"{name} is a number of {unit}{bounds}, not {value!r}")
        return int(value)

    return read


def _budget(name: str, value: str) -> int | None:
    return _number("codes, or empty for none")(name, value) if value else None


def _choice(choices: str, values: Mapping[str, Any]) -> Callable[[str, str], Any]:
    def read(name: str, value: str) -> Any:
        if value not in values:
            raise ValueError(f"{name} is {choices}, not {value!r}")
        return values[value]

    return read


def _listed(what: str, read_list: Callable[[str], Any]) -> Callable[[str, str], Any]:
    def read(name: str, value: str) -> Any:
        try:
            return read_list(value)
        except ValueError as fault:
            raise ValueError(f"{name} lists {what}: {fault}") from None

    return read


def _url(name: str, value: str) -> str:
    value = value.rstrip("/")
    if value and not value.startswith(("https://", "http://")):
        raise ValueError(f"{name} starts with https:// (or http://), unlike {value!r}")
    if value and not _URL.fullmatch(value):
        raise ValueError(f"{name} is an address such as https://mail.example, not {value!r}")
    return value


def _limit(name: str, value: str) -> str:
    read_limit(value, name)
    return value


def _header(name: str, value: str) -> str:
    found = next((header for header in HEADERS if header.lower() == value.lower()), None)
    if found is None:
        raise ValueError(f"{name} is {' or '.join(HEADERS)}, not {value!r}")
    return found


def _hsts(name: str, value: str) -> str:
    if not _HSTS.fullmatch(value):
        raise ValueError(
            f"{name} is seconds, as 31536000 or '31536000; includeSubDomains', not {value!r}"
        )
    return value


Text = Annotated[str, lambda name, value: value]
Flag = Annotated[bool, _choice("yes or no", {"yes": True, "no": False})]
Switch = Annotated[bool, _choice("on or off", {"on": True, "off": False})]
Url = Annotated[str, _url]
Limit = Annotated[str, _limit]
Hosts = Annotated[frozenset[str], _listed("names of hosts", read_hosts)]
Networks = Annotated[tuple[Network, ...], _listed("networks", read_networks)]
Storage = Annotated[str, lambda name, value: check_storage(value or MEMORY)]
Policy = Annotated[
    PasswordPolicy,
    _choice("everybody, agents or nobody", {policy: policy for policy in get_args(PasswordPolicy)}),
]
Seconds = Annotated[int, _number("seconds", 1, 3600)]


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
    ``count_days``: how long counts are kept by day and by week.
    ``guess_limit``: invalid codes per address, or per agent.
    ``ocr``: read the text of pictures; None where Tesseract is installed.
    ``picture_limit``: pictures per address.
    ``discovery``: look up what an account's domain publishes, in DNS and from its servers.
    ``discovery_limit``: look-ups per address.
    ``discovery_networks``: private networks that look-ups may connect to as well.
    ``ispdb_url``: a mirror of the ISPDB to look up as well, '' for none.
    ``network_data``: the folder that tells who runs a visitor's network, '' for none.
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

    page_cache: Annotated[int, _number("pages", 0)] = 512
    public_url: Url = ""
    providers_file: Text = ""
    portals: Text = ""
    demo_url: Url = ""
    allowed_hosts: Hosts = frozenset()
    trusted_proxies: Networks = ()
    proxy_header: Annotated[str, _header] = HEADERS[0]
    rate_limit: Limit = "120 per minute"
    # These two may hold a password.
    rate_limit_storage: Storage = field(default=MEMORY, repr=False)
    database_url: Text = field(default="", repr=False)
    web_workers: Annotated[int, _number("processes")] = 1
    web_threads: Annotated[int, _number("threads")] = 64
    insecure_backends: Flag = False
    case_days: Annotated[int, _number("days", 1, 3660)] = 30
    count_days: Annotated[int, _number("days", 30, 36600)] = 800
    case_limit: Limit = "60 per hour"
    guess_limit: Limit = "10 per 10 minutes"
    code_budget: Annotated[int | None, _budget] = 1000
    ocr: Annotated[bool | None, _choice("yes or no", {"": None, "yes": True, "no": False})] = None
    picture_limit: Limit = "20 per 10 minutes"
    discovery: Switch = False
    discovery_limit: Limit = "60 per 10 minutes"
    discovery_networks: Networks = ()
    ispdb_url: Url = ""
    network_data: Text = ""
    sign_in_limit: Limit = "30 per 10 minutes"
    desk_open: Flag = False
    metrics_from: Networks = LOOPBACK_NETWORKS
    head_timeout: Seconds = 10
    body_timeout: Seconds = 20
    send_timeout: Seconds = 30
    passwords: Policy = "everybody"
    idle_minutes: Annotated[int, _number("minutes", 1, 720)] = 60
    hsts: Annotated[str, _hsts] = ""
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
        providers = OWN_PROVIDERS if OWN_PROVIDERS.exists() else OLD_PROVIDERS
        own = {"PROVIDERS_FILE": providers, "PORTALS": INSTANCE / "portals.toml"}
        defaults = {name: str(file) for name, file in own.items() if file.exists()}
        defaults["DATABASE_URL"] = f"sqlite:///{INSTANCE / 'desk.sqlite3'}"
        environment = {**defaults, **with_secrets(environment, SECRETS)}
        read: dict[str, Any] = {}
        for key, kind in get_type_hints(cls, include_extras=True).items():
            name = key.upper()
            if name in environment and get_origin(kind) is Annotated:
                read[key] = kind.__metadata__[0](name, environment[name])
        insecure = read.get("insecure_backends", False)
        if url := read["database_url"]:
            read["database_url"] = _check_database(url, environment, insecure)
        if uri := read.get("rate_limit_storage"):
            _check_storage(uri, insecure)
        return cls(**read, identity=IdentityProvider.from_environment(environment))


def _check_database(url: str, environment: Mapping[str, str], insecure: bool) -> str:
    """Return a database's URL, with ``sslmode=verify-full`` where it is elsewhere and says nothing.

    :param environment: may name PostgreSQL's host where the URL does not
    :param insecure: whether other ways to another machine are allowed
    :raise ValueError: what is sent there could be read, or answered by others
    """
    told = read_url(url)
    if insecure or told.get_backend_name() == "sqlite" or _is_local(told, environment):
        return url
    if "sslmode" not in told.query:
        told = told.update_query_dict({"sslmode": _SURE[0]})
        return told.render_as_string(hide_password=False)
    if told.query["sslmode"] not in _SURE:
        raise ValueError(
            f"DATABASE_URL is on another machine: sslmode is {' or '.join(_SURE)}; {_ALLOWS}"
        )
    return url


def _check_storage(uri: str, insecure: bool) -> None:
    """Check the address of a storage for rate limits, ``memory://`` or a Redis.

    :param insecure: whether other ways to another machine are allowed
    :raise ValueError: what is sent there could be read, or answered by others
    """
    parts = urlsplit(uri)
    plain = parts.scheme == "redis" and not _is_here(parts.hostname or "localhost")
    asked = {key: values[-1].lower() for key, values in parse_qs(parts.query).items()}
    blind = parts.scheme == "rediss" and (
        asked.get("ssl_cert_reqs", "required") != "required"
        or asked.get("ssl_check_hostname", "true") not in ("true", "yes", "1")
    )
    if (plain or blind) and not insecure:
        raise ValueError(
            "RATE_LIMIT_STORAGE is on another machine: it begins with rediss:// (TLS), "
            f"and checks the certificate and its name; {_ALLOWS}"
        )


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine: a loopback address, its name, or a Unix socket."""
    return host.startswith(("/", "@")) or is_loopback(host)


def _is_local(url: URL, environment: Mapping[str, str]) -> bool:
    told = [url.host or ""]
    for key in ("host", "hostaddr"):
        value = url.query.get(key, ())
        told += [value] if isinstance(value, str) else value
    hosts = [host for each in told for host in each.split(",") if host]
    hosts = hosts or [environment.get("PGHOST", ""), environment.get("PGHOSTADDR", "")]
    named = "service" in url.query or "PGSERVICE" in environment  # a file of libpq's says where
    return not named and all(_is_here(_without_port(host)) for host in hosts if host)


def _without_port(host: str) -> str:
    # SQLAlchemy takes several hosts as host=a:5432&host=b:5432.
    name, colon, port = host.rpartition(":")
    return name if colon and ":" not in name and port.isdecimal() else host
