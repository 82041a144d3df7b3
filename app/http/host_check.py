"""Check the Host header: its form, and whether links may be made with it.

A client can send any Host.  werkzeug's ``host_is_trusted`` takes neither an underscore, as
containers' names have it, nor an IPv6 address in its list; so the form is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv6Address
from typing import Any, Final

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The names of a server for which no other name is configured."""
_HOST: Final = re.compile(r"([A-Za-z0-9._~-]{1,253}|\[([0-9A-Fa-f:.]{2,45})\])(?::[0-9]{0,5})?")
"""``host[:port]`` (RFC 3986 section 3.2) without what no name has: a comma joins two headers."""
_OLD: Final = ("HTTP/0.9", "HTTP/1.0", "HTTP/1")
"""Versions in which a request need not have a Host (RFC 9110 7.2); granian writes 1.0 as 1."""

_HEADERS: Final = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


def read_host(header: str) -> str:
    """Return the name in a Host header, in small letters, without port; '' if it is wrong."""
    found = _HOST.fullmatch(header)
    if found is None:
        return ""
    if found[2]:
        try:
            IPv6Address(found[2])
        except ValueError:
            return ""
    return found[1].lower()


def read_hosts(text: str) -> frozenset[str]:
    """Return the names of a list with commas or spaces.

    :raise ValueError: an entry is no name, or has a port; the message names it
    """
    names = text.replace(",", " ").split()
    for name in names:
        if read_host(name) != name.lower():
            raise ValueError(f"{name!r} is no name of a host such as wizard.example, without port")
    return frozenset(name.lower() for name in names)


def host_of(environ: Mapping[str, Any]) -> str:
    """Return the name that a WSGI request came in by, '' for none."""
    return read_host(environ.get("HTTP_HOST", ""))


class HostCheck:
    """WSGI middleware that refuses a request whose Host is wrong, missing or there twice.

    RFC 9112 section 3.2 wants the 400; two headers reach WSGI joined with a comma.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        required = environ.get("HTTP_HOST") or environ.get("SERVER_PROTOCOL") not in _OLD
        if required and not host_of(environ):
            start("400 Bad Request", list(_HEADERS))
            return [b"The request names no host, or in a wrong form.\n"]
        return self.app(environ, start)
