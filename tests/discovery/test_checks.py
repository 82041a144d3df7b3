"""A check says of a server what is so, and where it cannot tell, that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.discovery import checks as checks_module
from app.discovery.checks import Checks, ServerCheck
from app.discovery.network import REASONS
from app.i18n.languages import languages
from app.presentation.server_check import REASONS as WORDS
from app.presentation.server_check import check_in_words
from tests.discovery.laboratory import LabNetwork, Laboratory

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
OWN = "postmaster@wizard.example"


@pytest.fixture
def checks(network: LabNetwork) -> Iterator[Checks]:
    """Return checks that remember nothing of other tests."""
    found = Checks(network, lambda: NOW, OWN, "wizard.example", control="imap.own.example")
    yield found
    found.close()


def finished(checks: Checks, host: str) -> ServerCheck:
    check = checks.begin(host)
    until = time.monotonic() + 15
    while not check.done and time.monotonic() < until:
        time.sleep(0.005)
    assert check.done
    return check


@pytest.mark.parametrize(
    ("name", "outcome", "relay"),
    [
        ("own", "works", "sign-in"),
        ("none", "refuses", "open"),
        ("bare", "works", "sign-in"),  # on 465
        ("relay", "works", "sign-in"),
        ("listed", "works", ""),  # refused for another reason
        ("nobody", "works", ""),
        ("wrong", "refuses", ""),
        ("closed", "unreachable", ""),
        ("hole", "unreachable", ""),
        ("nowhere", "unreachable", ""),
        ("busy", "inconclusive", ""),
    ],
)
def test_outcomes(checks: Checks, name: str, outcome: str, relay: str) -> None:
    check = finished(checks, f"smtp.{name}.example")
    assert (check.outcome, check.relay) == (outcome, relay)


def test_it_is_not_the_servers_fault_where_nothing_can_be_reached(network: LabNetwork) -> None:
    checks = Checks(network, lambda: NOW, control="smtp.closed.example")
    assert finished(checks, "smtp.hole.example").outcome == "inconclusive"
    assert finished(checks, "smtp.nowhere.example").outcome == "unreachable"  # DNS says so
    checks.close()


def test_a_server_of_our_own_is_not_accused(network: LabNetwork) -> None:
    checks = Checks(network, lambda: NOW, "postmaster@none.example", "none.example")
    assert finished(checks, "smtp.none.example").relay == ""
    checks.close()


def test_every_reason_has_words() -> None:
    assert set(REASONS) - {"no-such"} <= set(WORDS)  # no document is fetched here


def test_no_message_is_sent(checks: Checks, lab: Laboratory) -> None:
    lab.commands.clear()
    finished(checks, "smtp.none.example")
    assert {command.split()[0] for command in lab.commands} == {"EHLO", "MAIL", "RCPT"}
    assert "EHLO wizard.example" in lab.commands


def test_a_server_is_checked_once_in_ten_minutes(network: LabNetwork) -> None:
    now = [0.0]
    checks = Checks(network, lambda: NOW, clock=lambda: now[0])
    first = finished(checks, "smtp.own.example")
    asked = len(network.connections)
    assert checks.begin("smtp.own.example") is first
    assert len(network.connections) == asked
    now[0] = 599
    assert checks.known("smtp.own.example") is first
    now[0] = 601
    assert checks.known("smtp.own.example") is None
    checks.close()


def test_a_tarpit_is_cut(network: LabNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_module, "TIME", 0.5)
    checks = Checks(network, lambda: NOW)
    begun = time.monotonic()
    assert finished(checks, "smtp.tarpit.example").outcome == "inconclusive"
    assert time.monotonic() - begun < 2.5
    checks.close()


@pytest.mark.parametrize("code", ["en", "vi"])
def test_every_result_has_words(checks: Checks, code: str) -> None:
    language = languages()[code]
    for name in ("own", "wrong", "bare", "busy", "closed", "nowhere", "private"):
        words = check_in_words(finished(checks, f"smtp.{name}.example"), language)
        assert words.outcome
        assert len(words.ports) == 2
        assert words.note.count("\n") == 0
