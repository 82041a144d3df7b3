"""The client's address: only what trusted proxies wrote in a header counts."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.client_ip import Proxies, client_address, is_within, read_networks, trace_address

NETWORKS = read_networks("10.0.0.0/8, 2001:db8:1::/48 192.0.2.7")
OURS = Proxies(NETWORKS)
STANDARD = Proxies(NETWORKS, "Forwarded")


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
def test_client_address_by_x_forwarded_for(peer: str, forwarded: str, expected: str | None) -> None:
    found = trace_address(peer, forwarded, OURS)
    assert found == (expected and ip_address(expected))


def test_the_left_end_of_a_long_header_is_not_read() -> None:
    peer, visitor = "10.1.2.3", ip_address("198.51.100.1")
    assert trace_address(peer, "x" * 100_000 + ", 198.51.100.1", OURS) == visitor
    assert trace_address(peer, "198.51.100.1" + ",10.0.0.1" * 19, OURS) == visitor
    assert trace_address(peer, "198.51.100.1" + ",10.0.0.1" * 20, OURS) is None
    assert trace_address(peer, "198.51.100.1" + " " * 1000 + ",10.0.0.1", OURS) is None
    assert trace_address(peer, "1" * 990 + "0.0.0.1, 10.0.0.2", OURS) is None


def test_networks_are_read() -> None:
    assert read_networks("") == ()
    assert [str(n) for n in NETWORKS] == ["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7/32"]
    assert is_within(ip_address("192.0.2.7"), NETWORKS)
    assert not is_within(ip_address("2001:db8:2::1"), NETWORKS)
    # Written for a listener of both kinds, meant for IPv4.
    assert [str(n) for n in read_networks("::ffff:10.0.0.0/104")] == ["10.0.0.0/8"]


@pytest.mark.parametrize("text", ["proxy", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8;10.0.0.1"])
def test_an_invalid_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a network such as"):
        read_networks(f"192.0.2.0/24 {text}")


entries = st.one_of(
    st.text(max_size=20),
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]:443"),
    st.sampled_from(["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1:80", "", "%", "[", ":", "[::1%]"]),
)


@given(
    peer=entries,
    header=st.lists(entries, max_size=30).map(",".join),
    ours=st.sampled_from([OURS, STANDARD]),
)
def test_any_header_is_parsed_and_untrusted_peers_are_ignored(
    peer: str, header: str, ours: Proxies
) -> None:
    found = trace_address(peer, header, ours)
    nobody = Proxies((), ours.header)
    assert trace_address(peer, header, nobody) == trace_address(peer, "", nobody)
    alone = trace_address(peer, "", ours)
    if alone is None or not is_within(alone, NETWORKS):
        assert found == alone


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ("For=198.51.100.1;Proto=https;BY=_us", "198.51.100.1"),
        ("proto=https;by=10.0.0.1;for=198.51.100.1;host=wizard.example", "198.51.100.1"),
        ('for="198.51.100.1:4711"', "198.51.100.1"),
        ('for="198.51.100.1:_4711"', "198.51.100.1"),
        ('for="[2001:db8::1]:4711"', "2001:db8::1"),
        ('for="[2001:db8::1]"', "2001:db8::1"),
        (r'for="\1\9\8.51.100.1"', "198.51.100.1"),
        ("for=127.0.0.1, for=198.51.100.1 ,\tfor=10.9.9.9", "198.51.100.1"),
        ("for=10.0.0.1,for=10.0.0.2", "10.0.0.1"),
        (r'for=198.51.100.1;host="a, \", for=127.0.0.1"', "198.51.100.1"),
        (r'for=127.0.0.1;host="\\", for=198.51.100.1;host="\\"', "198.51.100.1"),
        # The left end is the visitor's own.
        ('for=127.0.0.1;by=", for=198.51.100.1', "198.51.100.1"),
        ('for=127.0.0.1;by=", for="[2001:db8::1]"', "2001:db8::1"),
        ('",;=for, for=198.51.100.1', "198.51.100.1"),
        ('x="\\, for=198.51.100.1;host="wizard.example"', "198.51.100.1"),
        ("for=198.51.100.1, for=_hidden", None),
        ("for=198.51.100.1, for=unknown", None),
        ("for=198.51.100.1, for=10.0.0.1;for=10.0.0.2", None),
        ("for=198.51.100.1, for=10.0.0.1;proto=a;PROTO=b", None),
        ("for=198.51.100.1, proto=https", None),
        ("for=198.51.100.1,", None),
        ('for=198.51.100.1, for="10.0.0.1', None),
        ("for=198.51.100.1:4711", None),
        ("for=[2001:db8::1]", None),
        ('for="2001:db8::1"', None),
        ('for="[2001:db8::1"', None),
        ('for="198.51.100.1:port"', None),
        ('for="198.51.100.1:123456"', None),
        ("for = 198.51.100.1", None),
        ("for=198.51.100.1 by=_us", None),
        ("198.51.100.1", None),
        (",", None),
        ("", "10.1.2.3"),
    ],
)
def test_client_address_by_forwarded(header: str, expected: str | None) -> None:
    assert trace_address("10.1.2.3", header, STANDARD) == (expected and ip_address(expected))
    assert trace_address("203.0.113.5", header, STANDARD) == ip_address("203.0.113.5")


def test_only_the_configured_header_is_read() -> None:
    header = {
        "REMOTE_ADDR": "10.1.2.3",
        "HTTP_X_FORWARDED_FOR": "198.51.100.1",
        "HTTP_FORWARDED": "for=203.0.113.9",
    }
    assert client_address(header, OURS) == ip_address("198.51.100.1")
    assert client_address(header, STANDARD) == ip_address("203.0.113.9")


written = st.builds(
    lambda address, name, host, before: (
        f"{before}{name}={address};host={host}" if before else f"{name}={address};host={host}"
    ),
    st.ip_addresses(v=6).map(lambda address: f'"[{address}]"'),
    st.sampled_from(["for", "For", "FOR"]),
    st.text(st.characters(codec="ascii", exclude_characters="\n"), max_size=20).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
    st.sampled_from(["", "proto=https;", 'by="[2001:db8::9]:443";']),
)


@given(forged=st.text('for=1.2;," \\[]:', max_size=60), element=written)
def test_a_forged_left_part_does_not_change_the_right_part(forged: str, element: str) -> None:
    alone = trace_address("10.1.2.3", element, STANDARD)
    assert alone is not None
    assert trace_address("10.1.2.3", f"{forged}, {element}", STANDARD) == alone


def test_the_left_end_of_a_long_standard_header_is_not_read() -> None:
    def read(header: str) -> object:
        return trace_address("10.1.2.3", header, STANDARD)

    visitor = ip_address("198.51.100.1")
    assert read('"' * 100_001 + ", for=198.51.100.1") == visitor
    assert read("for=198.51.100.1" + ",for=10.0.0.1" * 19) == visitor
    assert read("for=198.51.100.1" + ",for=10.0.0.1" * 20) is None
    # What a visitor may make long, the name of the host, hides nothing but the address.
    assert read(f'for=198.51.100.1;host="{"x" * 1000},for=127.0.0.1"') is None
