"""Client address of a request behind trusted proxies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_PROXIES: Final = 20
"""Trusted proxies that a request may pass through."""
MAX_HEADER_LENGTH: Final = 1000
"""Characters of the header that are read from the right; the client may forge its left."""
HEADERS: Final = ("X-Forwarded-For", "Forwarded")
"""Headers in which proxies send the client's address; the first is the default."""
_MAPPED_BITS: Final = 96
"""Bits before the IPv4 address in an IPv4-mapped one (RFC 4291 section 2.5.5.2)."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_PAIR: Final = re.compile(rf"({_TOKEN})=(?:({_TOKEN})|({_QUOTED}))")
_ELEMENT: Final = re.compile(
    rf"{_TOKEN}=(?:{_TOKEN}|{_QUOTED})(?:;{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))*+"
)
_NODE: Final = re.compile(r"([0-9.]++|\[[0-9A-Fa-f:.]++\])(?::(?:[0-9]{1,5}|_[0-9A-Za-z._-]+))?")
_BACKWARDS: Final = re.compile(r'(?:[^",]|"(?:[^"]|"(?=\\(?:\\\\)*+(?!\\)))*+")*+')
"""One element of the reversed header: a comma ends it unless quoted; a quotation mark after an odd
number of backslashes (here: before them) is part of the text."""


@dataclass(frozen=True)
class Proxies:
    """Trusted proxies: their networks, and the header that they set.

    The other header is not trusted: a proxy that does not set it passes it through.
    """

    networks: tuple[Network, ...] = ()
    header: str = HEADERS[0]

    @property
    def key(self) -> str:
        """Key of the header in a WSGI environment."""
        return f"HTTP_{self.header.upper().replace('-', '_')}"


def trace_address(peer: str, header: str, proxies: Proxies) -> Address | None:
    """Return the client's address, None if it is unknown.

    Anybody can send such a header, so it is read from the right, up to the first address that is
    not a trusted proxy's.

    :param peer: address of the connection; empty on a Unix socket
    :param header: value of the proxies' header, several joined with commas
    """
    address = read_address(peer)
    if address is None or not header or not is_within(address, proxies.networks):
        return address
    text = header[-MAX_HEADER_LENGTH:]
    is_standard = proxies.header == "Forwarded"
    nodes = _read_nodes(text) if is_standard else reversed(text.split(","))
    for number, node in enumerate(nodes):
        if number == MAX_PROXIES:
            return None
        address = read_address(node)
        if address is None or not is_within(address, proxies.networks):
            return address
    return address if len(header) <= MAX_HEADER_LENGTH else None


def client_address(environ: Mapping[str, Any], proxies: Proxies) -> Address | None:
    """Return the client's address of a WSGI request, None if it is unknown."""
    peer = environ.get("REMOTE_ADDR") or ""
    return trace_address(peer, environ.get(proxies.key, ""), proxies)


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    return any(address in network for network in networks)


def read_address(text: str) -> Address | None:
    """Return the address in ``1.2.3.4``, ``1.2.3.4:56``, ``2001:db8::1``, ``[2001:db8::1]:56``.

    An IPv4-mapped IPv6 address becomes the IPv4 address, and a zone is dropped.
    """
    text = text.strip(" \t")
    host, port = text, ""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed or ":" not in host or (port and port[0] != ":"):
            return None
        port = port[1:]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5):
        return None
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def read_networks(text: str) -> tuple[Network, ...]:
    """Return the networks in a list with commas or spaces; an address is a network too.

    :raise ValueError: an entry is not a network; the message names it
    """
    return tuple(_read_network(entry) for entry in text.replace(",", " ").split())


def _read_network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a network such as 10.0.0.0/8 or 2001:db8::/32") from None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= _MAPPED_BITS:
        return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _read_nodes(header: str) -> Iterator[str]:
    """Yield the address in each element of Forwarded (RFC 7239), from the last to the first.

    It is '' where there is none.  The left part of the header may be forged and malformed, a lone
    quotation mark for instance.  The right part was written by trusted proxies, and reading
    backwards yields it before any malformed part.

    :param header: several headers are joined with commas
    """
    backwards = header[::-1]
    at = -1
    while at < len(backwards):
        found = _BACKWARDS.match(backwards, at + 1)
        assert found  # the pattern matches the empty string
        at = found.end()
        if at < len(backwards) and backwards[at] != ",":  # an unbalanced quotation mark
            yield ""
            return
        yield _address(found[0][::-1].strip(" \t"))


def _address(element: str) -> str:
    """Return the address in ``for``; '' if it is obfuscated, unknown or malformed."""
    if not _ELEMENT.fullmatch(element):
        return ""
    pairs = [(name.lower(), plain or quoted) for name, plain, quoted in _PAIR.findall(element)]
    if max(Counter(name for name, _ in pairs).values()) > 1:  # section 4: at most once
        return ""
    value = dict(pairs).get("for", "")
    node = _NODE.fullmatch(re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value)
    return node[1] if node else ""
