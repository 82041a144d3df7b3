"""Each page counts once, by fixed words, never by user input, and clients do not see it."""

import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from app import create_app
from app.diagnosis import CHOICES, FACT_KEYS
from app.http.event_counting import EVENT_HEADER, EventCounting
from app.knowledge import add_providers, knowledge
from app.services import services
from app.settings import Settings
from tests.browser.server import serving
from tests.conftest import PORTALS
from tests.linting import LintingClient

RELAY = "error=relay-denied&refused_by=own-server&program=webmail"
FULL = "error=mailbox-full"
PLAN = {
    ("plan", "settled"),
    ("scenario", "mailbox-full"),
    ("error", "mailbox-full"),
    ("lang", "en"),
    ("provider", "unknown"),
}


@pytest.fixture(scope="module")
def counted(tmp_path_factory) -> Iterator[Flask]:
    path = tmp_path_factory.mktemp("counting") / "counts.sqlite3"
    app = create_app(Settings(database_url=f"sqlite:///{path}", portals=str(PORTALS)))
    services(app).storage.counters._interval = 3600  # nothing is written while a test looks
    yield app
    add_providers()


@pytest.fixture
def client(counted: Flask) -> LintingClient:
    """Return a client of an app that has counted nothing yet."""
    counted.test_client_class = LintingClient
    forget(counted)
    client = counted.test_client()
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"  # on nobody's line
    return client


def forget(app: Flask) -> None:
    counters = services(app).storage.counters
    counters._new.clear()
    counters._sums.clear()


def seen(client: FlaskClient) -> dict[tuple[str, str, str], int]:
    """Return what was counted besides answers."""
    held = services(client.application).storage.counters.pending()
    return {
        (portal, what, value): number
        for (_, portal, what, value), number in held.items()
        if what != "response"
    }


def of(*pairs: tuple[str, str], portal: str = "") -> dict[tuple[str, str, str], int]:
    return {(portal, *pair): 1 for pair in pairs}


def test_a_question_counts_when_it_is_shown_and_when_a_form_answers_it(client) -> None:
    client.get("/en/check")
    assert seen(client) == of(("shown", "error"))
    client.get("/en/check?asked=error&error=mailbox-full")
    assert seen(client) == of(("shown", "error"), ("answered", "error"), *PLAN)


def test_a_cached_page_counts_each_time(client: FlaskClient) -> None:
    for _ in range(3):
        page = client.get("/en/check?place=home", headers={"Accept-Encoding": "br"})
        assert EVENT_HEADER not in page.headers
    assert seen(client) == {("", "shown", "error"): 3}


def test_a_typed_answer_counts_by_its_question_and_once(client: FlaskClient) -> None:
    url, form = f"/en/check?{RELAY}", {"account_domain": "lan@typed.example"}
    assert client.post(url, data=form).status_code == 303
    assert seen(client) == of(("answered", "account_domain"))
    client.post(f"{url}&account_domain=other.example", data=form)
    assert seen(client) == of(("answered", "account_domain")), "changed, not answered"
    client.post(url, data={"account_domain": "no domain"})
    assert seen(client) == of(("answered", "account_domain"))


@pytest.mark.parametrize(
    ("fact", "given"),
    [("account_domain", ""), ("sender_domain", "account_domain=typed.example&")],
)
def test_the_links_that_answer_a_question_count_too(client, fact: str, given: str) -> None:
    page = client.get(f"/en/check?{given}change={fact}").text
    parts = page.replace("&amp;", "&").split('"')
    links = [link for link in parts if link.endswith(f"&asked={fact}") or f"?{fact}=" in link]
    links = [link for link in links if f"asked={fact}" in link]
    assert len(links) == (2 if given else 1)
    for link in links:
        forget(client.application)
        assert client.get(link).status_code == 200
        assert seen(client)["", "answered", fact] == 1
    # Once answered, a change counts neither as shown nor as answered.
    forget(client.application)
    page = client.get(f"/en/check?{given}{fact}=unknown&change={fact}")
    assert seen(client) == {}
    assert "asked=" not in page.text


def test_changing_an_answer_does_not_count(client: FlaskClient) -> None:
    client.get("/en/check?error=relay-denied&change=error")
    client.get("/en/check?error=mailbox-full&asked=error&was=relay-denied")
    assert seen(client) == {}
    client.get("/en/check?program=iphone&asked=program&was=")
    assert seen(client) == of(("answered", "program")), "asked out of turn, for the first time"


def test_a_plan_counts_once_for_each_visit(client: FlaskClient) -> None:
    client.get(f"/en/check?{FULL}")
    assert seen(client) == of(*PLAN)
    for more in ("way=wait", "change=error", "worked=wait", "tried=wait&failed=wait"):
        client.get(f"/en/check?{FULL}&{more}")
    # Not again: an answer on the plan, all the other questions, a remedy that was not tried.
    for more in ("plan=now", "plan=full", "tried=wait", "tried=wait&failed=x"):
        client.get(f"/en/check?{FULL}&{more}")
    assert seen(client) == of(*PLAN, ("worked", "wait"), ("not-worked", "wait"))


def test_an_early_plan_counts_by_the_open_question(client: FlaskClient) -> None:
    client.get("/en/check?plan=now")
    assert seen(client) == of(("early", "error"))


@pytest.mark.parametrize(
    ("account", "provider"),
    [
        ("gmail.com", "gmail"),
        ("mail.typed.example", "other"),
        ("unknown", "unknown"),
        ("proseware.com", "portal-proseware"),
    ],
)
def test_only_public_providers_count_by_name(client, account, provider):
    client.get(f"/en/check?{FULL}&account_domain={account}")
    assert seen(client)["", "provider", provider] == 1


def test_pastes_count_by_reason(client: FlaskClient) -> None:
    for form in (
        {"text": "550 5.1.1 user unknown", "show": "yes"},
        {"text": "mailbox full"},
        {"text": "Hello", "show": "yes"},
    ):
        client.post("/en/read", data=form)
    assert sum(number for (_, what, _), number in seen(client).items() if what == "read") == 3
    client.post("/en/read", data={"text": " "})
    assert sum(seen(client).values()) == 3


def test_each_portal_has_its_own_counts(client: FlaskClient) -> None:
    client.get("/at/proseware/en/check")
    client.get("/at/proseware;accent=7a2048/en/check")
    client.get("/at/nobody/en/check")
    assert seen(client) == {("proseware", "shown", "error"): 2}


def test_an_answer_from_the_network_counts_too(client: FlaskClient) -> None:
    client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    url = "/at/proseware/en/check?account_domain=proseware.com&place=home"
    assert client.get(f"{url}&asked=place").status_code == 302
    assert seen(client) == of(("answered", "place"), portal="proseware")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("HEAD", "/en/check"),
        ("HEAD", f"/en/check?{FULL}"),
        ("GET", "/en/check?place=moon"),
        ("GET", "/en/check?asked=place"),
        ("GET", "/xx/check"),
        ("GET", "/en/nothing"),
        ("GET", f"/en/sheet?{FULL}"),
        ("GET", "/en/"),
        ("GET", "/healthz"),
        ("PUT", "/en/check"),
        ("GET", "/en/check?account_domain=a@typed.example&asked=account_domain"),
        ("GET", f"/en/step.svg?{FULL}"),
        ("GET", "/en/developers/api"),
        ("OPTIONS", "/en/check"),
    ],
)
def test_nothing_else_counts(client: FlaskClient, method: str, url: str) -> None:
    client.get(f"/en/check?{FULL}")
    forget(client.application)
    answer = FlaskClient.open(client, url, method=method)
    assert EVENT_HEADER not in answer.headers
    assert seen(client) == {}


def test_responses_count_by_status_except_probes(client: FlaskClient) -> None:
    for url in ("/en/", "/en/", "/nothing", "/healthz", "/readyz"):
        client.get(url)
    held = services(client.application).storage.counters.pending()
    assert {(what, value): n for (_, _, what, value), n in held.items()} == {
        ("response", "200"): 2,
        ("response", "404"): 1,
    }


def test_the_event_header_is_always_removed() -> None:
    counts: list[object] = []

    class Watched:
        def add(self, portal: str, *pairs: tuple[str, str]) -> None:
            counts.extend(pair for pair in pairs if pair[0] != "response")

    for status in ("200 OK", "404 X", "422 X", "500 X"):

        def app(environ, start, status=status):
            start(
                status,
                [(EVENT_HEADER, "shown=place"), ("X-Other", "1"), (EVENT_HEADER, "plan=settled")],
            )
            return [b""]

        for method in ("GET", "HEAD", "POST"):
            answer = Client(EventCounting(app, Watched())).open("/", method=method)  # type: ignore[arg-type]
            assert EVENT_HEADER not in answer.headers
            assert answer.headers["X-Other"] == "1"
    assert counts == [("shown", "place"), ("plan", "settled")] * 2


def test_a_broken_view_counts_nothing(client: FlaskClient, monkeypatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.wizard.views.record_event", break_down)
    page = client.get("/en/check?place=away&vpn=yes&asked=vpn")
    assert page.status_code == 500
    assert EVENT_HEADER not in page.headers
    assert seen(client) == {}


def test_without_a_database_nothing_is_counted() -> None:
    app = create_app(Settings(page_cache=0))
    assert services(app).storage is None
    assert EVENT_HEADER not in app.test_client().get(f"/en/check?{FULL}").headers


NAME = st.from_regex(r"[a-z]{3,9}\.typed\.example", fullmatch=True)
FACTS = st.fixed_dictionaries(
    {},
    optional={key: st.sampled_from(values) for key, values in CHOICES.items()}
    | {key: NAME for key in FACT_KEYS if key.endswith("_domain") or key == "server"}
    | {"port": st.sampled_from(["25", "587", "2525"]), "reply_code": st.just("550")},
)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "asked": st.one_of(st.sampled_from(FACT_KEYS), NAME),
        "change": st.one_of(st.sampled_from(FACT_KEYS), NAME),
        "tried": st.one_of(st.sampled_from(["wait", "use-login"]), NAME),
        "worked": st.one_of(st.just("wait"), NAME),
        "plan": st.just("now"),
    },
)


@given(FACTS, MORE, st.booleans())
def test_user_input_is_never_counted(counted: Flask, facts, more, typed: bool) -> None:
    client = counted.test_client()
    forget(counted)
    if typed:
        form = {key: f"lan@{value}" for key, value in facts.items() if "typed" in value}
        client.post("/en/check", data=form)
    else:
        client.get("/en/check", query_string=facts | more)
    content = knowledge()
    words = {
        *content.questions,
        *content.scenarios,
        *content.remedies,
        "",
        "settled",
        "en",
        "other",
        *(value for values in CHOICES.values() for value in values),
        *(provider.id for provider in content.providers),
    }
    assert {value for _, _, what, value in seen_keys(counted) if what != "response"} <= words


def seen_keys(app: Flask) -> list[tuple[object, str, str, str]]:
    return list(services(app).storage.counters.pending())


def test_a_stopped_server_has_written_its_counters(tmp_path: Path) -> None:
    path = tmp_path / "counts.sqlite3"
    with serving(tmp_path / "log", DATABASE_URL=f"sqlite:///{path}", PORTALS="") as server:
        for _ in range(20):
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/vi/check") as answer:
                answer.read()
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT number FROM counts WHERE what = 'shown'").fetchall()
    assert rows == [(20,)]
