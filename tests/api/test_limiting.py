"""The rate limit as a client of the API meets it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.http.client_ip import read_networks
from app.http.security_log import LOGGER
from app.settings import Settings
from tests.api.redisserver import running
from tests.linting import LintingClient
from tests.securitylog import listening

VISITOR = "198.51.100.1"


def limited(storage: str = "memory://") -> FlaskClient:
    """Return a client of an app that takes two requests an hour from one address."""
    app = create_app(
        Settings(
            page_cache=8,
            rate_limit="2 per hour",
            rate_limit_storage=storage,
            trusted_proxies=read_networks("127.0.0.0/8"),
        )
    )
    app.test_client_class = LintingClient
    return app.test_client()


@pytest.fixture
def client() -> FlaskClient:
    """Return a client of an app with a limit, in place of the usual one without."""
    return limited()


def ask(client: FlaskClient, visitor: str = VISITOR, lang: str = "en") -> TestResponse:
    return client.post(
        f"/api/v1/diagnoses?lang={lang}", json={}, headers={"X-Forwarded-For": visitor}
    )


def test_too_many_requests_are_refused(client: FlaskClient) -> None:
    answers = [ask(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    left = [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers]
    assert left == ['"address";r=1', '"address";r=0', '"address";r=0']
    assert {a.headers["RateLimit-Policy"] for a in answers} == {'"address";q=2;w=3600'}
    refused = answers[-1]
    assert refused.mimetype == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    told = refused.get_json()
    assert told["type"] == "/en/developers/api#problem-too-many-requests"
    assert told["detail"] == told["errors"]["request"]
    assert refused.headers["Retry-After"] in told["detail"]
    assert "{" not in told["detail"]
    assert ask(client, lang="vi").headers["Content-Language"] == "vi"
    assert ask(client, lang="vi").get_json()["title"] != told["title"]
    assert ask(client, "198.51.100.2").status_code == 200


def test_every_address_is_counted_by_itself(client: FlaskClient) -> None:
    near, far = "2001:db8::1", "2001:db8:0:1::1"
    assert [ask(client, f"[2001:db8::{n}]:4{n}").status_code for n in (1, 2, 3)] == [200, 200, 429]
    assert ask(client, near).status_code == 429
    assert ask(client, far).status_code == 200
    # What a visitor writes in front is not believed.
    assert ask(client, f"198.51.100.9, {near}").status_code == 429


def test_a_network_with_all_its_addresses_is_refused_too(client: FlaskClient) -> None:
    told = [ask(client, f"2001:db8:1:{number:x}::1").status_code for number in range(30)]
    assert told == [200] * 20 + [429] * 10
    assert ask(client, "2001:db8:2::1").status_code == 200


def test_one_address_does_not_use_up_its_networks_allowance(client: FlaskClient) -> None:
    told = [ask(client, "198.51.100.1").status_code for _ in range(40)]
    assert told == [200] * 2 + [429] * 38
    assert ask(client, "198.51.100.2").status_code == 200


def test_what_is_wrong_counts_too_and_pages_do_not(client: FlaskClient) -> None:
    head = {"X-Forwarded-For": VISITOR}
    for _ in range(5):
        assert client.get("/en/check", headers=head).status_code == 200
        asked = FlaskClient.open(client, "/api/v1/diagnoses", method="OPTIONS", headers=head)
        assert asked.status_code == 200
    for status in (422, 422, 429):
        answer = client.post("/api/v1/readings", data=b"", headers=head)
        assert answer.status_code == status


def test_no_limit() -> None:
    client = create_app(Settings(rate_limit="")).test_client()
    answers = [ask(client) for _ in range(200)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


@pytest.fixture
def gone(tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a client whose app has lost its Redis."""
    with running(tmp_path) as server:
        client = limited(server.uri)
        assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]
        assert any(VISITOR in key for key in server.kept())
        server.stop()
        yield client


def test_the_api_counts_on_without_its_redis(gone: FlaskClient, caplog) -> None:
    assert [ask(gone).status_code for _ in range(3)] == [429] * 3
    answers = [ask(gone, "198.51.100.2") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "RateLimit" in answers[0].headers
    (line,) = (record for record in caplog.records if record.name != LOGGER)
    assert line.levelno == logging.ERROR
    assert VISITOR not in caplog.text


def test_the_first_refusal_is_in_the_security_log(client: FlaskClient, caplog) -> None:
    with listening(caplog) as events:
        for _ in range(5):
            ask(client)
    assert events == [{"event": "limit-hit", "limit": "api", "portal": ""}]
