"""The way out: few ports, checked addresses, HTTPS of one site, an end to everything."""

import time
from threading import Timer

import pytest

from app.discovery.network import LARGEST, PORTS, Deadline, NotReached
from tests.discovery.laboratory import LabNetwork, Laboratory


def reason(network: LabNetwork, url: str, seconds: float = 4) -> str:
    """Return why a document could not be had."""
    with pytest.raises(NotReached) as found:
        network.fetch(url, Deadline(seconds))
    return str(found.value)


def test_a_document_is_fetched(network: LabNetwork) -> None:
    assert network.fetch("https://web.example/", Deadline(4)) == b"here"
    assert network.fetch("https://web.example/moved", Deadline(4)) == b"here"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("away", "forbidden"),
        ("plain", "forbidden"),
        ("port", "forbidden"),
        ("round", "no-such"),
        ("huge", "no-such"),
        ("nothing", "no-such"),
    ],
)
def test_not_every_answer_is_one(network: LabNetwork, path: str, why: str) -> None:
    assert reason(network, f"https://web.example/{path}") == why
    assert {port for _, port in network.connections} == {443}


def test_a_redirect_to_another_site_is_not_followed(lab: Laboratory, network: LabNetwork) -> None:
    lab.asked.clear()
    reason(network, "https://web.example/away")
    assert lab.asked == ["web.example/away"]


def test_a_certificate_for_another_name_is_none(network: LabNetwork) -> None:
    assert reason(network, "https://autoconfig.stranger.example/") == "bad-tls"


def test_only_so_much_is_read(network: LabNetwork) -> None:
    assert LARGEST < 200_000  # what the server sends
    assert reason(network, "https://web.example/huge") == "no-such"


@pytest.mark.parametrize(
    "host", ["metadata.private.example", "smtp.private.example", "half.example", "half-six.example"]
)
def test_no_connection_to_a_private_address(network: LabNetwork, host: str) -> None:
    assert reason(network, f"https://{host}/") == "forbidden"
    assert network.connections == []


def test_loopback_is_private_unless_the_operator_says_otherwise(lab: Laboratory) -> None:
    stranger = LabNetwork(lab, own=False)
    assert reason(stranger, "https://web.example/") == "forbidden"
    assert stranger.connections == []


def test_only_the_ports_of_mail_and_https(network: LabNetwork) -> None:
    for port in (22, 80, 110, 2525, 3306, 8000):
        with (
            pytest.raises(NotReached, match="forbidden"),
            network.connected("web.example", port, Deadline(1)),
        ):
            pass
    assert set(PORTS) == {25, 443, 465, 587}
    assert network.connections == []


def test_a_name_that_changes_after_the_check_is_not_asked_again(
    network: LabNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = network.names.addresses("web.example")
    answers = iter([right, ("10.0.0.1",)])
    monkeypatch.setattr(network.names, "addresses", lambda *_: next(answers))
    assert network.fetch("https://web.example/", Deadline(4)) == b"here"
    assert network.connections == [(right[0], 443)]


@pytest.mark.parametrize("path", ["drip", "hang"])
def test_what_never_ends_is_cut(network: LabNetwork, path: str) -> None:
    deadline = Deadline(0.5)
    cutter = Timer(deadline.seconds, deadline.end)
    cutter.start()
    begun = time.monotonic()
    with pytest.raises(NotReached):
        network.fetch(f"https://web.example/{path}", deadline)
    assert time.monotonic() - begun < 1.9  # less than any time-out: it was cut
    assert deadline.left == 0
    cutter.join()


def test_a_black_hole_takes_no_longer_than_what_is_left(network: LabNetwork) -> None:
    begun = time.monotonic()
    assert reason(network, "https://smtp.hole.example/", 0.3) == "time-out"
    assert time.monotonic() - begun < 1.5


def test_a_connection_that_comes_too_late_is_cut_at_once(network: LabNetwork) -> None:
    deadline = Deadline(4)
    deadline.end()
    assert reason_of(network, deadline) == "time-out"


def reason_of(network: LabNetwork, deadline: Deadline) -> str:
    with pytest.raises(NotReached) as found:
        network.fetch("https://web.example/", deadline)
    return str(found.value)


def test_names_that_are_none_are_told_apart_from_silence(network: LabNetwork) -> None:
    assert reason(network, "https://nowhere.example/") == "no-name"
    network.names._resolver.port = 9  # nobody is there
    with pytest.raises(NotReached, match="no-answer"):
        network.names.mx("auto.example")
