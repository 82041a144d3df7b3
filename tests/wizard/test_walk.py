"""The wizard from the start page to a worked plan, as a browser without script would go."""

import html
import re
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.diagnosis import FACT_KEYS
from tests.linting import SPACE, visible_text

ANSWERS = {
    "error": "relay-denied",
    "refused_by": "own-server",
    "place": "work",
    "account_domain": "Pat <pat@proseware.com>",
    "recipient_domain": "kim@adatum.com",
    "program": "thunderbird",
    "connection": "other",
    "vpn": "no",
    "login": "none",
    "server": "smtp.proseware.com",
}


def submit(client: FlaskClient, response: TestResponse, fact: str, answer: str) -> TestResponse:
    """Fill in the form of a question page as it stands in the page."""
    form = next(html5lib.parse(response.text).iter(f"{SPACE}form"))
    fields = [
        (field.get("name"), field.get("value"))
        for field in form.iter(f"{SPACE}input")
        if field.get("type") == "hidden"
    ]
    if form.get("method") == "post":
        answered = client.post(form.get("action"), data={**dict(fields), fact: answer})
        assert answered.status_code == 303
        return client.get(answered.headers["Location"])
    values = [f.get("value") for f in form.iter(f"{SPACE}input") if f.get("type") == "radio"]
    assert answer in values
    return client.get(form.get("action"), query_string=[*fields, (fact, answer)])


def asked_for(response: TestResponse) -> str | None:
    """Return the fact that a question page asks for."""
    for field in html5lib.parse(response.text).iter(f"{SPACE}input"):
        if field.get("name") in FACT_KEYS and field.get("type") != "hidden":
            return field.get("name")
    return None


def links(response: TestResponse) -> list[str]:
    return [link.get("href") for link in html5lib.parse(response.text).iter(f"{SPACE}a")]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_from_the_start_page_to_a_worked_plan(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/{lang}/")
    page = client.get(next(link for link in links(page) if "/check" in link))
    left, everything = dict(ANSWERS), False
    while (fact := asked_for(page)) is not None or not everything:
        if fact is None:  # the plan is ready, and on it no answer would help
            everything = True
            page = client.get(next(link for link in links(page) if "plan=full" in link))
            continue
        page = submit(client, page, fact, left.pop(fact))
        assert page.status_code == 200
    assert not left
    facts = dict(parse_qsl(page.request.query_string.decode()))
    assert facts["account_domain"] == "proseware.com"
    assert "pat" not in page.text.lower().replace("path", "").replace("compat", "")
    no = next(link for link in links(page) if "tried=use-login" in link)
    page = client.get(no)
    assert "tried=use-login" in page.request.query_string.decode()
    yes = next(link for link in links(page) if "worked=" in link)
    assert client.get(yes).status_code == 200


def test_at_the_end_of_the_list_stand_the_words_to_say(client: FlaskClient) -> None:
    page = client.get("/en/check?error=mailbox-full&tried=tell-recipient&tried=wait")
    assert "<blockquote>" in page.text
    assert "My email to you came back" in visible_text(page)


def test_changing_an_answer_keeps_what_still_applies(client: FlaskClient) -> None:
    query = (
        "place=home&connection=own&vpn=no&account_domain=proseware.com"
        "&recipient_domain=adatum.com&error=relay-denied"
    )
    page = client.get(f"/en/check?{query}&plan=now")
    change = next(link for link in links(page) if link.endswith("change=place"))
    page = client.get(change)
    assert re.search(r'value="home" id="answer" checked', page.text)
    form = [
        (field.get("name"), field.get("value"))
        for field in html5lib.parse(page.text).iter(f"{SPACE}input")
        if field.get("type") == "hidden"
    ]
    same = client.get("/en/check", query_string=[*form, ("place", "home")])
    assert same.headers["Location"] == f"/en/check?{query}"
    moved = client.get("/en/check", query_string=[*form, ("place", "work")])
    assert moved.headers["Location"] == (
        "/en/check?place=work&account_domain=proseware.com&recipient_domain=adatum.com"
        "&error=relay-denied"
    )


def test_a_changed_account_makes_the_line_an_open_question_again(client: FlaskClient) -> None:
    answered = client.post(
        "/en/check?place=home&connection=own&account_domain=proseware.com",
        data={"account_domain": "fabrikam.com"},
    )
    assert answered.headers["Location"] == "/en/check?place=home&account_domain=fabrikam.com"


@pytest.mark.parametrize(("lang", "other"), [("vi", "en"), ("en", "vi")])
def test_the_other_language_is_at_the_same_spot(client: FlaskClient, lang, other) -> None:
    state = "check?place=work&error=relay-denied&change=place"
    assert f"/{other}/{state}" in links(client.get(f"/{lang}/{state}"))
    start = client.get(f"/{lang}/?place=work").text
    assert f'hreflang="{other}" href="https://wizard.example/{other}/?place=work"' in start
    assert f'rel="canonical" href="https://wizard.example/{lang}/?place=work"' in start


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("vi", "vi"),
        ("fr,en;q=0.3", "en"),
        ("fr", "vi"),
        ("", "vi"),
        ("en;q=0,vi;q=0.1", "vi"),
        ("en;q=x", "vi"),
        ("*", "vi"),
        ("vi;q=0.5,en;q=0.8", "en"),
    ],
)
def test_the_door_leads_to_the_browsers_language(client: FlaskClient, header, lang) -> None:
    answer = client.get("/?place=work&utm=x", headers={"Accept-Language": header})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{lang}/?place=work")
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_plan_can_be_had_before_all_questions_are_answered(client: FlaskClient) -> None:
    page = client.get("/en/check?plan=now")
    assert "Check every outgoing setting" in visible_text(page)
    assert "/en/check?plan=full" in links(page)


HELPED = [
    ("use-login", "work on every network"),
    ("vpn-off", "turn the VPN on again"),
    ("wait", ""),
]


@pytest.mark.parametrize(("remedy", "words"), HELPED)
def test_what_helped_says_what_that_means(client: FlaskClient, remedy: str, words: str) -> None:
    text = visible_text(client.get(f"/en/check?error=relay-denied&worked={remedy}"))
    assert words in text
    assert ("work on every network" in text) == (remedy == "use-login")


def test_every_picture_of_a_plan_is_there_and_marks_the_steps_own_place(client) -> None:
    facts = "error=relay-denied&place=work&connection=other&account_domain=gmail.com"
    for program in ("thunderbird", "outlook-classic", "iphone", "gmail-app"):
        page = client.get(f"/vi/check?{facts}&program={program}&plan=now")
        sources = re.findall(r'<img src="([^"]+step=\d+)"', page.text)
        assert len(sources) >= 4
        for source in sources:
            picture = client.get(html.unescape(source))
            assert picture.mimetype == "image/svg+xml"
            root = ElementTree.fromstring(picture.data)
            assert [e for e in root.iter() if e.get("class") == "m"]
            assert [e.text for e in root.iter() if e.tag.endswith("text")]
        assert page.text.count('<svg class="screen"') == 1
    general = client.get(f"/vi/check?{facts}&program=other&plan=now").text
    assert "picture" not in general.split("</style>")[1]
    assert '<svg class="screen"' not in general
    for wrong in ("", "&step=0", "&step=99", "&step=x", "&way=nothing&step=10"):
        assert client.get(f"/vi/step.svg?{facts}{wrong}").status_code == 404


def test_a_label_in_english_is_marked_as_english(client) -> None:
    facts = "error=relay-denied&place=work&connection=other&account_domain=gmail.com&plan=now"
    page = client.get(f"/vi/check?{facts}&program=outlook-classic").text
    assert '<b lang="en">More Settings</b> (Cài đặt khác)' in page
    assert re.search(r'<text [^>]*lang="en">Account Settings</text>', page)
    own = client.get(f"/vi/check?{facts}&program=thunderbird").text
    assert "<b>Tên Máy Chủ</b>" in own
    assert '<b lang="en">' not in own
    english = client.get(f"/en/check?{facts}&program=outlook-classic").text
    assert "<b>More Settings</b>" in english
