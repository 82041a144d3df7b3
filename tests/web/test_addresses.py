"""The visitor's address: a header counts only as far as the operator's own proxies wrote it."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.addresses import client_address, is_within, read_networks

OURS = read_networks("10.0.0.0/8, 2001:db8:1::/48 192.0.2.7")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("192.0.2.7", "198.51.100.1", "198.51.100.1"),
        ("192.0.2.8", "198.51.100.1", "192.0.2.8"),
        ("10.1.2.3", "127.0.0.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "10.0.0.1,10.0.0.2", "10.0.0.1"),
        ("10.1.2.3", "198.51.100.1, junk", None),
        ("10.1.2.3", "junk, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1,", None),
        ("10.1.2.3", "198.51.100.1:5678", "198.51.100.1"),
        ("10.1.2.3", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.1.2.3", "[2001:db8::1]", "2001:db8::1"),
        ("10.1.2.3", "2001:db8::1", "2001:db8::1"),
        ("2001:db8:1::9", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("[::ffff:10.1.2.3]:80", "[::ffff:198.51.100.1]:80", "198.51.100.1"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("10.1.2.3", "198.51.100.1:port", None),
        ("10.1.2.3", "[198.51.100.1]:80", None),
        ("10.1.2.3", "[2001:db8::1", None),
        ("10.1.2.3", "[2001:db8::1]443", None),
        ("10.1.2.3", "unknown", None),
        ("", "198.51.100.1", None),
        ("unix:", "198.51.100.1", None),
    ],
)
def test_whose_request_it_is(peer: str, forwarded: str, expected: str | None) -> None:
    found = client_address(peer, forwarded, OURS)
    assert found == (expected and ip_address(expected))


def test_the_left_end_of_a_long_header_is_not_read() -> None:
    peer, visitor = "10.1.2.3", ip_address("198.51.100.1")
    assert client_address(peer, "x" * 100_000 + ", 198.51.100.1", OURS) == visitor
    assert client_address(peer, "198.51.100.1" + ",10.0.0.1" * 19, OURS) == visitor
    assert client_address(peer, "198.51.100.1" + ",10.0.0.1" * 20, OURS) is None
    assert client_address(peer, "198.51.100.1" + " " * 1000 + ",10.0.0.1", OURS) is None
    assert client_address(peer, "1" * 990 + "0.0.0.1, 10.0.0.2", OURS) is None


def test_networks_are_read() -> None:
    assert read_networks("") == ()
    assert [str(n) for n in OURS] == ["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7/32"]
    assert is_within(ip_address("192.0.2.7"), OURS)
    assert not is_within(ip_address("2001:db8:2::1"), OURS)
    # Written for a listener of both kinds, meant for IPv4.
    assert [str(n) for n in read_networks("::ffff:10.0.0.0/104")] == ["10.0.0.0/8"]


@pytest.mark.parametrize("text", ["proxy", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;10.0.0.1"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no network such as"):
        read_networks(f"192.0.2.0/24 {text}")


entries = st.one_of(
    st.text(max_size=20),
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]:443"),
    st.sampled_from(["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1:80", "", "%", "[", ":", "[::1%]"]),
)


@given(peer=entries, forwarded=st.lists(entries, max_size=30).map(",".join))
def test_no_text_breaks_it_and_no_stranger_is_believed(peer: str, forwarded: str) -> None:
    found = client_address(peer, forwarded, OURS)
    assert client_address(peer, forwarded, ()) == client_address(peer, "", ())
    alone = client_address(peer, "", OURS)
    if alone is None or not is_within(alone, OURS):
        assert found == alone
