"""An agent's own account: another password, and the sessions that are open."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app import create_app
from app.http import security_log
from app.services import services
from app.settings import Settings
from app.store import passwords
from app.store.hashing_limit import Slots
from tests.desk.conftest import PASSWORD, SETTINGS, let_go, sign_in, token
from tests.linting import LintingClient, visible_text
from tests.store.fixtures import Clock

NEW = "một con vịt xoè ra"
URL = "/en/desk/account"


@pytest.fixture
def lan(agent_of: Callable[..., LintingClient]) -> LintingClient:
    return agent_of()


def change(client: LintingClient, old: str = PASSWORD, new: str = NEW, root: str = ""):
    form = {"old": old, "new": new, "csrf_token": token(client.get(f"{root}{URL}"))}
    return client.post(f"{root}{URL}/password", data=form)


def test_a_password_is_changed_and_everything_else_signed_out(
    desk_app: Flask, lan: LintingClient
) -> None:
    other = desk_app.test_client()
    sign_in(other)
    old = other.get_cookie("desk-device", path="/en/desk")
    done = change(lan)
    assert done.location == f"{URL}?done=password"
    assert "Password changed" in visible_text(lan.get(done.location))
    assert other.get("/en/desk/cases").status_code == 303
    assert sign_in(other).status_code == 422, "the old one"
    for _ in range(4):
        sign_in(desk_app.test_client(), "wrong horse battery")
    assert sign_in(desk_app.test_client(), NEW).status_code == 429
    assert sign_in(other, NEW).status_code == 429, "its device is not known any more"
    assert old
    lan.post("/en/desk/sign-out", data={"csrf_token": token(lan.get(URL))})
    assert sign_in(lan, NEW).status_code == 303, "this one's is"


def test_the_session_is_another_one_afterwards(desk_app: Flask, lan: LintingClient) -> None:
    before = lan.get_cookie("desk", path="/en/desk")
    change(lan)
    thief = desk_app.test_client()
    thief.set_cookie("desk", before.value, path="/en/desk")
    assert thief.get(URL).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "status", "said", "at"),
    [
        ("wrong horse battery", NEW, 422, "current password you entered is wrong", "old"),
        (PASSWORD, "elevensigns", 422, "12 to 256 characters", "new"),
        (PASSWORD, "passwordpassword", 422, "easy to guess", "new"),
        (PASSWORD, "x" * 257, 422, "12 to 256 characters", "new"),
    ],
)
def test_what_is_wrong_is_said(
    lan: LintingClient, old: str, new: str, status: int, said: str, at: str
) -> None:
    page = change(lan, old, new)
    assert page.status_code == status
    assert said in visible_text(page)
    assert f'<a href="#{at}">' in page.text
    assert old not in page.text
    assert new not in page.text
    assert change(lan).status_code == 303


def test_a_portals_own_words_make_no_password(agent_of: Callable[..., LintingClient]) -> None:
    client, root = agent_of(portal="proseware"), "/at/proseware"
    for easy in ("proseware2026", "Proseware-lan-1"):
        assert change(client, PASSWORD, easy, root).status_code == 422
    assert change(client, root=root).location == f"{root}{URL}?done=password"


def test_wrong_ones_are_slowed_down_here_alone(
    desk_app: Flask, lan: LintingClient, clock: Clock
) -> None:
    for _ in range(5):
        assert change(lan, "wrong horse battery").status_code == 422
    page = change(lan)
    assert page.status_code == 429
    assert "wait 31 seconds" in visible_text(page)
    assert sign_in(desk_app.test_client()).status_code == 303
    clock.moment += timedelta(seconds=31)
    assert change(lan).status_code == 303


def test_it_waits_while_too_many_are_checked(
    lan: LintingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "KNOWN_DEVICE_SLOTS", Slots(1, 0, 0))
    with passwords.KNOWN_DEVICE_SLOTS.taken():
        page = change(lan)
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert change(lan).status_code == 303


def test_forged_forms_change_nothing(desk_app: Flask, lan: LintingClient) -> None:
    form = {"old": PASSWORD, "new": NEW, "csrf_token": "x", "session": "others"}
    for part in ("password", "end"):
        assert lan.post(f"{URL}/{part}", data=form).status_code == 400
        page = desk_app.test_client().post(f"{URL}/{part}", data=form)
        assert page.status_code == 401
        assert 'action="/en/desk/sign-in?to=desk%2Faccount"' in page.text
    assert lan.get(URL).status_code == 200


def test_sessions_are_shown_and_ended(desk_app: Flask, lan: LintingClient, clock: Clock) -> None:
    clock.moment += timedelta(minutes=2)
    others = [desk_app.test_client() for _ in range(3)]
    for other in others:
        sign_in(other)
        clock.moment += timedelta(minutes=2)
    page = lan.get(URL)
    assert visible_text(page).count("Signed in since ") == 4
    assert visible_text(page).count("This session") == 1
    ids = re.findall('name="session" value="([0-9a-f]{64})"', page.text)
    assert len(ids) == 3
    sent = {"csrf_token": token(page), "session": ids[0]}
    done = lan.post(f"{URL}/end", data=sent)
    assert "Signed out." in visible_text(lan.get(done.location))
    assert [other.get(URL).status_code for other in others] == [200, 200, 303]
    lan.post(f"{URL}/end", data=sent | {"session": "others"})
    assert [other.get(URL).status_code for other in others] == [303] * 3
    assert lan.get(URL).status_code == 200


def test_nobody_ends_another_agents_session(
    desk_app: Flask, lan: LintingClient, agent_of: Callable[..., LintingClient]
) -> None:
    kim = agent_of("kim")
    sign_in(kim_too := desk_app.test_client(), name="kim")
    theirs = re.findall('name="session" value="([0-9a-f]{64})"', kim.get(URL).text)
    for which in (*theirs, "others"):
        lan.post(f"{URL}/end", data={"csrf_token": token(lan.get(URL)), "session": which})
    assert kim_too.get(URL).status_code == 200


def test_whom_a_provider_vouches_for_has_no_password_here(desk_app: Flask) -> None:
    agents, sessions = services(desk_app).storage.agents, services(desk_app).storage.sessions
    federated = agents.provision("", "https://id.example", "42", "lan", "agent")
    client = desk_app.test_client()
    with client.session_transaction(path="/en/desk") as session:
        session["token"] = sessions.begin(federated)
    page = client.get(URL)
    assert page.status_code == 200
    assert "Change your password" not in visible_text(page)
    form = {"old": "", "new": NEW, "csrf_token": token(page)}
    assert client.post(f"{URL}/password", data=form).status_code == 404


def test_the_audit_says_that_a_password_was_changed(
    desk_app: Flask, agent_of: Callable[..., LintingClient]
) -> None:
    client = agent_of(role="lead")
    change(client)
    assert "changed password, lan" in visible_text(client.get("/en/desk/audit"))


def test_the_security_log_tells_what_happened_and_to_nobodys_name(
    desk_app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = logging.getLogger(security_log.LOGGER)
    logger.addHandler(caplog.handler)
    monkeypatch.setattr(logger, "propagate", False)
    monkeypatch.setattr(logger, "level", logging.INFO)
    try:
        number = services(desk_app).storage.agents.add("", "lan", "agent", PASSWORD).id
        client, stranger = desk_app.test_client(), desk_app.test_client()
        for _ in range(6):
            sign_in(stranger, "wrong horse battery", "xuân of somewhere")
        sign_in(client)
        change(client, "wrong horse battery")
        change(client)
        csrf = token(client.get(URL))
        client.post(f"{URL}/end", data={"csrf_token": csrf, "session": "others"})
        client.post("/en/desk/sign-out", data={"csrf_token": csrf})
    finally:
        logger.removeHandler(caplog.handler)
    told = [json.loads(line.getMessage()) for line in caplog.records if line.name == logger.name]
    events = [(one["event"], one.get("reason"), one.get("agent")) for one in told]
    assert events == [
        *[("sign-in-refused", "password", None)] * 5,
        ("sign-in-refused", "locked", None),
        ("sign-in", None, number),
        ("password-change-refused", "password", number),
        ("password-changed", None, number),
        ("sign-in", None, number),
        ("sessions-ended", None, number),
        ("sign-out", None, number),
    ]
    for secret in (PASSWORD, NEW, "wrong horse", "somewhere", "lan", "127.0.0"):
        assert secret not in caplog.text


@pytest.mark.parametrize("allowed", ["agents", "nobody"])
def test_leads_can_be_kept_from_working_with_a_password(
    database_url: str, clock: Clock, allowed: str
) -> None:
    app = create_app(Settings(**SETTINGS, database_url=database_url, passwords=allowed), now=clock)
    app.test_client_class = LintingClient
    services(app).storage.agents.add("", "lan", "lead", PASSWORD)
    client = app.test_client()
    if allowed == "nobody":
        page = client.get("/en/desk/sign-in")
        assert 'type="password"' not in page.text
        assert "Signing in still has to be set up" in visible_text(page)
        assert client.post("/en/desk/sign-in", data={}).status_code == 404
    else:
        assert sign_in(client).status_code == 303
        assert client.get("/en/desk/cases").status_code == 200
        assert client.get("/en/desk/audit").status_code == 403
    let_go(app)


def test_a_sign_in_under_way_ends_with_the_old_password(
    desk_app: Flask, lan: LintingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief, right = desk_app.test_client(), passwords.verify

    def slowly(told: str, kept: str | None) -> bool:
        monkeypatch.setattr(passwords, "verify", right)
        fits = right(told, kept)
        assert change(lan).status_code == 303
        return fits

    monkeypatch.setattr(passwords, "verify", slowly)
    assert sign_in(thief).status_code == 422
    assert thief.get(URL).status_code == 303
    assert lan.get(URL).status_code == 200
