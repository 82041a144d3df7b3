"""Require verified TLS to PostgreSQL and Redis, except on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import URL

from ..store.database import read_url

SURE: Final = ("verify-full", "verify-ca")
"""The values of libpq's ``sslmode`` that check the certificate; the first also checks its name."""
ALLOWS: Final = "INSECURE_BACKENDS=yes allows it, inside a network of your own"


def check_database(url: str, environment: Mapping[str, str], insecure: bool) -> str:
    """Return a database's URL, with ``sslmode=verify-full`` where it is elsewhere and says nothing.

    :param environment: may name PostgreSQL's host where the URL does not
    :param insecure: whether other ways to another machine are allowed
    :raise ValueError: what is sent there could be read, or answered by others
    """
    told = read_url(url)
    if insecure or told.get_backend_name() == "sqlite" or _is_here(told, environment):
        return url
    if "sslmode" not in told.query:
        told = told.update_query_dict({"sslmode": SURE[0]})
        return told.render_as_string(hide_password=False)
    if told.query["sslmode"] not in SURE:
        raise ValueError(
            f"DATABASE_URL is on another machine: sslmode is {' or '.join(SURE)}; {ALLOWS}"
        )
    return url


def require_tls_to_storage(uri: str, insecure: bool) -> str:
    """Return the address of a storage for rate limits, ``memory://`` or a Redis.

    :param insecure: whether other ways to another machine are allowed
    :raise ValueError: what is sent there could be read, or answered by others
    """
    parts = urlsplit(uri)
    plain = parts.scheme == "redis" and not is_here(parts.hostname or "localhost")
    asked = {key: values[-1].lower() for key, values in parse_qs(parts.query).items()}
    blind = parts.scheme == "rediss" and (
        asked.get("ssl_cert_reqs", "required") != "required"
        or asked.get("ssl_check_hostname", "true") not in ("true", "yes", "1")
    )
    if (plain or blind) and not insecure:
        raise ValueError(
            "RATE_LIMIT_STORAGE is on another machine: it begins with rediss:// (TLS), "
            f"and checks the certificate and its name; {ALLOWS}"
        )
    return uri


def is_here(host: str) -> bool:
    """Tell whether a host is this machine: a loopback address, its name, or a Unix socket."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_here(url: URL, environment: Mapping[str, str]) -> bool:
    told = [url.host or ""]
    for key in ("host", "hostaddr"):
        value = url.query.get(key, ())
        told += [value] if isinstance(value, str) else value
    hosts = [host for each in told for host in each.split(",") if host]
    hosts = hosts or [environment.get("PGHOST", ""), environment.get("PGHOSTADDR", "")]
    named = "service" in url.query or "PGSERVICE" in environment  # a file of libpq's says where
    return not named and all(is_here(_without_port(host)) for host in hosts if host)


def _without_port(host: str) -> str:
    # SQLAlchemy takes several hosts as host=a:5432&host=b:5432.
    name, colon, port = host.rpartition(":")
    return name if colon and ":" not in name and port.isdecimal() else host
