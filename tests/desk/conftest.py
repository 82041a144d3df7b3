"""A desk with two agents, and a clock that only moves when it is told to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.knowledge import add_providers
from app.settings import Settings
from tests.conftest import PORTALS
from tests.linting import LintingClient

PASSWORD = "correct horse battery"
SETTINGS = {"page_cache": 0, "rate_limit": "", "sign_in_limit": "20 per hour"}


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk_app(tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """Return an app with a desk of its own and one in a portal, each with an agent and a lead."""
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    app = create_app(Settings(**SETTINGS, database_url=url, portals=str(PORTALS)), now=clock)
    app.test_client_class = LintingClient
    yield app
    add_providers(())


def token(page: TestResponse) -> str:
    """Return the token of a page's forms."""
    found = re.search('name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found
    return found[1]


def sign_in(
    client: LintingClient, password: str = PASSWORD, name: str = "lan", root: str = "",
    **changes: str,
) -> TestResponse:  # fmt: skip
    """Send the sign-in form."""
    url = f"{root}/en/desk/sign-in"
    form = {"name": name, "password": password, "csrf_token": token(client.get(url))}
    return client.post(url, data=form | changes)


@pytest.fixture
def agent_of(desk_app: Flask) -> Callable[..., LintingClient]:
    """Return a function that makes an agent and signs them in."""

    def make(name: str = "lan", role: str = "agent", portal: str = "") -> LintingClient:
        desk_app.extensions["agents"].add(portal, name, role, PASSWORD)
        client = desk_app.test_client()
        root = f"/at/{portal}" if portal else ""
        assert sign_in(client, name=name, root=root).status_code == 303
        return client

    return make
