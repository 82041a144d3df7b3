"""What every test may ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from app import create_app
from app.http import security_log
from app.knowledge import add_providers
from app.services import services
from app.settings import Settings
from tests.linting import LintingClient

pytest_plugins = ["tests.store.fixtures", "tests.discovery.fixtures"]

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"

# No deadline: a slow machine is no fault.  Derandomised, so that a run tells about the commit.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def _keep_the_working_tree(event: str, args: tuple[Any, ...]) -> None:
    """Fail a test at the line where it writes into the working tree."""
    writes = event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if not (writes or event == "sqlite3.connect") or "PYTEST_CURRENT_TEST" not in os.environ:
        return
    name = "/" if isinstance(args[0], int) else os.fsdecode(args[0]).removeprefix("file:")
    path = Path(name).absolute()
    if ROOT not in path.parents or (path.parent == GOLDEN and os.environ.get("GOLDEN") == "write"):
        return
    parts = path.relative_to(ROOT).parts  # some are what tools keep there: caches, coverage
    if not any(part.startswith((".", ":memory:", "__pycache__")) for part in parts):
        pytest.fail(f"a test writes into the working tree: {path}")


sys.addaudithook(_keep_the_working_tree)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Let ``no_cover`` count in a worker of xdist.

    pytest-cov 7.1 measures twice there, once from before it knows that it is in a worker, and
    pauses one of the two only.
    """
    plugin = session.config.pluginmanager.getplugin("_cov")
    if plugin and hasattr(session.config, "workerinput"):
        plugin.cov_controller.cov.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage for the first case of a test, and not for a property: the rest repeats."""
    met = set()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if name in met or getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("no_cover")
        met.add(name)


@pytest.fixture
def golden() -> Callable[[str, Iterable[str]], None]:
    """Compare lines with a golden file; GOLDEN=write writes it anew, for a person to review."""

    def compare(name: str, lines: Iterable[str]) -> None:
        text = "\n".join(lines) + "\n"
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        known = path.read_text("utf-8")
        if text != known:
            changes = "".join(unified_diff(known.splitlines(True), text.splitlines(True), n=0))
            shown = f"tests/golden/{name} says something else; if that is meant: GOLDEN=write"
            pytest.fail(f"{shown}\n{changes}", pytrace=False)

    return compare


@pytest.fixture(autouse=True)
def _quiet_security_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin with no events written: of those that are alike, a minute has few."""
    monkeypatch.setattr(security_log, "_filter", security_log.BurstFilter())


@pytest.fixture(scope="module", autouse=True)
def _shipped_providers() -> None:
    """Begin each module with the shipped providers, whatever apps were made before."""
    add_providers()


@pytest.fixture(scope="session")
def app() -> Flask:
    """Return the app as it is served, each page made anew."""
    # No limit: hundreds of requests come from one address here.
    return create_app(
        Settings(page_cache=0, public_url="https://wizard.example", rate_limit="", desk_open=True)
    )


PORTALS = ROOT / "docs" / "portals" / "example.toml"
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
    add_providers()


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
