"""Whose network somebody is on is told by the address, once, and put into the URL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from app import create_app
from app.discovery.access_network import DATABASE, NAMES, AccessNetworks
from app.knowledge import add_providers, knowledge
from app.settings import Settings
from tests.linting import LintingClient

FACTS = {"error": "relay-denied", "refused_by": "own-server", "account_domain": "isp.example"}
NETWORKS = {"203.0.113.0/24": "isp.example", "198.51.100.0/25": "rack.example"}
HOME, ELSEWHERE, SERVER, NOBODY = "203.0.113.9", "2001:db8::9", "198.51.100.9", "192.0.2.1"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the data of a small world."""
    folder = tmp_path_factory.mktemp("networks")
    database = MMDBWriter(6, "bundle_location_lite.mmdb", ipv4_compatible=True)
    for network, domain in {**NETWORKS, "2001:db8::/32": "other.example"}.items():
        database.insert_network(IPSet([network]), {"as_domain": domain, "asn": "AS64500"})
    (folder / DATABASE).parent.mkdir()
    database.to_db_file(str(folder / DATABASE))
    (folder / NAMES).parent.mkdir()
    (folder / NAMES).write_text(
        "base_reverse_dns,name,type\nisp.example,Isp & Co,ISP\n"
        "other.example,Other,ISP\nrack.example,Rack,Web Host\n"
    )
    return folder


@pytest.fixture
def visitor(data: Path) -> Iterator[LintingClient]:
    """Return a client of an app that knows these networks, and a provider that runs one."""
    app = create_app(Settings(page_cache=8, network_data=str(data), rate_limit=""))
    some = knowledge().providers[0]
    isp = replace(
        some,
        id="isp",
        name="Isp",
        domains=("isp.example",),
        mail_only=False,
        networks=("isp.example",),
    )
    add_providers(portals=(isp,))
    app.test_client_class = LintingClient
    yield app.test_client()
    add_providers()


def lead(client: LintingClient, address: str, **facts: str) -> dict[str, str]:
    """Return the facts in the URL that somebody is led to, or those of the request."""
    query = urlencode({**FACTS, **facts})
    answer = client.get(f"/en/check?{query}", environ_base={"REMOTE_ADDR": address})
    place = answer.location if answer.status_code == 302 else f"?{query}"
    return dict(parse_qsl(urlsplit(place).query))


@pytest.mark.parametrize(
    ("address", "network", "connection", "vpn"),
    [
        (HOME, "isp.example", "own", None),
        (ELSEWHERE, "other.example", "other", None),
        (f"::ffff:{HOME}", "isp.example", "own", None),
        (SERVER, "rack.example", None, "yes"),
        (NOBODY, "unknown", None, None),
    ],
)
def test_what_an_address_tells(
    visitor: LintingClient, address: str, network: str, connection: str | None, vpn: str | None
) -> None:
    found = lead(visitor, address)
    assert (found["network"], found.get("connection"), found.get("vpn")) == (
        network,
        connection,
        vpn,
    )


def test_nothing_is_said_of_an_account_elsewhere(visitor: LintingClient) -> None:
    found = lead(visitor, HOME, account_domain="fabrikam.example")
    assert found["network"] == "isp.example"
    assert "connection" not in found


def test_an_answer_is_left_as_it_is(visitor: LintingClient) -> None:
    assert lead(visitor, HOME, connection="other")["connection"] == "other"
    assert lead(visitor, SERVER, vpn="no")["vpn"] == "no"


def test_the_page_names_it_and_can_be_told_otherwise(visitor: LintingClient) -> None:
    query = urlencode(lead(visitor, HOME))
    page = visitor.get(f"/en/check?{query}", environ_base={"REMOTE_ADDR": SERVER})
    assert page.status_code == 200  # what the URL says counts, wherever it is opened
    assert "Isp &amp; Co&#39;s network" in page.text
    without = page.text.split("Not right?")[0].rpartition('href="')[2].partition('"')[0]
    other = visitor.get(without.replace("&amp;", "&"), environ_base={"REMOTE_ADDR": HOME})
    assert other.status_code == 200
    assert "Isp &amp; Co" not in other.text


def test_a_name_in_a_link_is_not_repeated(visitor: LintingClient) -> None:
    page = visitor.get(f"/en/check?{urlencode({**FACTS, 'network': 'evil.example'})}")
    assert "evil" not in page.text.split("<main")[1].split("</main>")[0].split("href")[0]


def test_a_server_is_said_to_be_one(visitor: LintingClient) -> None:
    query = urlencode(lead(visitor, SERVER))
    assert "VPN or a server (Rack)" in visitor.get(f"/en/check?{query}").text
    assert "VPN hoặc" in visitor.get(f"/vi/check?{query}").text


def test_without_data_the_address_is_not_looked_at(client: LintingClient) -> None:
    answer = client.get(f"/en/check?{urlencode(FACTS)}", environ_base={"REMOTE_ADDR": HOME})
    assert answer.status_code == 200


def test_data_that_are_none_stop_the_start(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NETWORK_DATA"):
        create_app(Settings(network_data=str(tmp_path)))
    broken = tmp_path / DATABASE
    broken.parent.mkdir()
    broken.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="NETWORK_DATA"):
        create_app(Settings(network_data=str(tmp_path)))
    networks = AccessNetworks(data)
    assert networks.at(ip_address(NOBODY)) is None
