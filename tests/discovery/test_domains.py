"""Real domains are resolved by what they publish, and none of them to somebody else."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.diagnosis import Facts, Situation
from app.discovery import Discoveries, Names, Network
from app.discovery.network import Answer, Deadline, NotReached
from tests.discovery.fixtures import DAY

DOMAINS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("domains.toml").read_text("utf-8")
)["domain"]
CONFIG = """<clientConfig version="1.1"><emailProvider id="x"><outgoingServer type="smtp">
<hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>
<authentication>password-cleartext</authentication></outgoingServer></emailProvider></clientConfig>"""
LEAST = {"world": 0.84, "vietnam": 0.24, "company": 0.5}
"""The share of each group that is resolved; docs/discovery.md says what the others lack."""


class PaperNames(Names):
    """Answers DNS as the texts do."""

    def mx(self, domain: str) -> Answer:
        """Return what the text has."""
        found = (line.split() for line in of(domain).get("mx", ()))
        return Answer(tuple(sorted((int(p), host.rstrip(".").lower()) for p, host in found)))

    def srv(self, service: str, domain: str) -> Answer:
        """Return what the text has."""
        found = (line.split() for line in of(domain).get("srv", ()))
        return Answer(
            tuple(
                (int(priority), -int(weight), host.rstrip("."), int(port))
                for name, priority, weight, port, host in found
                if name == f"{service}._tcp"
            )
        )

    def txt(self, name: str) -> Answer:
        """Return nothing."""
        return Answer()

    def addresses(self, host: str, patience: float = 0) -> tuple[str, ...]:
        """Return nothing: no server is asked."""
        raise NotReached("no-answer")


class PaperNetwork(Network):
    """Serves the documents that the texts have."""

    def __init__(self) -> None:
        super().__init__(PaperNames())

    def fetch(self, url: str, deadline: Deadline) -> bytes:
        """Return a document as the text tells of it."""
        for domain in DOMAINS:
            told = domain.get("autoconfig")
            if told and url.startswith(f"https://{told['at']}?"):
                return CONFIG.format(**told).encode()
        raise NotReached("no-such")


def of(domain: str) -> dict[str, Any]:
    return next((row for row in DOMAINS if row["name"] == domain), {})


@pytest.fixture(scope="module")
def discoveries() -> Iterator[Discoveries]:
    """Return searches on paper."""
    with Discoveries(PaperNetwork(), lambda: DAY) as found:
        yield found


def resolve(discoveries: Discoveries, domain: str) -> str | None:
    """Return who looks after a domain's mail: a provider's id, or "own"."""
    if known := Situation(Facts(account_domain=domain)).provider:
        return known.id
    search = discoveries.find(domain)
    until = time.monotonic() + 10
    while not search.done and time.monotonic() < until:
        time.sleep(0.002)
    best = search.best
    return None if best is None else best.provider or "own"


@pytest.mark.parametrize("row", DOMAINS, ids=lambda row: row["name"])
def test_nobody_is_sent_to_somebody_elses_server(
    discoveries: Discoveries, row: dict[str, Any]
) -> None:
    found = resolve(discoveries, row["name"])
    assert found in (None, row["provider"])


@pytest.mark.parametrize("group", LEAST)
def test_most_are_resolved(discoveries: Discoveries, group: str) -> None:
    rows = [row for row in DOMAINS if row["group"] == group]
    right = [row for row in rows if resolve(discoveries, row["name"]) == row["provider"]]
    assert len(right) >= LEAST[group] * len(rows)
