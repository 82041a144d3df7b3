"""What an outgoing server offers is seen without sending anything through it."""

import time
from threading import Timer

import pytest

from app.discovery.network import Deadline
from app.discovery.probes import Probes
from app.discovery.submission import Probe, probe
from tests.discovery.laboratory import LabNetwork, Laboratory


def ask(network: LabNetwork, host: str, port: int = 587, seconds: float = 4) -> Probe:
    """Return what a server of the laboratory offers; the deadline cuts, as a search does."""
    deadline = Deadline(seconds)
    cutter = Timer(seconds, deadline.end)
    cutter.start()
    try:
        return probe(network, f"smtp.{host}.example", port, deadline)
    finally:
        cutter.cancel()


@pytest.mark.parametrize(("port", "security"), [(465, "tls"), (587, "starttls")])
def test_a_good_server(network: LabNetwork, port: int, security: str) -> None:
    found = ask(network, "own", port)
    assert found == Probe("smtp.own.example", port, "works", security, "password", "good")


@pytest.mark.parametrize(
    ("host", "port", "outcome", "reason"),
    [
        ("bare", 587, "refuses", "no-tls"),
        ("wrong", 465, "refuses", "bad-tls"),
        ("wrong", 587, "refuses", "bad-tls"),
        ("busy", 587, "inconclusive", "421"),
        ("closed", 587, "unreachable", "refused"),
        ("nowhere", 587, "unreachable", "no-name"),
        ("private", 587, "unreachable", "forbidden"),
        ("endless", 587, "inconclusive", "no-answer"),
    ],
)
def test_others(network: LabNetwork, host: str, port: int, outcome: str, reason: str) -> None:
    found = ask(network, host, port)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_the_certificate_is_told(network: LabNetwork) -> None:
    assert ask(network, "wrong").certificate == "wrong-name"
    assert ask(network, "none", 465).sign_in == "none"


@pytest.mark.parametrize(("host", "outcome"), [("hole", "unreachable"), ("tarpit", "inconclusive")])
def test_who_holds_us_up_is_cut(network: LabNetwork, host: str, outcome: str) -> None:
    begun = time.monotonic()
    assert ask(network, host, seconds=0.4).outcome == outcome
    assert time.monotonic() - begun < 1.6


def test_a_reply_without_an_end_is_read_no_further(network: LabNetwork) -> None:
    begun = time.monotonic()
    ask(network, "endless")
    assert time.monotonic() - begun < 2  # long before the deadline


def test_nothing_is_sent_through_it(lab: Laboratory, network: LabNetwork) -> None:
    lab.commands.clear()
    ask(network, "own", 465)
    ask(network, "own", 587)
    assert {command.split()[0] for command in lab.commands} == {"EHLO"}


def test_it_is_not_asked_again_soon(network: LabNetwork) -> None:
    now = [0.0]
    probes = Probes(network, clock=lambda: now[0])
    first = probes.probe("smtp.own.example", 587, Deadline(4))
    asked = len(network.connections)
    assert probes.probe("smtp.own.example", 587, Deadline(4)) is first
    assert len(network.connections) == asked
    now[0] = 601
    assert probes.probe("smtp.own.example", 587, Deadline(4)) == first
    assert len(network.connections) == asked + 1


def test_one_session_a_host_at_a_time(network: LabNetwork) -> None:
    probes = Probes(network)
    with probes._asking("smtp.own.example", Deadline(4)) as mine:
        assert mine
        found = probes.probe("smtp.own.example", 587, Deadline(0.1))
        assert (found.outcome, found.reason) == ("inconclusive", "time-out")
        assert network.connections == []
    assert probes.probe("smtp.own.example", 587, Deadline(4)).outcome == "works"
    assert not probes._turns
