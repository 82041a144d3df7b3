"""The desk's cookies and what else depends on https."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from app.settings import Settings
from tests.desk.conftest import PASSWORD, sign_in
from tests.linting import LintingClient


def client_of(folder: Path, url: str, hsts: str = "") -> LintingClient:
    database = f"sqlite:///{folder}/desk.sqlite3"
    app = create_app(Settings(page_cache=0, database_url=database, public_url=url, hsts=hsts))
    app.test_client_class = LintingClient
    app.extensions["agents"].add("", "lan", "agent", PASSWORD)
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
        f"{prefix}desk", f"{prefix}desk-device",
    }  # fmt: skip
    assert all("; Secure; HttpOnly; Path=/" in cookie for cookie in cookies)
    assert client.get("/en/desk/cases").status_code == 200
    if prefix:
        thief = client.application.test_client()
        planted = client.get_cookie(f"{prefix}desk", path="/en/desk")
        assert planted
        thief.set_cookie("desk", planted.value, path="/en/desk")
        assert thief.get("/en/desk/cases").status_code == 303


@pytest.mark.parametrize(
    ("url", "hsts", "said"),
    [("https://mail.example", "31536000; includeSubDomains",
      "max-age=31536000; includeSubDomains"),
     ("https://mail.example", "", None), ("http://127.0.0.1:8000", "31536000", None),
     ("", "31536000", None)],
)  # fmt: skip
def test_browsers_are_told_to_keep_to_https_where_an_operator_says_so(
    tmp_path: Path, url: str, hsts: str, said: str | None
) -> None:
    client = client_of(tmp_path, url, hsts)
    for path in ("/en/", "/en/desk/sign-in", "/en/nowhere", "/healthz", "/api/v1/openapi.json"):
        assert client.get(path).headers.get("Strict-Transport-Security") == said
