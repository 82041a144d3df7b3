"""An agent checks the outgoing server of a case, and what was seen stays in it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.discovery.checks import Checks
from app.services import install, services
from tests.discovery.laboratory import LabNetwork, Laboratory
from tests.linting import LintingClient

PASSWORD = "seven quiet herons"


@pytest.fixture
def agent(finding_app: Flask, lab: Laboratory, tmp_path: Path) -> Iterator[LintingClient]:
    """Return a client of an agent who is signed in, in the laboratory."""
    kept = services(finding_app)
    assert kept.discovery is not None
    assert kept.storage is not None
    checks = Checks(LabNetwork(lab), kept.now, "postmaster@wizard.example", "wizard.example")
    install(finding_app, replace(kept, discovery=replace(kept.discovery, checks=checks)))
    kept.storage.agents.add("", "lan", "agent", PASSWORD)
    finding_app.test_client_class = LintingClient
    client = finding_app.test_client()
    page = client.get("/en/desk/sign-in", base_url="https://localhost")
    client.post(
        "/en/desk/sign-in",
        base_url="https://localhost",
        data={"name": "lan", "password": PASSWORD, "csrf_token": token(page.text)},
    )
    yield client
    checks.close()


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return found[1] if found else ""


def open_case(client: LintingClient, query: str) -> str:
    """Return the path of a new case with some facts."""
    page = client.get(f"/en/desk?{query}", base_url="https://localhost").text
    answer = client.post(
        f"/en/desk/cases/new?{query}",
        base_url="https://localhost",
        data={"csrf_token": token(page)},
    )
    return str(answer.location).partition("?")[0]


def get(client: LintingClient, path: str) -> str:
    return client.get(path, base_url="https://localhost").text


def test_what_was_seen_is_kept_in_the_case(agent: LintingClient) -> None:
    case = open_case(agent, "error=relay-denied&server=smtp.own.example")
    assert f"{case}/server" in get(agent, case)
    before = get(agent, f"{case}/server")
    assert "Check now" in before
    answer = agent.post(
        f"{case}/server", base_url="https://localhost", data={"csrf_token": token(before)}
    )
    assert answer.status_code == 303
    until = time.monotonic() + 15
    while "data-searching" in (page := get(agent, f"{case}/server")):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert "The server works." in page
    assert "Port 465: SSL/TLS, sign-in with a password" in page
    assert "It only passes email on after sign-in." in page
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    agent.post(f"{case}/outcome", base_url="https://localhost", data=form)
    shown = get(agent, case)
    assert "Check of smtp.own.example from our server" in shown
    assert shown.count("It only passes email on after sign-in.") >= 2  # in the ticket too


def test_a_form_of_somebody_else_begins_nothing(agent: LintingClient, lab: Laboratory) -> None:
    case = open_case(agent, "error=relay-denied&server=smtp.none.example")
    lab.commands.clear()
    answer = agent.post(f"{case}/server", base_url="https://localhost", data={"csrf_token": "x"})
    assert answer.status_code == 400
    get(agent, f"{case}/server")
    assert lab.commands == []


def test_a_server_has_to_be_known(agent: LintingClient) -> None:
    case = open_case(agent, "error=relay-denied")
    assert "is known yet" in get(agent, f"{case}/server")


def test_only_who_is_signed_in_may_ask(finding_app: Flask) -> None:
    finding_app.test_client_class = LintingClient
    stranger = finding_app.test_client()
    answer = stranger.get("/en/desk/cases/FHKL-MQRT-2346/server", base_url="https://localhost")
    assert "/en/desk/sign-in" in answer.location


def test_a_look_up_is_taken_over_by_the_agent(agent: LintingClient) -> None:
    query = "error=relay-denied&account_domain=guess.example"
    until = time.monotonic() + 15
    while "looking them up" in (page := get(agent, f"/en/desk?{query}")):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert "mail.guess.example" in page
    found = re.search(r'name="found" value="([^"]+)"', page)
    assert found
    answer = agent.post(f"/en/desk?{query}", base_url="https://localhost", data={"found": found[1]})
    assert "found=guess" in answer.location
    after = get(agent, answer.location)
    assert "Use these settings" not in after
    assert "mail.guess.example" in after
    forged = found[1].replace("mail.guess.example", "mail.evil.example")
    answer = agent.post(f"/en/desk?{query}", base_url="https://localhost", data={"found": forged})
    assert "evil" not in answer.location
