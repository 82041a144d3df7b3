"""Typed text: only the domain stays, and what cannot be read is asked again with the text kept."""

import logging
import re

import pytest
from flask.testing import FlaskClient

from tests.linting import visible_text


@pytest.mark.parametrize("page", ["/vi/check", "/vi/"])
def test_an_address_in_a_link_is_led_to_its_domain(client: FlaskClient, page: str) -> None:
    answer = client.get(f"{page}?account_domain=Pat%20%3Cpat@Proseware.com%3E&place=work")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{page}?place=work&account_domain=proseware.com"


def test_several_recipients(client: FlaskClient) -> None:
    answer = client.post("/en/check", data={"recipient_domain": "a@adatum.com; b@Proseware.com"})
    assert answer.headers["Location"] == "/en/check?recipient_domain=adatum.com,proseware.com"


@pytest.mark.parametrize(
    ("fact", "typed", "message"),
    [
        ("account_domain", "pat at proseware", "doesn't look like an email address"),
        ("account_domain", "  ", "type the name"),
        ("server", "!!", "doesn't look like a server"),
        ("port", "0", "A port is a number"),
        ("recipient_domain", "a.com," * 11, "no more than ten recipients"),
        ("account_domain", "x" * 5000, "is too long"),
    ],
)
def test_what_cannot_be_read_is_asked_again(client, fact, typed, message) -> None:
    page = client.post("/en/check?place=work", data={fact: typed})
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert message in visible_text(page)
    assert 'role="alert"' in page.text
    assert re.search(r'href="#(answer|typed)"', page.text)
    assert typed.strip()[:400] in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_telex_is_offered_the_plain_name(client: FlaskClient) -> None:
    page = client.post("/en/check?place=work", data={"account_domain": "yahô.com"})
    assert page.status_code == 422
    plain = "/en/check?place=work&amp;account_domain=yahoo.com&amp;asked=account_domain"
    assert f'href="{plain}"' in page.text
    kept = client.post("/en/check", data={"account_domain": "yahô.com", "keep": "yes"})
    assert kept.headers["Location"] == "/en/check?account_domain=xn--yah-mna.com"
    assert "yahô.com" in client.get(kept.headers["Location"]).text


def test_i_do_not_know_and_the_same_sender_are_one_link_away(client: FlaskClient) -> None:
    page = client.get("/en/check?account_domain=proseware.com&change=sender_domain")
    assert "&amp;sender_domain=proseware.com" in page.text
    assert "sender_domain=unknown" in page.text


def test_a_form_without_an_answer_of_ours_leads_back(client: FlaskClient) -> None:
    answer = client.post("/en/check?place=work", data={"colour": "blue"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/check?place=work")


def test_nothing_typed_is_logged(client: FlaskClient, caplog, monkeypatch) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/en/check", data={"account_domain": "secret@proseware.com"})
    client.post("/en/check", data={"account_domain": "secret words"})

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("secret@proseware.com")

    monkeypatch.setattr("app.wizard.views.typed_form", break_down)
    page = client.post("/en/check?place=work", data={"account_domain": "secret@proseware.com"})
    assert page.status_code == 500
    assert "Something went wrong on our side" in visible_text(page)
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text + page.text
    assert "place=work" not in caplog.text
