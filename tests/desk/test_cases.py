"""A case on the desk: opened by its code, changed one after the other, told to the ticket."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app.diagnosis import Facts
from app.services import KEY, services
from app.store import DatabaseUnavailable, audit
from app.store.cases import Case, Cases
from app.store.codes import format_code
from app.store.sessions import Sessions
from tests.desk.conftest import look_up
from tests.desk.test_case_pages import some_code
from tests.linting import LintingClient, visible_text
from tests.store.fixtures import Clock

FACTS = Facts(
    place="work",
    connection="other",
    account_domain="proseware.com",
    recipient_domain="adatum.com",
    login="none",
)
Agent = Callable[..., LintingClient]


@pytest.fixture
def case(desk_app: Flask) -> Case:
    """Return a case that somebody has opened in Vietnamese."""
    return services(desk_app).storage.cases.open("", "vi", FACTS)


def fields(page) -> dict[str, str]:
    """Return the hidden fields of the screen's form, and the answers that stand in it."""
    form = page.text.partition('<form id="desk"')[2]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {"csrf_token": hidden["csrf_token"], "version": hidden["version"], "ask": hidden["ask"]}


def url(code: str, more: str = "", lang: str = "en", root: str = "") -> str:
    return f"{root}/{lang}/desk/cases/{code}{more}"


def test_a_code_opens_exactly_that_state(agent_of: Agent, case: Case) -> None:
    client = agent_of()
    found = look_up(client, case.code.lower())
    assert found.location == url(case.code)
    page = client.get(found.location)
    assert re.search('value="proseware.com"', page.text)
    assert 'lang="vi"' in page.text, "the caller's language is the case's"
    assert "caller=vi" not in page.text
    plan = client.get(f"/en/check?{FACTS.query()}&plan=now")
    title = re.search("<h1>(.+?)</h1>", plan.text)[1]
    assert title in page.text


def test_an_english_caller_is_spoken_to_in_english(agent_of: Agent, desk_app: Flask) -> None:
    case = services(desk_app).storage.cases.open("", "en", FACTS)
    page = agent_of().get(url(case.code, lang="vi"))
    assert "/en/case/" + case.code in page.text


def test_answers_are_kept_and_the_person_sees_them(agent_of: Agent, case: Case) -> None:
    client = agent_of()
    form = fields(client.get(url(case.code)))
    done = client.post(url(case.code), data=form | {"place": "home", "vpn": "no"})
    assert done.status_code == 303
    page = client.get(done.location)
    assert fields(page)["version"] == "2"
    said = visible_text(client.get(f"/vi/case/{case.code}"))
    assert "Ở nhà" in said
    assert "Nhân viên hỗ trợ đã cập nhật" in said


def test_a_form_sent_twice_changes_nothing_the_second_time(
    agent_of: Agent, case: Case, desk_app: Flask
) -> None:
    client = agent_of()
    form = fields(client.get(url(case.code))) | {"place": "home"}
    assert client.post(url(case.code), data=form).status_code == 303
    page = client.post(url(case.code), data=form | {"place": "away"})
    assert page.status_code == 409
    assert "change wasn't saved" in visible_text(page)
    assert services(desk_app).storage.cases.find("", case.code).facts.place == "home"
    form = fields(page) | {"place": "away"}
    assert client.post(url(case.code), data=form).status_code == 303, "from there it goes on"


def test_a_note_that_came_too_late_is_not_lost(agent_of: Agent, case: Case) -> None:
    lan, kim = agent_of("lan"), agent_of("kim")
    late = fields(kim.get(url(case.code)))
    told = fields(lan.get(url(case.code))) | {"outcome": "solved", "note": "Tell lan@adatum.com"}
    assert lan.post(url(case.code, "/outcome"), data=told).status_code == 303
    page = kim.post(url(case.code, "/outcome"), data=late | {"note": "Call back at noon."})
    assert page.status_code == 409
    assert "Call back at noon." in page.text
    assert "Tell @adatum.com" in visible_text(page)
    assert "lan@adatum.com" not in page.text
    assert 'value="solved" selected' in page.text
    late = {"outcome": "passed-on", "helped": "use-login", "note": ""}
    page = kim.post(url(case.code, "/outcome"), data=fields(page) | {"version": "1"} | late)
    assert 'value="passed-on" selected' in page.text, "what was chosen is not lost either"
    assert 'value="use-login" selected' in page.text


def test_what_helped_stays_when_it_is_not_advised_any_more(
    agent_of: Agent, case: Case, desk_app: Flask
) -> None:
    client = agent_of()
    form = fields(client.get(url(case.code))) | {"helped": "use-login", "outcome": "solved"}
    client.post(url(case.code, "/outcome"), data=form)
    form = fields(client.get(url(case.code))) | {"error": "mailbox-full"}
    client.post(url(case.code), data=form)
    page = client.get(url(case.code))
    assert 'value="use-login" selected' in page.text
    assert "What worked: " in page.text


@pytest.mark.parametrize("path", ["", "/outcome", "/delete"])
def test_a_case_that_ends_while_it_is_changed(
    agent_of: Agent, case: Case, desk_app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    client, cases = agent_of(), services(desk_app).storage.cases
    form = fields(client.get(url(case.code))) | {"place": "home"}
    look = cases.view

    def end_it(_: Cases, portal: str, code: str, agent: str) -> Case:
        found = look(portal, code, agent)
        cases.delete(portal, code)
        return found

    monkeypatch.setattr(Cases, "view", end_it)
    page = client.post(url(case.code, path), data=form)
    assert page.status_code == 410
    assert "deleted" in visible_text(page)


@pytest.mark.parametrize("path", ["", "/outcome", "/delete"])
def test_a_form_of_another_session_is_refused(
    agent_of: Agent, case: Case, desk_app: Flask, path: str
) -> None:
    lan, kim = agent_of("lan"), agent_of("kim")
    theirs = fields(kim.get(url(case.code)))
    for token in (theirs["csrf_token"], "", "x"):
        form = fields(lan.get(url(case.code))) | {"csrf_token": token, "place": "home"}
        assert lan.post(url(case.code, path), data=form).status_code == 400
    assert services(desk_app).storage.cases.find("", case.code) == case
    form = fields(lan.get(url(case.code)))
    page = desk_app.test_client().post(url(case.code, path, "vi"), data=form)
    assert page.status_code == 401
    assert f"to=desk%2Fcases%2F{case.code}" in page.text
    assert "Phiên đăng nhập của bạn đã kết thúc" in visible_text(page)
    assert services(desk_app).storage.cases.find("", case.code) == case


def test_what_came_of_it_stands_in_the_ticket_of_both_languages(
    agent_of: Agent, case: Case
) -> None:
    client = agent_of()
    form = fields(client.get(url(case.code)))
    told = {"outcome": "solved", "helped": "use-login", "note": "Port 465 did it."}
    client.post(url(case.code, "/outcome"), data=form | told)
    page = client.get(url(case.code))
    ticket = re.search(r'id="ticket-plain"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)[1]
    code = format_code(case.code)
    for words in (
        f"Code: {code}",
        f"Mã hỗ trợ: {code}",
        "Outcome: solved",
        "Kết quả: đã giải quyết",
    ):
        assert words in ticket
    assert ticket.count("Port 465 did it.") == 2
    assert ticket.count("What worked:") == 1


def test_a_paste_is_read_and_leaves_only_its_facts(
    agent_of: Agent, case: Case, desk_app: Flask
) -> None:
    client = agent_of()
    form = fields(client.get(url(case.code)))
    text = "550 5.7.1 <lan@fabrikam.com>: Relay access denied"
    page = client.post(url(case.code), data=form | {"text": text, "read": "yes"})
    assert page.status_code == 200
    assert fields(page)["version"] == "2"
    kept = services(desk_app).storage.cases.find("", case.code)
    assert kept.facts.error == "relay-denied"
    assert kept.facts.recipient_domain == "fabrikam.com"
    assert "lan@" not in str(kept)


def test_nobody_else_uses_up_an_agents_tries(agent_of: Agent, case: Case) -> None:
    lan, kim = agent_of("lan"), agent_of("kim")
    theirs = fields(kim.get(url(case.code)))["csrf_token"]
    for token in (theirs, "", "x"):
        for _ in range(11):
            form = {"code": some_code(), "csrf_token": token}
            assert lan.post("/en/desk/cases", data=form).status_code == 400
    assert look_up(lan, case.code).status_code == 303


def test_another_desks_agent_does_not_see_it(agent_of: Agent, case: Case, desk_app: Flask) -> None:
    theirs = agent_of("kim", portal="proseware")
    page = look_up(theirs, case.code, "/at/proseware")
    assert page.status_code == 404
    assert theirs.get(url(case.code, root="/at/proseware")).status_code == 404
    assert theirs.get(url(case.code)).status_code == 303, "and is nobody at this desk"
    other = services(desk_app).storage.cases.open("proseware", "vi", FACTS)
    assert agent_of().get(url(other.code)).status_code == 404
    assert theirs.get(url(other.code, root="/at/proseware")).status_code == 200


@pytest.mark.parametrize("path", ["", "/outcome", "/delete"])
def test_an_expired_case_says_so_to_the_agent(
    agent_of: Agent, case: Case, clock: Clock, path: str
) -> None:
    clock.moment += timedelta(days=29, hours=23, minutes=30)
    client = agent_of()
    form = fields(client.get(url(case.code)))
    clock.moment += timedelta(minutes=40)
    page = client.post(url(case.code, path), data=form | {"place": "home"})
    assert page.status_code == 410
    assert "expired" in visible_text(page)
    assert client.get(url(case.code)).status_code == 410


def test_an_agent_who_guesses_has_to_wait(agent_of: Agent, case: Case) -> None:
    client = agent_of()
    for _ in range(10):
        assert look_up(client, some_code()).status_code == 404
    assert look_up(client, case.code).status_code == 429
    assert client.get(url(case.code)).status_code == 429
    assert agent_of("kim").get(url(case.code)).status_code == 200, "colleagues do not"


def test_a_case_is_deleted_on_request(agent_of: Agent, case: Case) -> None:
    client = agent_of()
    form, gone = fields(client.get(url(case.code))), f"/en/desk/cases?gone={case.code}"
    assert client.post(url(case.code, "/delete"), data=form).location == gone
    assert f"{case.code[:3]}-{case.code[3:6]}" in visible_text(client.get(gone))
    page = client.get(url(case.code))
    assert page.status_code == 410
    assert "deleted" in visible_text(page)
    assert case.code not in client.get("/en/desk/cases").text


def test_what_stands_on_the_desk_becomes_a_case(agent_of: Agent, desk_app: Flask) -> None:
    client = agent_of()
    page = client.get(f"/en/desk?{FACTS.query()}&caller=en")
    action = re.search('class="keep" method="post" action="([^"]+)"', page.text)[1]
    token = re.search('name="csrf_token" value="([^"]+)"', page.text)[1]
    assert client.post(action.replace("&amp;", "&")).status_code == 400
    made = client.post(action.replace("&amp;", "&"), data={"csrf_token": token})
    code = re.search(r"/cases/(\w+)", made.location)[1]
    kept = services(desk_app).storage.cases.find("", code)
    assert (kept.facts, kept.language) == (FACTS, "en")
    assert client.get(made.location).status_code == 200


def test_the_desk_goes_on_without_its_database(
    agent_of: Agent, desk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = agent_of()

    def away(*_: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Sessions, "find_agent", away)
    page = client.get("/en/desk?place=home")
    assert page.status_code == 200
    assert "not available right now" in visible_text(page)
    assert client.get("/en/desk/cases").status_code == 503
    assert 'href="/en/desk"' in client.get("/en/desk/cases").text, "and that leads to the desk"
    assert desk_app.test_client().get("/en/desk").status_code == 303


def test_an_embedders_accent_is_left_behind_at_the_desk(desk_app: Flask) -> None:
    person = desk_app.test_client()
    moved = person.get("/at/proseware;accent=7a2048/en/desk/sign-in?to=desk/cases")
    assert moved.location == "/at/proseware/en/desk/sign-in?to=desk%2Fcases"


def test_the_audit_tells_a_lead_who_did_what(agent_of: Agent, case: Case, desk_app: Flask) -> None:
    client = agent_of("lan")
    form = fields(client.get(url(case.code)))
    client.post(url(case.code), data=form | {"place": "home"})
    form = fields(client.get(url(case.code)))
    client.post(url(case.code, "/delete"), data=form)
    lines = audit.read(services(desk_app).storage.database, "", 9)
    assert [(line.agent, line.action) for line in lines][::-1] == [
        ("", "opened"),
        ("lan", "seen"),
        ("lan", "changed"),
        ("lan", "deleted"),
    ]
    said = visible_text(agent_of("kim", "lead").get("/en/desk/audit"))
    assert re.search(r"deleted.*lan.*changed.*lan.*viewed.*lan.*created", said)
    assert client.get("/en/desk/audit").status_code == 403


def test_the_desk_without_cases_may_be_open_to_all(desk_app: Flask) -> None:
    person = desk_app.test_client()
    assert person.get("/en/desk").location == "/en/desk/sign-in"
    assert person.post("/en/desk", data={"place": "home"}).status_code == 401
    kept = person.post("/en/desk/cases/new?place=home")
    assert 'action="/en/desk/sign-in?to=desk%3Fplace%3Dhome"' in kept.text
    assert "to=desk%3Fplace%3Dhome" in person.get("/en/desk?place=home").location
    made = services(desk_app)
    desk_app.extensions[KEY] = replace(made, settings=replace(made.settings, desk_open=True))
    assert person.get("/en/desk").status_code == 200
    for page in ("cases", f"cases/{some_code()}", "audit", "insights"):
        assert person.get(f"/en/desk/{page}").status_code == 303
