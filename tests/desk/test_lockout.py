"""Nobody locks an agent out, and nobody who signs in keeps the server from everything else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app import create_app
from app.services import services
from app.settings import Settings
from app.store import passwords
from app.store.hashing_limit import Slots
from tests.desk.conftest import PASSWORD, SETTINGS, let_go, sign_in
from tests.linting import LintingClient, visible_text
from tests.store.fixtures import Clock

WRONG = "wrong horse battery"


@pytest.fixture
def desk_app(desk_app: Flask) -> Flask:
    services(desk_app).storage.agents.add("", "lan", "agent", PASSWORD)
    return desk_app


def visitor(app: Flask, address: str) -> LintingClient:
    client: LintingClient = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_one_request_in_half_an_hour_keeps_nobody_out(desk_app: Flask, clock: Clock) -> None:
    for number in range(60):  # its own network, more addresses than one may try from
        assert sign_in(visitor(desk_app, f"203.0.113.{number}"), WRONG).status_code == 422
        clock.moment += timedelta(minutes=30, seconds=1)
    sign_in(visitor(desk_app, "203.0.113.60"), WRONG)
    assert sign_in(visitor(desk_app, "203.0.113.61")).status_code == 429
    assert sign_in(visitor(desk_app, "192.0.2.7")).status_code == 303, "from another network"


def test_a_browser_that_was_signed_in_is_never_locked_by_others(desk_app: Flask) -> None:
    agent = visitor(desk_app, "192.0.2.7")
    assert sign_in(agent).status_code == 303
    agent.delete_cookie("desk", path="/en/desk")
    for number in range(50):
        sign_in(visitor(desk_app, f"192.0.2.{number}"), WRONG)  # in the same network, even
    page = sign_in(visitor(desk_app, "192.0.2.8"))
    assert page.status_code == 429
    assert "a browser you have signed in with before" in visible_text(page)
    for _ in range(30):
        sign_in(visitor(desk_app, "192.0.2.7"), WRONG, "nobody")  # and from the same address
    assert sign_in(visitor(desk_app, "192.0.2.7")).status_code == 429
    assert sign_in(agent).status_code == 303


def test_a_stolen_device_does_not_lock_the_agent(desk_app: Flask) -> None:
    agent, thief = visitor(desk_app, "192.0.2.7"), visitor(desk_app, "203.0.113.9")
    sign_in(agent)
    cookie = agent.get_cookie("desk-device", path="/en/desk")
    assert cookie
    thief.set_cookie("desk-device", cookie.value, path="/en/desk")
    statuses = [sign_in(thief, WRONG).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    assert sign_in(visitor(desk_app, "192.0.2.9")).status_code == 303


def test_tries_for_a_locked_name_are_limited_too(desk_app: Flask) -> None:
    stranger = visitor(desk_app, "203.0.113.9")
    pages = [sign_in(stranger, WRONG) for _ in range(22)]
    assert [page.status_code for page in pages[4:6]] == [422, 429]
    assert "wrong passwords for this username" in visible_text(pages[19])
    assert "attempts from your network" in visible_text(pages[20])
    assert "attempts from your network" in visible_text(sign_in(stranger, WRONG, "kim"))


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "Too many people are signing in"), ("vi", "quá nhiều người đăng nhập")],
)
def test_who_finds_the_server_busy_is_told_so(
    desk_app: Flask, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    monkeypatch.setattr(passwords, "UNKNOWN_DEVICE_SLOTS", Slots(1, 0, 0))
    client = desk_app.test_client()
    url = f"/{lang}/desk/sign-in?to=desk/cases"
    token = re.search('name="csrf_token" value="([^"]+)"', client.get(url).text)
    assert token
    form = {"name": "lan", "password": PASSWORD, "csrf_token": token[1]}
    with passwords.UNKNOWN_DEVICE_SLOTS.taken():
        page = client.post(url, data=form)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "3"
    assert page.headers["Content-Language"] == lang
    assert words in visible_text(page)
    assert 'value="lan"' in page.text
    assert PASSWORD not in page.text
    assert 'action="/' + lang + '/desk/sign-in?to=desk%2Fcases"' in page.text
    assert client.post(url, data=form).location == f"/{lang}/desk/cases", "and it did not count"


def test_the_device_is_told_by_a_cookie_that_only_the_desk_gets(desk_app: Flask) -> None:
    client = desk_app.test_client()
    cookies = sign_in(client).headers.getlist("Set-Cookie")
    told = [cookie for cookie in cookies if cookie.startswith("desk-device=")]
    assert {re.search("Path=([^;]+)", cookie)[1] for cookie in told} == {"/en/desk", "/vi/desk"}
    for words in ("Secure", "HttpOnly", "SameSite=Strict", "Max-Age=7776000"):
        assert all(f"; {words}" in cookie for cookie in told)
    first = client.get_cookie("desk-device", path="/en/desk")
    sign_in(desk_app.test_client())
    client.delete_cookie("desk", path="/en/desk")
    sign_in(client)
    assert client.get_cookie("desk-device", path="/en/desk") != first


def test_a_new_sign_in_ends_the_session_before(desk_app: Flask) -> None:
    client, copy = desk_app.test_client(), desk_app.test_client()
    page = client.get("/en/desk/sign-in")
    sign_in(client)
    cookie = client.get_cookie("desk", path="/en/desk")
    assert cookie
    copy.set_cookie("desk", cookie.value, path="/en/desk")
    assert copy.get("/en/desk/cases").status_code == 200
    csrf = re.search('name="csrf_token" value="([^"]+)"', client.get("/en/desk/cases").text)
    form = {"name": "lan", "password": PASSWORD, "csrf_token": csrf[1]}
    assert client.post("/en/desk/sign-in", data=form).status_code == 303
    assert page.status_code == 200
    assert client.get("/en/desk/cases").status_code == 200
    assert copy.get("/en/desk/cases").status_code == 303


@pytest.mark.parametrize(
    ("near", "far"), [("203.0.113.{}", "198.51.100.1"), ("2001:db8:7:{}::1", "2001:db8:8::1")]
)
def test_many_names_from_all_of_a_network_are_limited_too(
    database_url: str, near: str, far: str
) -> None:
    settings = SETTINGS | {"sign_in_limit": "2 per hour"}
    app = create_app(Settings(**settings, database_url=database_url))
    app.test_client_class = LintingClient
    services(app).storage.agents.add("", "lan", "agent", PASSWORD)
    for number in range(20):  # ten times what one address may, from an address each
        page = sign_in(visitor(app, near.format(number)), WRONG, f"name {number}")
        assert page.status_code == 422
    page = sign_in(visitor(app, near.format(99)))
    assert page.status_code == 429
    assert "attempts from your network" in visible_text(page)
    assert sign_in(visitor(app, far)).status_code == 303
    let_go(app)
