"""The key that cookies are signed with may be changed while people work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app import create_app
from app.desk import DeskSessions
from app.services import services
from app.settings import Settings
from app.store.keys import PROPAGATION, rotate, signing_keys
from app.store.sessions import SESSION_LIFETIME
from tests.desk.conftest import PASSWORD, SETTINGS, let_go, sign_in, token
from tests.linting import LintingClient
from tests.store.fixtures import Clock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def pass_time(desk_app: Flask, clock: Clock) -> Callable[[timedelta], None]:
    """Return what lets time pass, also for how long the app has known its keys."""
    begun = clock.moment
    desk_app.session_interface = DeskSessions(lambda: (clock.moment - begun).total_seconds())

    def go_on(time: timedelta) -> None:
        clock.moment += time

    return go_on


def rotate_by_hand(app: Flask, *options: str) -> None:
    assert app.test_cli_runner().invoke(args=["keys", "rotate", *options]).exit_code == 0


def test_who_is_signed_in_stays_so_and_their_forms_count(
    desk_app: Flask, pass_time: Callable[[timedelta], None], agent_of: Callable[..., LintingClient]
) -> None:
    client = agent_of()
    before = desk_app.secret_key
    page = client.get("/en/desk")
    rotate_by_hand(desk_app)
    pass_time(PROPAGATION + MINUTE)
    made = client.post("/en/desk/cases/new", data={"csrf_token": token(page)})
    assert made.status_code == 303, "a form that was made before is taken"
    assert desk_app.secret_key != before
    kept = client.post(
        made.location.partition("?")[0],
        data={"csrf_token": token(client.get(made.location)), "version": "1", "note": "call back"},
    )
    assert kept.status_code == 303
    for _ in range(23):  # at work until shortly before the shift ends
        pass_time(SESSION_LIFETIME / 24)
        assert client.get("/en/desk/cases").status_code == 200


def test_the_old_key_counts_no_longer_than_a_session(
    desk_app: Flask, clock: Clock, pass_time: Callable[[timedelta], None]
) -> None:
    database = services(desk_app).storage.database
    (old,) = signing_keys(database, clock())
    rotate(database, clock())
    first, new = signing_keys(database, clock())
    assert first == old, "until all have heard of the new one"
    pass_time(PROPAGATION)
    assert signing_keys(database, clock()) == (new, old)
    pass_time(SESSION_LIFETIME)
    assert signing_keys(database, clock()) == (new,)


def test_all_workers_notice_without_signing_anybody_out(
    desk_app: Flask, clock: Clock, pass_time: Callable[[timedelta], None], database_url: str
) -> None:
    services(desk_app).storage.agents.add("", "lan", "agent", PASSWORD)
    begun = clock.moment
    other = create_app(Settings(**SETTINGS, database_url=database_url), now=clock)
    other.session_interface = DeskSessions(lambda: (clock.moment - begun).total_seconds())
    other.test_client_class = LintingClient
    assert other.test_client().get("/en/desk/sign-in").status_code == 200
    pass_time(MINUTE / 2)
    desk_app.test_client().get("/en/desk/sign-in")
    rotate_by_hand(desk_app)
    for _ in range(12):
        client, elsewhere = desk_app.test_client(), other.test_client()
        sign_in(client)
        cookie = client.get_cookie("desk", path="/en/desk")
        elsewhere.set_cookie("desk", cookie.value, path="/en/desk")
        assert elsewhere.get("/en/desk/cases").status_code == 200
        pass_time(MINUTE / 3)
    assert desk_app.secret_key == other.secret_key
    let_go(other)


def test_a_key_that_others_know_is_given_up_at_once(
    desk_app: Flask, pass_time: Callable[[timedelta], None], agent_of: Callable[..., LintingClient]
) -> None:
    client = agent_of()
    page = client.get("/en/desk")
    rotate_by_hand(desk_app, "--at-once")
    pass_time(MINUTE)
    assert client.get("/en/desk/cases").status_code == 303
    sent = client.post("/en/desk/cases/new", data={"csrf_token": token(page)})
    assert "sign-in" in (sent.location or sent.get_data(as_text=True))


def test_the_key_is_not_looked_up_for_each_request(
    desk_app: Flask, pass_time: Callable[[timedelta], None], agent_of: Callable[..., LintingClient]
) -> None:
    client = agent_of()
    services(desk_app).storage.database.close()
    before = desk_app.secret_key
    rotate(services(desk_app).storage.database, services(desk_app).now() - 2 * PROPAGATION)
    client.get("/en/desk")
    assert desk_app.secret_key == before
    pass_time(MINUTE)
    client.get("/en/desk")
    assert desk_app.secret_key != before
