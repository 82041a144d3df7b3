"""What goes wrong below /api/ is problem details (RFC 9457) in the language asked for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException, default_exceptions

from app.web.errors import KINDS

WRONG = {
    "no-object": ("POST", "/api/v1/diagnoses", b"[]", 422),
    "bad-facts": ("POST", "/api/v1/diagnoses", b'{"port": "x", "place": "moon"}', 422),
    "bad-text": ("POST", "/api/v1/readings", b'{"text": " "}', 422),
    "too-large": ("POST", "/api/v1/diagnoses", b"x" * 70_000, 413),
    "nothing": ("POST", "/api/v1/nothing", b"", 404),
    "below": ("GET", "/api/", b"", 404),
    "method": ("GET", "/api/v1/readings", b"", 405),
}


@pytest.mark.parametrize("root", ["", "/at/proseware"])
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", WRONG)
def test_a_problem_has_its_details(client: FlaskClient, name: str, lang: str, root: str) -> None:
    method, path, body, status = WRONG[name]
    answer = client.open(
        path,
        method=method,
        data=body,
        query_string={"lang": lang},
        environ_overrides={"SCRIPT_NAME": root},
    )
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Content-Language"] == lang
    told = answer.get_json()
    assert set(told) == {"type", "title", "status", "detail", "errors"}
    assert told["status"] == status
    described = f"{root}/{lang}/developers/api#problem-{name}"
    assert told["type"] == (described if name in KINDS else "about:blank")
    assert told["title"]
    assert all(text in told["detail"] for text in told["errors"].values())
    assert all(key in told["detail"] for key in told["errors"] if key != "request")


@pytest.mark.parametrize("name", WRONG)
def test_every_text_is_in_the_language_asked_for(client: FlaskClient, name: str) -> None:
    method, path, body, _ = WRONG[name]
    english, vietnamese = (
        client.open(path, method=method, data=body, query_string={"lang": lang}).get_json()
        for lang in ("en", "vi")
    )
    for key in ("title", "detail"):
        assert english[key] != vietnamese[key]


def test_the_method_that_is_taken_is_named(client: FlaskClient) -> None:
    assert "POST" in client.get("/api/v1/diagnoses").headers["Allow"]


def test_what_breaks_on_our_side(client: FlaskClient, monkeypatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("app.api.views.read_facts", break_down)
    answer = client.post("/api/v1/diagnoses?lang=en", json={})
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["type"] == "about:blank"
    assert "secret" not in answer.text


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_whatever_refuses_a_request_says_so(app: Flask, status: int) -> None:
    with app.test_request_context("/api/v1/diagnoses?lang=en"):
        refused: HTTPException = default_exceptions[status]()
        answer = app.make_response(app.handle_user_exception(refused))
    assert answer.status_code == answer.get_json()["status"] == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["errors"]["request"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    path=st.text(max_size=20),
    query=st.text(max_size=20),
    body=st.binary(max_size=20),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "QUERY"]),
)
def test_any_request(client: FlaskClient, path: str, query: str, body: bytes, method: str) -> None:
    state = f"/api/{path}".encode("utf-8", "surrogatepass").decode("latin-1")
    answer = client.open(
        "/",
        method=method,
        data=body,
        environ_overrides={"PATH_INFO": state},
        query_string={"lang": query.encode("utf-8", "surrogatepass")},
    )
    assert answer.status_code < 500
    assert answer.is_json or answer.status_code == 200
