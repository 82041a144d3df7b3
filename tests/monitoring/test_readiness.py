"""Readiness: what is away degrades a process, and only portals that are all gone take it down."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.services import services
from app.settings import Settings
from app.store.database import PAUSE
from app.store.migrate import revision_of
from tests.api.redisserver import running
from tests.conftest import PORTALS
from tests.store.postgres import PostgresServer

HERE = {"REMOTE_ADDR": "127.0.0.1"}


def ask(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/readyz", environ_base=HERE)
    told = answer.get_json()
    assert answer.status_code == (503 if told["status"] == "down" else 200)
    return answer.status_code, told


def test_what_is_not_configured_is_not_listed() -> None:
    assert ask(create_app(Settings())) == (200, {"status": "ok"})


def test_all_is_well(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, portals=str(PORTALS)))
    with services(app).storage.database.reading() as connection:
        revision = revision_of(connection)
    assert ask(app)[1] == {
        "status": "ok",
        "database": {"status": "ok", "revision": revision},
        "portals": {"status": "ok", "loaded": len(services(app).portals.all())},
    }


def test_a_database_that_is_away_degrades(postgres: PostgresServer) -> None:
    app = create_app(Settings(database_url=postgres.new_url()))
    database = services(app).storage.database
    postgres.kill()
    assert ask(app)[1] == {
        "status": "degraded",
        "database": {"status": "degraded", "revision": None},
    }
    assert app.test_client().get("/healthz").text == "ok\n"
    postgres.start()
    database._breaker._paused_until -= PAUSE
    assert ask(app)[1]["status"] == "ok"


def test_a_redis_that_is_away_degrades(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        app = create_app(Settings(rate_limit_storage=server.uri))
        assert ask(app)[1] == {"status": "ok", "redis": {"status": "ok"}}
        server.stop()
        assert ask(app)[1] == {"status": "degraded", "redis": {"status": "degraded"}}


BROKEN = "[[portal]]\nid = 1\n"


@pytest.mark.parametrize(
    ("first", "then", "status", "loaded"),
    [
        (lambda good: good, lambda good: good, "ok", 1),
        (lambda good: good, lambda good: BROKEN, "degraded", 1),
        (lambda good: good + BROKEN, lambda good: good + BROKEN, "degraded", 1),
        (lambda good: good + BROKEN, lambda good: good, "ok", 1),
        (lambda good: BROKEN, lambda good: BROKEN, "down", 0),
    ],
    ids=["right", "wrong since", "in part", "mended", "all wrong"],
)
def test_portals(
    tmp_path: Path,
    first: Callable[[str], str],
    then: Callable[[str], str],
    status: str,
    loaded: int,
) -> None:
    tables = re.split(r"(?m)^\[\[portal]]", PORTALS.read_text("utf-8"))
    good = f"[[portal]]{tables[1]}"
    copy(PORTALS.parent / "proseware.svg", tmp_path)
    file = tmp_path / "portals.toml"
    file.write_text(first(good), "utf-8")
    app = create_app(Settings(portals=str(file)))
    file.write_text(then(good), "utf-8")
    services(app).portals.reload()
    assert ask(app)[1] == {"status": status, "portals": {"status": status, "loaded": loaded}}


@pytest.mark.parametrize("path", ["/readyz", "/at/proseware/readyz"])
def test_only_who_may_read_the_metrics_is_told(path: str) -> None:
    client = create_app(Settings(portals=str(PORTALS))).test_client()
    there = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.get(path, environ_base=there).status_code == 404
    assert client.get(path, environ_base=HERE).status_code == (404 if "at" in path else 200)
