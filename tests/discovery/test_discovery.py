"""A domain that publishes its settings is found, by each of the ways; one that does not, is not."""

from __future__ import annotations

import time

import pytest

from app.diagnosis.found import Found
from app.discovery import Discoveries, Discovery, Probe
from app.knowledge import Outgoing
from tests.discovery.fixtures import DAY
from tests.discovery.laboratory import LabNetwork, Laboratory


def search(discoveries: Discoveries, domain: str) -> Discovery:
    """Return what a finished search has found."""
    found = discoveries.find(domain)
    until = time.monotonic() + 10
    while not found.done and time.monotonic() < until:
        time.sleep(0.005)
    assert found.done
    return found


@pytest.mark.parametrize(
    ("domain", "statement", "asks"),
    [
        (
            "auto.example",
            "autoconfig~auto.example~20261130~password~smtp.own.example:465:tls"
            "~imap.auto.example:993:tls:imap",
            False,
        ),
        (
            "well.example",
            "autoconfig~well.example~20261130~password.local-part~smtp.own.example:587:starttls"
            "~imap.well.example:993:tls:imap",
            False,
        ),
        (
            "pacc.example",
            "pacc~pacc.example~20261130~password~smtp.own.example:465:tls"
            "~imap.own.example:993:tls:imap",
            False,
        ),
        (
            "srv.example",
            "srv~srv.example~20261130~password~smtp.srv.example:465:tls"
            "~imap.srv.example:993:tls:imap",
            False,
        ),
        (
            "abroad.example",
            "srv~abroad.example~20261130~password~smtp.own.example:587:starttls",
            True,
        ),
        (
            "known.example",
            "srv~known.example~20261130~google-workspace~smtp.gmail.com:465:tls",
            False,
        ),
        (
            "hosted.example",
            "mx-autoconfig~hoster.example~20261130~password~smtp.own.example:465:tls"
            "~imap.hosted.example:993:tls:imap",
            True,
        ),
        (
            "pa.example",
            "mx~maychuemail.com~20261130~password~mail8971.maychuemail.com:465:tls"
            "~mail8971.maychuemail.com:587:starttls",
            True,
        ),
        (
            "vina.example",
            "mx~vinahost.vn~20261130~password~mail.vina.example:465:tls",
            True,
        ),
        (
            "guess.example",
            "guess~guess.example~20261130~password~mail.guess.example:465:tls"
            "~mail.guess.example:587:starttls",
            True,
        ),
        (
            "at-mx.example",
            "guess~smtp.own.example~20261130~password~smtp.own.example:465:tls"
            "~smtp.own.example:587:starttls",
            True,
        ),
    ],
)
def test_a_domain_that_is_found(
    discoveries: Discoveries, domain: str, statement: str, asks: bool
) -> None:
    found = search(discoveries, domain)
    best = found.best
    assert best is not None
    assert best.statement == statement
    assert discoveries.wants_confirmation(found, best) is asks


def test_a_companys_mail_at_a_known_provider(discoveries: Discoveries) -> None:
    found = search(discoveries, "company.example")
    best = found.best
    assert best is not None
    assert (best.how, best.by) == ("mx", "google.com")
    assert best.settings is not None
    assert best.settings.outgoing[0].server == "smtp.gmail.com"
    assert discoveries.wants_confirmation(found, best)


@pytest.mark.parametrize(
    "domain",
    [
        "nothing.example",
        "null.example",
        "gone.example",  # its provider's rule names a server that does not exist
        "filtered.example",  # behind a filter
        "forwarded.example",
        "port25.example",  # no port for sending with a sign-in
        "port0.example",
        "never.example",  # SRV says that there is no such service
        "forged.example",  # another document than the one that DNS vouches for
        "mixed.example",  # servers of two providers
        "mixed-equal.example",
        "unsafe.example",  # a certificate for another name
        "open.example",  # no sign-in
        "private.example",
        "stranger.example",
    ],
)
def test_a_domain_that_is_not(discoveries: Discoveries, domain: str) -> None:
    found = search(discoveries, domain)
    assert found.best is None
    assert found.answered


def test_a_server_inside_is_not_connected_to(discoveries: Discoveries, network: LabNetwork) -> None:
    """What is published may be advised, but nobody makes this server look behind a firewall."""
    search(discoveries, "inside.example")
    assert not any(address.startswith("10.") for address, _ in network.connections)


def test_a_mirror_of_the_ispdb(network: LabNetwork) -> None:
    mirror = "https://ispdb.example/v1.1/"
    with Discoveries(network, lambda: DAY, mirror=mirror) as discoveries:
        found = search(discoveries, "listed.example")
        best = found.best
        assert best is not None
        assert (best.how, best.by) == ("ispdb", "listed.example")
        assert not discoveries.wants_confirmation(found, best)


def test_the_address_of_nobody_is_told(discoveries: Discoveries, lab: Laboratory) -> None:
    lab.asked.clear()
    search(discoveries, "auto.example")
    assert "autoconfig.auto.example/mail/config-v1.1.xml?emailaddress=someone%40auto.example" in (
        lab.asked
    )


def test_a_black_hole_ends_in_time(network: LabNetwork) -> None:
    with Discoveries(network, lambda: DAY, time=1.5) as discoveries:
        begun = time.monotonic()
        search(discoveries, "slow.example")
        assert time.monotonic() - begun < 3


def test_dns_that_does_not_answer_is_no_answer(network: LabNetwork) -> None:
    network.names._resolver.port = 9
    with Discoveries(network, lambda: DAY, time=1) as discoveries:
        found = search(discoveries, "auto.example")
        assert not found.answered
        assert found.best is None


def test_a_server_that_answers_otherwise_has_to_be_confirmed(discoveries: Discoveries) -> None:
    found = Discovery("auto.example", DAY)
    servers = (Outgoing("smtp.auto.example", 465, "tls"),)
    named = Found("auto.example", "autoconfig", "auto.example", DAY, outgoing=servers)
    assert not discoveries.wants_confirmation(found, named)
    found.probes.append(Probe("smtp.auto.example", 465, "refuses"))
    assert discoveries.wants_confirmation(found, named)


def test_the_most_trustworthy_counts(discoveries: Discoveries) -> None:
    found = Discovery("auto.example", DAY)
    for how in ("guess", "mx", "srv", "autoconfig", "pacc"):
        found.found.append(Found("auto.example", how, "auto.example", DAY, provider="gmail"))
        assert found.best is not None
        assert found.best.how == how


def test_a_domain_is_searched_once(network: LabNetwork) -> None:
    now = [0.0]
    with Discoveries(network, lambda: DAY, clock=lambda: now[0]) as discoveries:
        first = search(discoveries, "srv.example")
        assert discoveries.find("srv.example") is first
        assert discoveries.known("srv.example") is first
        assert discoveries.known("auto.example") is None
        now[0] = 3601
        assert discoveries.known("srv.example") is None
        again = search(discoveries, "srv.example")
        assert again is not first
        assert again.best == first.best
