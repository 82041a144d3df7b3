"""The description is a valid one, and says exactly what the server takes and answers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator, Registry, meta
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app.diagnosis import CHOICES, FACT_KEYS, SEEN, read_facts
from app.i18n.languages import published
from app.knowledge import knowledge
from tests.cases import CASES, Case
from tests.reading.corpus import ordinary, pastes, replies

PATH = "/api/v1/openapi.json"


def document(client: FlaskClient, lang: str = "en", root: str = "") -> dict[str, Any]:
    """Return the description."""
    answer = client.get(PATH, query_string={"lang": lang}, environ_overrides={"SCRIPT_NAME": root})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.fixture(scope="module")
def validator(app: Flask) -> Callable[[str], Draft202012Validator]:
    """Return what makes a validator for a schema of the document."""
    registry = Registry([("urn:api", document(app.test_client()))])
    return lambda name: Draft202012Validator(
        {"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry
    )


@pytest.mark.parametrize("root", ["", "/at/proseware"])
@pytest.mark.parametrize("lang", published())
def test_the_description_is_valid(client: FlaskClient, lang: str, root: str) -> None:
    content = document(client, lang, root)
    OPENAPI_31_VALIDATOR.validate(content)
    for schema in content["components"]["schemas"].values():
        meta.validate(schema)
    assert content["servers"] == [{"url": root or "/"}]


def test_it_is_the_same_for_everybody_and_kept_by_caches(client: FlaskClient) -> None:
    first = client.get(PATH, headers={"Accept-Language": "en"})
    assert first.headers["Content-Language"] == "vi"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert client.get(f"{PATH}?lang=xx").data == first.data
    assert client.get(f"{PATH}?lang=" + "x" * 9000).data == first.data
    assert client.get(f"{PATH}?lang=en").data != first.data


def descriptions(content: Any) -> list[str]:
    """Return every text that explains."""
    if isinstance(content, dict):
        own = [
            v for k, v in content.items() if k in ("description", "summary") and isinstance(v, str)
        ]
        return own + [text for inner in content.values() for text in descriptions(inner)]
    if isinstance(content, list):
        return [text for inner in content for text in descriptions(inner)]
    return []


def test_every_text_is_in_the_language_asked_for(client: FlaskClient) -> None:
    english, vietnamese = (descriptions(document(client, lang)) for lang in ("en", "vi"))
    assert len(english) == len(vietnamese) > 50
    same = {a for a, b in zip(english, vietnamese, strict=True) if a == b}
    assert same == {"OpenAPI 3.1"}
    assert not [text for text in english + vietnamese if "`" in text or "{" in text]


def test_the_facts_are_the_ones_that_are_read(client: FlaskClient) -> None:
    facts = document(client)["components"]["schemas"]["Facts"]["properties"]
    assert tuple(facts) == tuple(key for key in FACT_KEYS if key not in SEEN)
    for key, values in CHOICES.items():
        assert facts[key]["enum"] == [*values, "", None]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_answered_as_described(client: FlaskClient, validator: Any, case: Case) -> None:
    facts = dict(parse_qsl(case.query))
    asked = read_facts(facts, frozenset(knowledge().remedies))[0]
    told = {key: getattr(asked, key) for key in facts} | {"tried": list(asked.tried)}
    if len(asked.recipients) > 1:
        told["recipient_domain"] = list(asked.recipients)
    validator("Facts").validate(told)
    for program in (None, "iphone", "outlook-classic"):
        answer = client.post("/api/v1/diagnoses?lang=vi", json=facts | {"program": program})
        validator("Plan").validate(answer.get_json())


def test_an_error_is_read_as_described(client: FlaskClient, validator: Any) -> None:
    for sample in (*pastes(), *replies(), *ordinary()):
        body = {"text": sample.text}
        answer = client.post("/api/v1/readings?lang=vi", json=body)
        validator("Reading" if sample.text.strip() else "Problem").validate(answer.get_json())
        assert validator("Text").is_valid(body) == bool(sample.text.strip())


@pytest.mark.parametrize(
    ("path", "body"),
    [("diagnoses", {"port": 0, "error": True}), ("diagnoses", []), ("readings", {"text": 3})],
)
def test_a_problem_is_as_described(client: FlaskClient, validator: Any, path, body) -> None:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    validator("Problem").validate(answer.get_json())


EDGES = {
    "place": ["home", "", None, "moon", [], ["home"], True, 1, " home"],
    "server": ["a.com", "unknown", "", None, [], 5],
    "port": [25, 25.0, 25.5, "25", "", None, "unknown", 0, 65535, "65535", 65536, "65536", True],
    "reply_code": [550, 550.0, "550", "", None, 199, 600, "0550", [], True, "unknown"],
    "enhanced_status": ["5.7.1", "", None, "3.0.0", 5.7, "5.7.1 ", []],
    "recipient_domain": ["a.com", ["a.com", "b.com"], ["a.com"] * 11, [], [""], [None], ""],
    "account_domain": ["a.com", ["a.com"], [], "a", "1.1", "a.1"],
    "tried": ["wait", ["wait"], ["wait"] * 40, ["wait"] * 41, [], "", [""], None, ["dance"], {}],
    "anything": [None, 3, {}, []],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in EDGES.items() for value in values]
)
def test_what_is_described_is_what_is_taken(client, validator, key: str, value: Any) -> None:
    answer = client.post("/api/v1/diagnoses?lang=en", json={key: value})
    assert (answer.status_code == 200) == validator("Facts").is_valid({key: value})


@pytest.mark.parametrize("text", ["550", "", " ", "\x1c", "\x85", "\u3000", "\ufeff", None, 5, []])
def test_what_text_is_described_is_what_is_taken(client, validator, text: Any) -> None:
    answer = client.post("/api/v1/readings?lang=en", json={"text": text})
    assert (answer.status_code == 200) == validator("Text").is_valid({"text": text})
    assert not validator("Text").is_valid({})
