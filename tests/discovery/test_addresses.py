"""No address but one of the public internet may be connected to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from app.discovery.addresses import DENIED, may_connect


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "203.162.4.1", "2001:4860:4860::8888", "2402:800:6000::1"],
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert may_connect(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "192.88.99.1", "192.0.0.9",
        "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::10.0.0.1",
        "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001::1", "2001:db8::1", "3fff::1",
        "5f00::1",
    ],
)  # fmt: skip
def test_any_other_is_not(address: str) -> None:
    assert not may_connect(ip_address(address))


def test_the_operators_own_networks_are_allowed() -> None:
    own = [ip_network("10.1.0.0/16")]
    assert may_connect(ip_address("10.1.2.3"), own)
    assert not may_connect(ip_address("10.2.2.3"), own)
    assert not may_connect(ip_address("::ffff:10.1.2.3"), own)


@given(ip_addresses())
def test_what_is_allowed_is_global_and_in_no_denied_network(address: object) -> None:
    if may_connect(address):  # type: ignore[arg-type]
        assert address.is_global  # type: ignore[attr-defined]
        assert not any(address in network for network in DENIED)
