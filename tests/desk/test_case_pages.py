"""A person's own case: the code, the way back with it, and its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.diagnosis import Facts
from app.services import services
from app.settings import Settings
from app.store.codes import ALPHABET, PAYLOAD_LENGTH, check_character, format_code
from tests.linting import LintingClient, visible_text
from tests.store.fixtures import Clock

FACTS = "place=work&connection=other&account_domain=proseware.com&recipient_domain=adatum.com"


@pytest.fixture
def person(desk_app: Flask) -> LintingClient:
    return desk_app.test_client()


def code_of(answer) -> str:
    assert answer.status_code == 303
    return answer.location.rpartition("/")[2]


def some_code() -> str:
    drawn = "2" * PAYLOAD_LENGTH
    return drawn + check_character(drawn)


@pytest.mark.parametrize("page", ["?place=home", "check?place=home", f"check?{FACTS}&plan=now"])
def test_every_page_of_a_portal_leads_to_a_person(person: LintingClient, page: str) -> None:
    assert "/en/help?" in person.get(f"/at/proseware/en/{page}", follow_redirects=True).text
    # Elsewhere there is nobody to call with a code, but an agent may have given one.
    elsewhere = person.get(f"/en/{page}").get_data(as_text=True)
    assert "/en/help" not in elsewhere
    assert ("/en/case" in elsewhere) == page.startswith("?")


def test_without_a_database_no_page_does(client: LintingClient) -> None:
    assert "/en/help" not in client.get(f"/en/check?{FACTS}&plan=now").get_data(as_text=True)
    assert "/en/case" not in client.get("/en/").get_data(as_text=True)
    assert client.get("/en/help").status_code == 404
    assert client.post("/en/help").status_code == 404
    assert client.get("/en/case").status_code == 404


def test_a_code_holds_what_was_answered_and_leads_back_to_it(person: LintingClient) -> None:
    said = visible_text(person.get(f"/en/help?{FACTS}"))
    assert "proseware.com" in said
    assert "30 days" in said
    code = code_of(person.post(f"/en/help?{FACTS}"))
    page = person.get(f"/en/case/{code}")
    said = visible_text(page)
    assert f"{code[:3]}-{code[3:6]}-{code[6:9]}-{code[9:]}" in said
    assert f'href="/en/check?{FACTS}"' in page.get_data(as_text=True).replace("&amp;", "&")
    assert "adatum.com" in said
    assert page.headers["Cache-Control"] == "no-store"
    assert person.get(f"/vi/case/{code}").status_code == 200


def test_only_the_domain_of_an_address_is_kept(desk_app: Flask, person: LintingClient) -> None:
    code = code_of(person.post("/en/help?account_domain=lan@proseware.com"))
    kept = services(desk_app).storage.cases.find("", code)
    assert kept.facts == Facts(account_domain="proseware.com")
    assert "@" not in person.get("/en/help?account_domain=lan@proseware.com").location


def test_what_was_tried_is_kept_too(person: LintingClient) -> None:
    code = code_of(person.post(f"/en/help?{FACTS}&tried=use-login&tried=none-such"))
    said = visible_text(person.get(f"/en/case/{code}"))
    assert "Already tried, but it didn't work" in said
    assert "Turn on sign-in for sending" in said


@pytest.mark.parametrize("typed", ["{0}", "{1}", " {2} ", "{2}."])
def test_a_code_may_be_typed_as_it_is_heard(person: LintingClient, typed: str) -> None:
    code = code_of(person.post(f"/en/help?{FACTS}"))
    typed = typed.format(code.lower(), " ".join(code), format_code(code))
    found = person.post("/en/case", data={"code": typed})
    assert found.location == f"/en/case/{code}"


def test_what_is_no_code_is_told_from_what_fits_nothing(person: LintingClient) -> None:
    code = code_of(person.post("/en/help"))
    wrong = next(sign for sign in ALPHABET if sign != code[0]) + code[1:]
    for mistyped in (wrong, "", "x" * 500, "<b>"):
        page = person.post("/en/case", data={"code": mistyped})
        assert page.status_code == 422
        assert "misheard" in visible_text(page)
    page = person.post("/en/case", data={"code": code[:-1]})
    assert "12 characters (older ones have 9), but this one has 11" in visible_text(page)
    page = person.get(f"/en/case/{some_code()}")
    assert page.status_code == 404
    assert "couldn't find this code" in visible_text(page)


def test_a_case_expires_and_says_so(desk_app: Flask, person: LintingClient, clock: Clock) -> None:
    code = code_of(person.post(f"/en/help?{FACTS}"))
    clock.moment += timedelta(days=30, seconds=-1)
    assert person.get(f"/en/case/{code}").status_code == 200
    clock.moment += timedelta(seconds=1)
    for _ in range(2):
        page = person.get(f"/en/case/{code}")
        assert page.status_code == 410
        assert "expired" in visible_text(page)
        assert "adatum.com" not in visible_text(page)
        services(desk_app).storage.cases.sweep(sure=True)


def test_a_case_is_deleted_on_request_and_says_so(person: LintingClient) -> None:
    code = code_of(person.post(f"/en/help?{FACTS}"))
    page = person.post(f"/en/case/{code}/delete")
    assert f'href="/en/check?{FACTS}"' in page.get_data(as_text=True).replace("&amp;", "&")
    page = person.get(f"/en/case/{code}")
    assert page.status_code == 410
    assert "deleted" in visible_text(page)
    assert person.post(f"/en/case/{code}/delete").status_code == 410


def test_another_portals_code_does_not_count(person: LintingClient) -> None:
    code = code_of(person.post("/at/proseware/en/help"))
    assert person.get(f"/at/proseware/en/case/{code}").status_code == 200
    assert person.get(f"/en/case/{code}").status_code == 404
    assert person.post(f"/en/case/{code}/delete").status_code == 404
    assert person.get(f"/at/proseware/en/case/{code}").status_code == 200


def test_guessing_is_slowed_down_even_for_what_fits(person: LintingClient) -> None:
    code = code_of(person.post("/en/help"))
    for _ in range(10):
        assert person.get(f"/en/case/{some_code()}").status_code == 404
    for path in (some_code(), code):
        page = person.get(f"/en/case/{path}")
        assert page.status_code == 429
        assert "wait" in visible_text(page)
    assert person.post(f"/en/case/{code}/delete").status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    person.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert person.get(f"/en/case/{code}").status_code == 200


def test_a_whole_network_is_slowed_down_too(person: LintingClient) -> None:
    code = code_of(person.post("/en/help"))
    for number in range(100):  # each from another household of one customer
        person.environ_base["REMOTE_ADDR"] = f"2001:db8:7:{number:x}::1"
        assert person.get(f"/en/case/{some_code()}").status_code == 404
    person.environ_base["REMOTE_ADDR"] = "2001:db8:7:ffff::1"
    assert person.get(f"/en/case/{code}").status_code == 429
    person.environ_base["REMOTE_ADDR"] = "2001:db8:8::1"
    assert person.get(f"/en/case/{code}").status_code == 200


def test_what_the_server_answered_is_listed_as_kept(person: LintingClient) -> None:
    more = f"{FACTS}&reply_code=554&enhanced_status=5.7.1"
    assert "Reply code 554 5.7.1" in visible_text(person.get(f"/en/help?{more}"))
    code = code_of(person.post(f"/en/help?{more}"))
    assert "Reply code 554 5.7.1" in visible_text(person.get(f"/en/case/{code}"))


def test_a_solved_case_does_not_ask_for_a_call(desk_app: Flask, person: LintingClient) -> None:
    code = code_of(person.post("/en/help?place=home"))
    assert "Call support" in visible_text(person.get(f"/en/case/{code}"))
    cases = services(desk_app).storage.cases
    cases.change(cases.find("", code), "lan", outcome="solved")
    said = visible_text(person.get(f"/en/case/{code}"))
    assert "solved" in said
    assert "Call support" not in said
    assert "Continue (" not in said


def test_opening_cases_is_limited(person: LintingClient) -> None:
    for _ in range(60):
        code_of(person.post("/en/help"))
    page = person.post("/en/help")
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0


def test_the_wizard_goes_on_without_its_database(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(page_cache=0, database_url=f"sqlite:///{tmp_path}/file/desk.sqlite3")
    app = create_app(settings)
    app.test_client_class = LintingClient
    person = app.test_client()
    assert person.get(f"/en/check?{FACTS}&plan=now").status_code == 200
    page = person.post(f"/en/help?{FACTS}")
    assert page.status_code == 503
    assert "not available right now" in visible_text(page)
    assert f'href="/en/check?{FACTS}"' in page.get_data(as_text=True).replace("&amp;", "&")
    assert person.get(f"/en/case/{some_code()}").status_code == 503
    for page in ("desk/sign-in", "desk/cases", "desk/audit"):
        assert person.get(f"/en/{page}").status_code == 503
    assert person.post("/en/desk/sign-in", data={"name": "lan"}).status_code == 503
