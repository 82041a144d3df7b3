"""The desk's cookies and what else depends on https."""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64decode
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from itsdangerous import timed
from sqlalchemy import func, select

from app import create_app
from app.services import services
from app.settings import Settings
from app.store import Database
from app.store.sessions import SESSION_LIFETIME
from tests.desk.conftest import PASSWORD, sign_in, token
from tests.linting import LintingClient
from tests.store.fixtures import Clock
from tests.store.postgres import PostgresServer


def client_of(folder: Path, url: str, hsts: str = "") -> LintingClient:
    database = f"sqlite:///{folder}/desk.sqlite3"
    app = create_app(Settings(page_cache=0, database_url=database, public_url=url, hsts=hsts))
    app.test_client_class = LintingClient
    services(app).storage.agents.add("", "lan", "agent", PASSWORD)
    client: LintingClient = app.test_client()
    return client


@pytest.mark.parametrize(
    ("url", "prefix"),
    [("https://mail.example", "__Secure-"), ("http://127.0.0.1:8000", ""), ("", "")],
)
def test_where_browsers_come_by_https_nobody_can_plant_a_cookie(
    tmp_path: Path, url: str, prefix: str
) -> None:
    client = client_of(tmp_path, url)
    done = sign_in(client)
    assert done.status_code == 303
    cookies = done.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        f"{prefix}desk",
        f"{prefix}desk-device",
    }
    assert all("; Secure; HttpOnly; Path=/" in cookie for cookie in cookies)
    assert client.get("/en/desk/cases").status_code == 200
    if prefix:
        thief = client.application.test_client()
        planted = client.get_cookie(f"{prefix}desk", path="/en/desk")
        assert planted
        thief.set_cookie("desk", planted.value, path="/en/desk")
        assert thief.get("/en/desk/cases").status_code == 303


@pytest.mark.parametrize("seconds", [-300, -60, -1, 1, 60, 300])
def test_machines_whose_clocks_differ_know_each_others_sessions(
    database_url: str, monkeypatch, seconds: int
) -> None:
    apart = [create_app(Settings(page_cache=0, database_url=database_url)) for _ in range(2)]
    services(apart[0]).storage.agents.add("", "lan", "agent", PASSWORD)
    real = time.time
    with monkeypatch.context() as shifted:
        # What signs cookies tells the time by; what the database keeps goes by its own.
        shifted.setattr(timed.time, "time", lambda: real() + seconds)
        here = apart[0].test_client()
        sign_in(here)
    there = apart[1].test_client()
    cookie = here.get_cookie("desk", path="/en/desk")
    there.set_cookie("desk", cookie.value, path="/en/desk")
    assert there.get("/en/desk/cases").status_code == 200


def test_expiry_goes_by_the_clock_of_postgresql(postgres: PostgresServer) -> None:
    url = postgres.new_url()
    with closing(Database(url)) as one, closing(Database(url)) as other:
        before, after = one.now(), other.now()
        with one.reading() as connection:
            told = connection.scalar(select(func.clock_timestamp()))
    assert before <= after <= told
    assert before.utcoffset() == timedelta(0)
    app = create_app(Settings(database_url=url))
    kept = services(app).storage
    assert services(app).now == kept.sessions.now == kept.cases.now == kept.database.now


@pytest.mark.parametrize(
    ("url", "hsts", "said"),
    [
        (
            "https://mail.example",
            "31536000; includeSubDomains",
            "max-age=31536000; includeSubDomains",
        ),
        ("https://mail.example", "", None),
        ("http://127.0.0.1:8000", "31536000", None),
        ("", "31536000", None),
    ],
)
def test_browsers_are_told_to_keep_to_https_where_an_operator_says_so(
    tmp_path: Path, url: str, hsts: str, said: str | None
) -> None:
    client = client_of(tmp_path, url, hsts)
    for path in ("/en/", "/en/desk/sign-in", "/en/nowhere", "/healthz", "/api/v1/openapi.json"):
        assert client.get(path).headers.get("Strict-Transport-Security") == said


def test_cookie_and_form_are_signed_with_sha_256(tmp_path: Path) -> None:
    client = client_of(tmp_path, "")
    page = client.get("/en/desk/sign-in")
    cookie = client.get_cookie("desk", path="/en/desk")
    assert cookie
    signature = cookie.value.rpartition(".")[2]
    assert len(urlsafe_b64decode(f"{signature}=")) == 32
    assert re.fullmatch(r"\d{10}\.[0-9a-f]{64}", token(page))


@pytest.mark.parametrize("change", ["later", "earlier", "number", "digest", "long", "nothing"])
def test_a_token_that_was_changed_is_refused(tmp_path: Path, change: str) -> None:
    client = client_of(tmp_path, "")
    ends, _, digest = token(client.get("/en/desk/sign-in")).partition(".")
    forged = {
        "later": f"{int(ends) + 1}.{digest}",
        "earlier": f"1.{digest}",
        "number": f"é.{digest}",
        "digest": f"{ends}.{digest[:-1]}é",
        "long": f"{'9' * 5000}.{digest}",
        "nothing": ".",
    }
    form = {"name": "lan", "password": PASSWORD, "csrf_token": forged[change]}
    assert client.post("/en/desk/sign-in", data=form).status_code == 400


def test_a_token_ends_with_the_shift(desk_app: Flask, clock: Clock) -> None:
    early, late = desk_app.test_client(), desk_app.test_client()
    forms = [{"csrf_token": token(one.get("/en/desk/sign-in"))} for one in (early, late)]
    clock.moment += SESSION_LIFETIME
    assert early.post("/en/desk/sign-out", data=forms[0]).status_code == 303
    clock.moment += timedelta(seconds=1)
    assert late.post("/en/desk/sign-out", data=forms[1]).status_code == 400
