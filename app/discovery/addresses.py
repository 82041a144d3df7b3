"""Which addresses of the internet may be connected to on behalf of a visitor.

A mail domain's owner chooses what its names point to, so without this check anybody could make this
server connect to machines that only it can reach (server-side request forgery).

Networks: IANA's special-purpose address registries (RFC 6890), read 2026-11-30.  The standard
library's ``is_global`` lets NAT64, 6to4, site-local addresses and multicast through.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_UNICAST: Final = IPv6Network("2000::/3")
"""All that is global unicast in IPv6 (RFC 4291 section 2.4); in it stands what is denied below."""
DENIED: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a provider's NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def may_connect(address: Address, own: Sequence[Network] = ()) -> bool:
    """Tell whether an address is one of the public internet.

    :param own: networks of the operator's own that are allowed as well
    """
    if any(address in network for network in own if network.version == address.version):
        return True
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not any(address in network for network in DENIED if network.version == address.version)
