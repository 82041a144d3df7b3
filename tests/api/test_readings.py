"""``POST /api/v1/readings``: the contract's object, clear 422s, never a 500."""

import json
import logging
import tempfile

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEYS = {"reason", "confidence", "alternatives", "refused_by", "facts", "evidence", "url"} | {
    "command",
    "vendor_reply",
}
FACTS = {
    "reply_code",
    "enhanced_status",
    "server",
    "port",
    "security",
    "outlook_error",
    "recipient_domain",
    "sender_domain",
}
SAID = (
    "Server: 'smtp.proseware.com', Protocol: SMTP, Server Response: '550 5.7.1 "
    "<pat@adatum.com>: Relay access denied', Port: 25, Secure(SSL): No, Server Error: 550, "
    "Error Number: 0x800CCC79"
)


def ask(client: FlaskClient, body: object, lang: str = "en"):
    return client.post(f"/api/v1/readings?lang={lang}", data=json.dumps(body).encode())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_contracts_object(client: FlaskClient, lang: str) -> None:
    answer = ask(client, {"text": SAID}, lang)
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == lang
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.get_json()
    assert set(said) == KEYS
    assert (said["reason"], said["refused_by"]) == ("relay-denied", "own-server")
    assert said["facts"] == {
        "reply_code": 550,
        "enhanced_status": "5.7.1",
        "server": "smtp.proseware.com",
        "port": 25,
        "security": "none",
        "outlook_error": "0x800CCC79",
        "recipient_domain": "adatum.com",
        "sender_domain": None,
    }
    assert {place["for"] for place in said["evidence"]} >= {"reason", "server", "port"}
    (server,) = [place for place in said["evidence"] if place["for"] == "server"]
    assert SAID[server["start"] : server["end"]] == "smtp.proseware.com"
    assert said["url"] == (
        f"/{lang}/check?recipient_domain=adatum.com&server=smtp.proseware.com&port=25"
        "&security=none&error=relay-denied&refused_by=own-server&program=outlook-classic"
        "&reply_code=550&enhanced_status=5.7.1"
    )
    assert client.get(said["url"]).status_code == 200
    assert "pat" not in answer.text


def test_candidates_have_the_contracts_form(client: FlaskClient, monkeypatch) -> None:
    from app.reading import Candidate, Reading

    close = Reading("spam", 0.5, (Candidate("policy", 0.4),), "unknown", dict.fromkeys(FACTS), ())
    monkeypatch.setattr("app.api.views.read", lambda _: close)
    said = ask(client, {"text": "550"}).get_json()
    assert said["alternatives"] == [{"reason": "policy", "confidence": 0.4}]
    assert said["facts"] == dict.fromkeys(FACTS)


def test_halves_of_letters_are_replaced(client: FlaskClient, monkeypatch) -> None:
    from app.reading import Reading

    odd = Reading("spam", 0.9, (), "unknown", {"server": "\ud800.com"}, ())
    monkeypatch.setattr("app.api.views.read", lambda _: odd)
    assert ask(client, {"text": "550"}).get_json()["facts"]["server"] == "?.com"


@pytest.mark.parametrize("text", ["Dear Pat, see you at noon.", "\ud800", "\0\0", "😀" * 10])
def test_no_error_is_an_answer_too(client: FlaskClient, text: str) -> None:
    said = ask(client, {"text": text}).get_json()
    assert (said["reason"], said["evidence"]) == ("none", [])
    assert set(said["facts"]) == FACTS
    assert said["url"] == "/en/check?error=none"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": "  \n"}, "text"),
        ({"text": 550}, "text"),
        ({"text": ["550"]}, "text"),
        ([], "request"),
        ("550", "request"),
        (None, "request"),
    ],
)
def test_what_is_no_text_is_unprocessable(client: FlaskClient, body: object, key: str) -> None:
    english, vietnamese = ask(client, body, "en"), ask(client, body, "vi")
    assert english.status_code == vietnamese.status_code == 422
    assert set(english.get_json()["errors"]) == set(vietnamese.get_json()["errors"]) == {key}
    assert english.get_json()["errors"][key] != vietnamese.get_json()["errors"][key]
    assert "{" not in english.get_json()["errors"].get("text", "")


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 200_000, b'{"text":' * 5000, b'{"text": "'])
def test_what_is_no_json_is_unprocessable(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/readings?lang=en", data=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]["request"].startswith("Send one JSON object")


def test_how_long_a_text_may_be(client: FlaskClient) -> None:
    assert ask(client, {"text": "a" * 256 * 1024}).status_code == 200
    answer = ask(client, {"text": "a" * (256 * 1024 + 1)})
    assert answer.status_code == 422
    assert "256 KB" in answer.get_json()["errors"]["text"]
    answer = ask(client, {"text": "a" * 1024 * 1024})
    assert answer.status_code == 413
    assert answer.get_json()["errors"]["request"]
    plans = client.post("/api/v1/diagnoses", data=b"x" * 70_000)
    assert plans.status_code == 413, "the other ways in stay narrow"


def test_nothing_of_a_text_is_logged_or_put_on_a_disk(client, caplog, monkeypatch) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(tempfile, name, None)
    assert ask(client, {"text": f"{SAID} {'secret ' * 30_000}"}).status_code == 200

    def break_down(_: str) -> None:
        raise RuntimeError("secret")

    assert not caplog.text
    monkeypatch.setattr("app.api.views.read", break_down)
    answer = ask(client, {"text": "secret"})
    assert answer.status_code == 500
    assert "secret" not in caplog.text + answer.text


texts = st.text(st.characters(), max_size=60) | st.lists(
    st.sampled_from(
        [
            "550 5.7.1 ",
            "Relaying denied",
            "<a@b.com>",
            "<\ud800@x.com>",
            "\0",
            "Port: 25",
            "\n",
            "[",
        ]
    )
).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(texts)
def test_any_text(client: FlaskClient, text: str) -> None:
    answer = ask(client, {"text": text})
    assert answer.status_code == (200 if text.strip() else 422)
    answer.get_json()
