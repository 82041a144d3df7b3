"""Signing in at the desk, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app import create_app
from app.services import services
from app.settings import Settings
from tests.desk.conftest import PASSWORD, sign_in, token
from tests.linting import LintingClient, visible_text
from tests.securitylog import listening
from tests.store.fixtures import Clock

WRONG = "wrong horse battery"


@pytest.fixture
def desk_app(desk_app: Flask) -> Flask:
    services(desk_app).storage.agents.add("", "lan", "agent", PASSWORD)
    return desk_app


def test_an_agent_signs_in_and_out(desk_app: Flask) -> None:
    client = desk_app.test_client()
    assert client.get("/en/desk/cases").location == "/en/desk/sign-in?to=desk%2Fcases"
    assert sign_in(client).location == "/en/desk"
    page = client.get("/en/desk/cases")
    assert page.status_code == 200
    assert client.get("/vi/desk/cases").status_code == 200, "the other language is the same desk"
    client.post("/en/desk/sign-out", data={"csrf_token": token(page)})
    assert client.get("/en/desk/cases").status_code == 303


def test_a_session_that_somebody_has_prepared_is_not_taken_over(desk_app: Flask) -> None:
    client = desk_app.test_client()
    client.get("/en/desk/sign-in")
    before = client.get_cookie("desk", path="/en/desk")
    thief = desk_app.test_client()
    thief.set_cookie("desk", before.value, path="/en/desk")
    csrf = token(thief.get("/en/desk/sign-in"))
    sign_in(client)
    page = client.get("/en/desk/cases")
    assert token(page).rpartition(".")[2] != csrf.rpartition(".")[2]
    assert client.post("/en/desk/sign-out", data={"csrf_token": csrf}).status_code == 400
    assert client.get("/en/desk/cases").status_code == 200


@pytest.mark.parametrize("forged", ["", "x"])
def test_nobody_is_signed_out_by_a_forged_form(desk_app: Flask, forged: str) -> None:
    client = desk_app.test_client()
    sign_in(client)
    assert client.post("/en/desk/sign-out", data={"csrf_token": forged}).status_code == 400
    assert client.get("/en/desk/cases").status_code == 200


def test_a_session_that_was_copied_ends_with_signing_out(desk_app: Flask) -> None:
    client, thief = desk_app.test_client(), desk_app.test_client()
    sign_in(client)
    cookie = client.get_cookie("desk", path="/en/desk")
    thief.set_cookie("desk", cookie.value, path="/en/desk")
    assert thief.get("/en/desk/cases").status_code == 200
    client.post("/en/desk/sign-out", data={"csrf_token": token(client.get("/en/desk/cases"))})
    assert thief.get("/en/desk/cases").status_code == 303


def test_a_shift_ends(desk_app: Flask, clock: Clock) -> None:
    client = desk_app.test_client()
    sign_in(client)
    for _ in range(14):
        clock.moment += timedelta(minutes=51)
        assert client.get("/en/desk/cases").status_code == 200
    clock.moment += timedelta(minutes=5)
    assert client.get("/en/desk/cases").status_code == 200
    clock.moment += timedelta(minutes=2)
    assert client.get("/en/desk/cases").status_code == 303


@pytest.mark.parametrize("name", ["lan", "nobody"])
def test_wrong_passwords_lock_a_name_longer_and_longer(
    desk_app: Flask, clock: Clock, name: str
) -> None:
    client = desk_app.test_client()
    for _ in range(5):
        page = sign_in(client, WRONG, name)
        assert page.status_code == 422
        assert "Wrong username or password" in visible_text(page)
    for seconds, words in ((30, "31 seconds"), (60, "61 seconds"), (120, "2 minutes")):
        page = sign_in(client, PASSWORD, name)
        assert page.status_code == 429
        assert f"wait {words}" in visible_text(page)
        clock.moment += timedelta(seconds=seconds)
        assert sign_in(client, WRONG, name).status_code == 422


def test_the_right_password_unlocks_after_the_wait_and_so_does_the_terminal(
    desk_app: Flask, clock: Clock
) -> None:
    client = desk_app.test_client()
    for _ in range(5):
        sign_in(client, WRONG)
    assert sign_in(client).status_code == 429
    clock.moment += timedelta(seconds=31)
    assert sign_in(client).status_code == 303
    for _ in range(5):
        sign_in(desk_app.test_client(), WRONG)
    assert desk_app.test_cli_runner().invoke(args=["agents", "unlock", "lan"]).exit_code == 0
    assert sign_in(desk_app.test_client()).status_code == 303


def test_wrong_tries_from_one_address_are_limited(desk_app: Flask) -> None:
    client = desk_app.test_client()
    for _ in range(21):  # a whole helpdesk may begin its shift behind one address
        assert sign_in(desk_app.test_client()).status_code == 303
    for number in range(20):
        sign_in(client, WRONG, f"agent {number}")
    assert sign_in(client).status_code == 429


def test_a_form_of_nobodys_session_is_refused(desk_app: Flask) -> None:
    client, other = desk_app.test_client(), desk_app.test_client()
    foreign = token(other.get("/en/desk/sign-in"))
    for wrong in ("", "x", foreign):
        page = sign_in(client, csrf_token=wrong)
        assert page.status_code == 400
        assert PASSWORD not in page.get_data(as_text=True)
    form = {"name": "lan", "password": PASSWORD}
    assert desk_app.test_client().post("/en/desk/sign-in", data=form).status_code == 400


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example",
        "desk//evil.example",
        "desk\\evil",
        "desk/\n",
        "check?place=home",
        "/desk",
    ],
)
def test_signing_in_leads_to_the_desk_only(desk_app: Flask, to: str) -> None:
    client = desk_app.test_client()
    page = client.get("/en/desk/sign-in", query_string={"to": to})
    form = {"name": "lan", "password": PASSWORD, "csrf_token": token(page)}
    done = client.post("/en/desk/sign-in", query_string={"to": to}, data=form)
    assert done.location == "/en/desk"


def test_a_page_asked_for_before_is_the_one_led_to(desk_app: Flask) -> None:
    client = desk_app.test_client()
    page = client.get(client.get("/en/desk?ask=place").location)
    form = {"name": "lan", "password": PASSWORD, "csrf_token": token(page)}
    action = re.search('method="post" action="([^"]+)"', page.get_data(as_text=True))[1]
    assert client.post(action, data=form).location == "/en/desk?ask=place"


def test_an_agent_of_one_desk_is_nobody_at_another(desk_app: Flask) -> None:
    services(desk_app).storage.agents.add("proseware", "kim", "agent", PASSWORD)
    assert sign_in(desk_app.test_client(), name="kim").status_code == 422


def test_a_removed_agent_is_out_at_once(desk_app: Flask) -> None:
    client = desk_app.test_client()
    sign_in(client)
    assert desk_app.test_cli_runner().invoke(args=["agents", "remove", "lan"]).exit_code == 0
    assert client.get("/en/desk/cases").status_code == 303


def test_the_terminal_ends_somebodys_sessions(desk_app: Flask) -> None:
    client = desk_app.test_client()
    sign_in(client)
    assert desk_app.test_cli_runner().invoke(args=["agents", "sign-out", "lan"]).exit_code == 0
    assert client.get("/en/desk/cases").status_code == 303
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize("easy", ["Thongthu2026!!", "helpdesk-agent1", "passwordpassword"])
def test_a_password_that_is_easily_guessed_is_refused(desk_app: Flask, easy: str) -> None:
    for command in (["add", "kim"], ["password", "lan"]):
        result = desk_app.test_cli_runner().invoke(args=["agents", *command], input=f"{easy}\n")
        assert result.exit_code == 1
        assert "too easy to guess" in result.output


def test_without_a_database_there_is_no_signing_in(client: LintingClient) -> None:
    assert client.get("/en/desk/sign-in").status_code == 404
    assert client.get("/en/desk/cases").status_code == 404


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["add", "lan"], "already"),
        (["add", "kim", "--portal", "none"], "no portal"),
        (["add", " "], "characters"),
        (["add", "lan (#5)"], "#"),
        (["password", "kim"], "no agent"),
        (["remove", "kim"], "no agent"),
        (["sign-out", "kim"], "no agent"),
    ],
)
def test_the_terminal_says_what_is_wrong(desk_app: Flask, args: list[str], said: str) -> None:
    result = desk_app.test_cli_runner().invoke(args=["agents", *args], input=f"{PASSWORD}\n")
    assert result.exit_code != 0
    assert said in result.output


def test_a_short_password_is_refused(desk_app: Flask) -> None:
    result = desk_app.test_cli_runner().invoke(args=["agents", "add", "kim"], input="elevensigns\n")
    assert result.exit_code == 1
    assert "12" in result.output
    result = desk_app.test_cli_runner().invoke(args=["agents", "list"])
    assert result.output.splitlines()[1:] == ["1\t-\tagent\tlan"]


def test_a_role_changes_at_once(desk_app: Flask) -> None:
    client = desk_app.test_client()
    sign_in(client)
    assert client.get("/en/desk/audit").status_code == 403
    runner = desk_app.test_cli_runner()
    assert runner.invoke(args=["agents", "role", "lan", "lead"]).exit_code == 0
    assert client.get("/en/desk/audit").status_code == 200
    assert runner.invoke(args=["agents", "role", "kim", "lead"]).exit_code == 1


def test_while_the_database_has_never_answered_signing_in_has_to_wait() -> None:
    settings = Settings(page_cache=0, database_url="postgresql://nobody@127.0.0.1:1/none")
    app = create_app(settings)
    app.test_client_class = LintingClient
    for path in ("sign-in", "cases"):
        page = app.test_client().get(f"/en/desk/{path}", follow_redirects=True)
        assert page.status_code == 503
        assert "Not available right now" in visible_text(page)


@pytest.mark.parametrize(
    "args",
    [
        ["list"],
        ["sign-out", "lan"],
        ["add", "lan"],
        ["role", "lan", "lead"],
        ["password", "lan"],
        ["unlock", "lan"],
        ["remove", "lan"],
    ],
)
def test_the_terminal_says_that_the_database_is_away(args: list[str]) -> None:
    app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    for command in (["agents", *args], ["database", "sweep"]):
        result = app.test_cli_runner().invoke(args=command, input=f"{PASSWORD}\n")
        assert result.exit_code == 1
        assert "the database is not responding (check DATABASE_URL)" in result.output


def test_refused_access_is_in_the_security_log(
    desk_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = desk_app.test_client()
    sign_in(client)
    number = services(desk_app).storage.agents.all()[0].id
    refused = {"event": "access-refused", "portal": "", "agent": number}
    nobody = desk_app.test_client()
    with listening(caplog) as events:
        for lead in ("audit", "insights", "insights.csv"):
            assert client.get(f"/en/desk/{lead}").status_code == 403
        for form in ("sign-out", "cases", "cases/new", "account/password", "account/end"):
            assert client.post(f"/en/desk/{form}", data={"csrf_token": "x"}).status_code == 400
        assert nobody.post("/en/desk/sign-out").status_code == 400
        from_outside = {"REMOTE_ADDR": "203.0.113.9"}
        assert nobody.get("/metrics", environ_base=from_outside).status_code == 404
        assert nobody.get("/metrics").status_code == 200
    assert events == [
        *[refused | {"reason": "role"}] * 3,
        *[refused | {"reason": "forged"}] * 5,
        refused | {"agent": 0, "reason": "forged"},
        refused | {"agent": 0, "reason": "metrics"},
    ]
