"""``POST /api/v1/diagnoses``: the contract's object, clear 422s, never a 500."""

import json
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases import CASES, Case

KEYS = {
    "article_row",
    "scenario",
    "relay",
    "refused",
    "cause",
    "summary",
    "because",
    "remedies",
    "next_question",
    "url",
}


def ask(client: FlaskClient, facts: object, lang: str = "en"):
    return client.post(f"/api/v1/diagnoses?lang={lang}", json=facts)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(client: FlaskClient, case: Case, lang: str) -> None:
    answer = ask(client, dict(parse_qsl(case.answered)), lang)
    plan = answer.get_json()
    assert answer.status_code == 200
    assert set(plan) >= KEYS
    assert (plan["article_row"], plan["relay"], plan["refused"]) == (
        case.row,
        case.relay,
        case.refused,
    )
    names = [remedy["id"] for remedy in plan["remedies"]]
    assert tuple(names[: len(case.first)]) == case.first
    assert plan["url"].startswith(f"/{lang}/check?")
    assert client.get(plan["url"]).status_code == 200
    for remedy in plan["remedies"]:
        assert remedy["steps"]
        assert "`" not in json.dumps(remedy)


def test_the_next_question_has_the_contracts_form(client: FlaskClient) -> None:
    question = ask(client, {}).get_json()["next_question"]
    assert question["fact"] == "error"
    assert {
        "value": "relay-denied",
        "text": "The server refused to pass your email on "
        "(relaying denied, relay not permitted, unable to relay)",
    } in (question["choices"])
    typed = ask(client, {"error": "unknown", "refused_by": "unknown", "program": "iphone"})
    assert typed.get_json()["next_question"]["choices"] == [
        {"value": "unknown", "text": "I don't know"}
    ]


def test_an_address_leaves_only_its_domain(client: FlaskClient) -> None:
    answer = ask(client, {"account_domain": "pat@proseware.com", "recipient_domain": ["a@b.com"]})
    assert "pat" not in answer.text
    assert (
        answer.get_json()["url"] == "/en/check?account_domain=proseware.com&recipient_domain=b.com"
    )


@pytest.mark.parametrize(
    ("lang", "message"),
    [("en", "A port is a number"), ("vi", "Cổng"), ("xx", "Cổng")],
)
def test_bad_values_are_named_in_the_language_asked_for(client, lang, message) -> None:
    answer = ask(client, {"port": "x", "place": "moon"}, lang)
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"port", "place"}
    assert message.lower() in answer.get_json()["errors"]["port"].lower()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"[]",
        b"null",
        b"3",
        b'"x"',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"a":' * 5000,
        b'{"port": 1e999}',
        b'{"port": NaN}',
        b'{"place": "\\ud800"}',
        b'{"port": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_object_of_facts_is_unprocessable(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/diagnoses?lang=en", data=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_too_large_and_wrong_ways(client: FlaskClient) -> None:
    assert client.post("/api/v1/diagnoses", data=b"x" * 70_000).status_code == 413
    assert client.get("/api/v1/diagnoses").status_code == 405
    unknown = client.post("/api/v1/nothing")
    assert unknown.status_code == 404
    assert unknown.get_json()["errors"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(
            ["place", "port", "server", "tried", "recipient_domain", "account_domain", "error", "x"]
        ),
        values,
    )
)
def test_any_object(client: FlaskClient, facts: dict[str, object]) -> None:
    body = json.dumps(facts).encode("utf-8", "surrogatepass")
    answer = client.post("/api/v1/diagnoses", data=body)
    assert answer.status_code in (200, 422)
    answer.get_json()
