"""A desk with two agents, and a clock that only moves when it is told to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.knowledge import add_providers
from app.services import services
from app.settings import Settings
from tests.conftest import PORTALS
from tests.linting import LintingClient
from tests.store.fixtures import Clock, hash_quickly

PASSWORD = "correct horse battery"
SETTINGS = {"page_cache": 0, "rate_limit": "", "sign_in_limit": "20 per hour"}


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory here: tests/store does it as it is done for real."""
    hash_quickly(monkeypatch)


@pytest.fixture
def desk_app(database_url: str, clock: Clock) -> Iterator[Flask]:
    """Return an app with a desk of its own and one in a portal, on a database of each kind."""
    settings = Settings(**SETTINGS, database_url=database_url, portals=str(PORTALS))
    app = create_app(settings, now=clock)
    app.test_client_class = LintingClient
    yield app
    let_go(app)


def let_go(app: Flask) -> None:
    """End what an app does by itself, and let go of its database and its portals."""
    services(app).storage.counters.close()
    services(app).storage.database.close()
    add_providers()


def token(page: TestResponse) -> str:
    """Return the token of a page's forms."""
    found = re.search('name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found
    return found[1]


def sign_in(
    client: LintingClient,
    password: str = PASSWORD,
    name: str = "lan",
    root: str = "",
    **changes: str,
) -> TestResponse:
    """Send the sign-in form."""
    url = f"{root}/en/desk/sign-in"
    form = {"name": name, "password": password, "csrf_token": token(client.get(url))}
    return client.post(url, data=form | changes)


def look_up(client: LintingClient, code: str, root: str = "") -> TestResponse:
    """Send the box for a case's code."""
    url = f"{root}/en/desk/cases"
    return client.post(url, data={"code": code, "csrf_token": token(client.get(url))})


@pytest.fixture
def agent_of(desk_app: Flask) -> Callable[..., LintingClient]:
    """Return a function that makes an agent and signs them in."""

    def make(name: str = "lan", role: str = "agent", portal: str = "") -> LintingClient:
        services(desk_app).storage.agents.add(portal, name, role, PASSWORD)
        client = desk_app.test_client()
        root = f"/at/{portal}" if portal else ""
        assert sign_in(client, name=name, root=root).status_code == 303
        return client

    return make
