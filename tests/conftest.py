"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from app import create_app
from app.http import security_log
from app.knowledge import add_providers
from app.services import services
from app.settings import Settings
from tests.linting import LintingClient

pytest_plugins = ["tests.store.fixtures"]

GOLDEN = Path(__file__).parent / "golden"

# No deadline: a slow machine is no fault.  Derandomised, so that a run tells about the commit.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture
def golden() -> Callable[[str, Iterable[str]], None]:
    """Compare lines with a golden file; GOLDEN=write writes it anew, for a person to review."""

    def compare(name: str, lines: Iterable[str]) -> None:
        text = "\n".join(lines) + "\n"
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare


@pytest.fixture(autouse=True)
def _quiet_security_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin with no events written: of those that are alike, a minute has few."""
    monkeypatch.setattr(security_log, "_filter", security_log.BurstFilter())


@pytest.fixture(scope="module", autouse=True)
def _shipped_providers() -> None:
    """Begin each module with the shipped providers, whatever apps were made before."""
    add_providers(())


@pytest.fixture(scope="session")
def app() -> Flask:
    """Return the app as it is served, each page made anew."""
    # No limit: hundreds of requests come from one address here.
    return create_app(
        Settings(page_cache=0, public_url="https://wizard.example", rate_limit="", desk_open=True)
    )


PORTALS = Path(__file__).parent.parent / "docs" / "portals" / "example.toml"
"""The example that operators begin with."""


@pytest.fixture(scope="session")
def _portal_app() -> Flask:
    return create_app(
        Settings(
            page_cache=0,
            public_url="https://wizard.example",
            portals=str(PORTALS),
            demo_url="https://demo.example",
            desk_open=True,
        )
    )


@pytest.fixture
def portal_app(_portal_app: Flask) -> Iterator[Flask]:
    """Return the app with the example's portal, its provider known for this test only."""
    assert services(_portal_app).portals.reload()
    yield _portal_app
    add_providers(())


@pytest.fixture
def portal_client(portal_app: Flask) -> LintingClient:
    """Return a client of the app with the example's portal, from an address outside of it."""
    portal_app.test_client_class = LintingClient
    client = portal_app.test_client()
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    return client


@pytest.fixture
def client(app: Flask) -> LintingClient:
    """Return a client that lints every page it fetches."""
    app.test_client_class = LintingClient
    return app.test_client()
