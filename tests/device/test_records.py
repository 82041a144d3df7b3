"""What a portal is told to put into DNS is what an email app, and our own search, then finds."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from flask import Flask

from app.device.records import DnsRecord, dns_records, make_pacc
from app.discovery.checks import Checks
from app.discovery.network import Names
from app.discovery.published import read_pacc, read_srv
from app.discovery.records import RecordChecks
from app.knowledge import Incoming, Outgoing, Provider
from app.services import install, services
from tests.discovery.laboratory import LabNetwork, Laboratory
from tests.linting import LintingClient

DAY = date(2026, 11, 30)
ISP = Provider(
    id="isp",
    name="Isp",
    domains=("isp.example",),
    sign_in="password",
    outgoing=(
        Outgoing("smtp.isp.example", 465, "tls"),
        Outgoing("smtp.isp.example", 587, "starttls"),
        Outgoing("relay.isp.example", 25, "none", login=False),
    ),
    source="",
    checked=DAY,
    incoming=(Incoming("imap", "imap.isp.example", 993, "tls"),),
)


def srv(records: tuple[DnsRecord, ...], service: str) -> list[tuple[int, int, str, int]]:
    """Return the SRV records of a service as a resolver does."""
    found = [r.value.split() for r in records if r.name == f"{service}._tcp.isp.example"]
    return [(int(p), -int(w), host.rstrip("."), int(port)) for p, w, port, host in found]


def test_our_own_search_finds_what_is_published() -> None:
    records = dns_records(ISP, "isp.example", "help.isp.example")
    services = ("_submissions", "_submission", "_imaps")
    found = read_srv("isp.example", DAY, *(srv(records, each) for each in services))
    assert found.outgoing == ISP.outgoing[:2]
    assert found.incoming == ISP.incoming
    document = make_pacc(ISP)
    assert document is not None
    text = next(r.value.strip('"') for r in records if r.kind == "TXT")
    pacc = read_pacc(document, [text], "isp.example", DAY)
    assert pacc.outgoing == ISP.outgoing[:1]
    assert pacc.sign_in == "password"
    assert not any("relay." in record.value for record in records)


def test_pacc_cannot_tell_of_another_port() -> None:
    other = Provider("x", "X", ("x.example",), "password", ISP.outgoing[1:2], "", DAY)
    assert make_pacc(other) is None
    assert {r.for_what for r in dns_records(other, "x.example", "here.example")} == {"srv"}


def test_the_portals_page_has_them(portal_client: LintingClient) -> None:
    page = unescape(portal_client.get("/at/proseware/en/developers/settings").text)
    assert "_submissions._tcp.proseware.com. 3600 IN SRV 0 1 465 smtp.proseware.com." in page
    assert "ua-auto-config.proseware.com. 3600 IN CNAME wizard.example." in page
    assert "has not turned that on" in page
    assert "/en/developers/settings" in portal_client.get("/at/proseware/en/developers").text
    assert portal_client.get("/en/developers/settings").status_code == 404


def test_the_document_is_the_one_that_dns_vouches_for(portal_client: LintingClient) -> None:
    url = "/.well-known/user-agent-configuration.json"
    answer = portal_client.get(url, base_url="http://ua-auto-config.proseware.com")
    assert answer.mimetype == "application/json"
    page = unescape(portal_client.get("/at/proseware/vi/developers/settings").text)
    text = page.split('IN TXT "')[1].split('"')[0]
    found = read_pacc(answer.data, [text], "proseware.com", DAY)
    assert found.provider == "portal-proseware"  # its servers are known
    for other in ("ua-auto-config.nobody.example", "proseware.com", "autoconfig.proseware.com"):
        assert portal_client.get(url, base_url=f"http://{other}").status_code == 404


@pytest.mark.parametrize(
    ("name", "kind", "value", "said"),
    [
        ("_submissions._tcp.srv.example", "SRV", "0 1 465 smtp.srv.example.", "right"),
        ("_submissions._tcp.srv.example", "SRV", "0 1 465 smtp.own.example.", "other"),
        ("_submissions._tcp.srv.example", "SRV", "10 5 465 smtp.srv.example.", "right"),
        ("_submission._tcp.srv.example", "SRV", "0 1 587 smtp.srv.example.", "missing"),
        ("autoconfig.auto.example", "CNAME", "web.example.", "right"),
        ("autoconfig.auto.example", "CNAME", "smtp.own.example.", "other"),
        ("autoconfig.nothing.example", "CNAME", "web.example.", "missing"),
        ("ready.lab", "TXT", '"yes"', "right"),
        ("ready.lab", "TXT", '"Yes"', "other"),
    ],
)
def test_what_dns_says(network: LabNetwork, name: str, kind: str, value: str, said: str) -> None:
    assert asked(network.names, DnsRecord(name, kind, value, "srv")) == said


def test_the_first_server_of_a_kind_is_the_one_that_is_named() -> None:
    second = Outgoing("second.isp.example", 465, "tls")
    provider = replace(ISP, outgoing=(*ISP.outgoing, second))
    here = "isp.example", "help.isp.example"
    assert dns_records(provider, *here) == dns_records(ISP, *here)


def test_silence_is_not_a_missing_record(network: LabNetwork) -> None:
    network.names._resolver.port = 9
    record = DnsRecord("ready.lab", "TXT", '"yes"', "pacc")
    assert asked(network.names, record) == "no-answer"


def asked(names: Names, record: DnsRecord) -> str:
    checks = RecordChecks(names)
    check = checks.begin("x", (record,))
    until = time.monotonic() + 10
    while not check.done and time.monotonic() < until:
        time.sleep(0.005)
    checks.close()
    return check.said[record.name]


def test_a_portals_own_servers_are_checked(finding_app: Flask, lab: Laboratory) -> None:
    kept = services(finding_app)
    assert kept.discovery is not None
    network = LabNetwork(lab)
    checks, records = Checks(network, kept.now), RecordChecks(network.names)
    found = replace(kept.discovery, checks=checks, records=records)
    install(finding_app, replace(kept, discovery=found))
    finding_app.test_client_class = LintingClient
    client, until = finding_app.test_client(), time.monotonic() + 15
    while "data-searching" in (page := client.get("/at/proseware/en/developers/settings").text):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert "not there yet" in page
    assert "<b>smtp.none.example</b>: The server answers, but" in page
    checks.close()
    records.close()
