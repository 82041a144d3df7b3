"""A paste is read, answered with what was understood, and forgotten."""

import html
import io
import logging
import re
import tempfile

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app import create_app
from app.diagnosis import Facts
from app.i18n.languages import languages
from app.presentation.reading_rows import LONGEST_EXCERPT, excerpt, rows_of
from app.reading import Candidate, Evidence, Reading
from app.settings import Settings
from tests.i18n.test_languages import MARK, pseudo, with_language  # noqa: F401
from tests.linting import LintingClient, visible_text

SAID = (
    "The message could not be sent because one of the recipients was rejected by the server. "
    "The rejected e-mail address was 'pat@adatum.com'. Server: 'smtp.proseware.com', Protocol: "
    "SMTP, Server Response: '550 5.7.1 <pat@adatum.com>: Relay access denied', Port: 25, "
    "Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79"
)
SPOT = (
    "check?recipient_domain=adatum.com&server=smtp.proseware.com&port=25&security=none"
    "&error=relay-denied&refused_by=own-server&program=outlook-classic"
    "&reply_code=550&enhanced_status=5.7.1"
)
BOUNCE = (
    "Delivery Status Notification (Failure)\n\nYour message wasn't delivered to kim@adatum.com "
    "because the address couldn't be found.\n\nThe response from the remote server was:\n\n"
    "550 5.1.1 The email account that you tried to reach does not exist. - gsmtp\n"
)
NOTHING = "Dear Pat, see you at noon."


def show(client: FlaskClient, text: str, lang: str = "en", query: str = "", **more: object):
    return send(client, f"/{lang}/read{query}", {"text": text, "show": "yes", **more})


def send(client: FlaskClient, url: str, form: dict[str, object]):
    """Send a form as a browser does; the test client would write a large one to a disk."""
    boundary, body = encode_multipart(form)
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def saved(data: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(data), "message.eml")


def marked(page) -> dict[str, str]:
    """Return the marked words by the label that stands with them."""
    found = re.findall(r"<mark>(.*?)<sup[^>]*>(.*?)</sup></mark>", page.text, re.DOTALL)
    return {
        label: html.unescape(words)
        for words, tied in found
        for label in re.findall(r'<span class="unseen"> (.*?)</span>', tied)
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_program_is_led_to_the_canonical_url(client: FlaskClient, lang: str) -> None:
    answer = client.post(f"/{lang}/read", data={"text": SAID})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{lang}/{SPOT}")
    answer = client.post(f"/{lang}/read?place=work&port=587", data={"text": SAID})
    assert answer.headers["Location"] == f"/{lang}/{SPOT.replace('?', '?place=work&')}"


def test_no_error_and_an_unknown_one_are_facts_too(client: FlaskClient, monkeypatch) -> None:
    answer = client.post("/en/read?place=work", data={"text": NOTHING})
    assert answer.headers["Location"] == "/en/check?place=work&error=none"
    monkeypatch.setattr("app.wizard.views.read", lambda _: reading("other"))
    answer = client.post("/en/read", data={"text": "550 Xyzzy"})
    assert answer.headers["Location"] == "/en/check?error=other"


def test_what_was_pasted_is_not_there_to_be_fetched(client: FlaskClient) -> None:
    answer = client.get("/vi/read?account_domain=lan@proseware.com")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/vi/?account_domain=proseware.com",
    )
    assert client.get("/xx/read").status_code == client.post("/xx/read").status_code == 404


def test_what_was_understood(client: FlaskClient) -> None:
    page = show(client, SAID, query="?place=work&server=unknown")
    text = visible_text(page)
    assert page.status_code == 200
    assert "<h1>The server refused to pass your email on</h1>" in page.text
    assert "Your outgoing server refused the email." in text
    assert marked(page) == {
        "Error message": "Relay access denied",
        "Reply code": "550",
        "Status code": "5.7.1",
        "Outlook&#39;s error number": "0x800CCC79",
        "Current outgoing server": "smtp.proseware.com",
        "Port": "25",
        "Encryption": "No",
        "Recipient": "adatum.com",
    }
    state = f"/en/{SPOT.replace('?', '?place=work&')}".replace("&", "&amp;")
    assert f'<a class="button" href="{state}">Show what to do' in page.text
    changes = re.findall(r'href="([^"]+)&amp;change=(\w+)"', page.text)
    assert {url for url, _ in changes} == {state}
    assert [fact for _, fact in changes] == [
        "error",
        "refused_by",
        "server",
        "port",
        "security",
        "place",
        "recipient_domain",
        "program",
    ]
    for url, fact in changes:
        assert client.get(html.unescape(f"{url}&change={fact}")).status_code == 200
    again = state.replace("/en/check", "/vi/read")
    assert f'href="{again}" lang="vi"' in page.text
    assert f'data-here="{again.replace("/vi/", "/en/")}"' in page.text, "Back leads there"


@pytest.mark.parametrize("text", [SAID, "lỗi 553"])
def test_it_is_shown_again_without_its_words(client: FlaskClient, text: str) -> None:
    page = show(client, text)
    (here,) = re.findall(r'data-here="([^"]+)"', page.text)
    again = client.get(html.unescape(here))
    assert again.status_code == 200
    for pattern in ("<h1>(.*?)</h1>", '<a class="button[^"]*" href="([^"]+)"'):
        assert re.findall(pattern, again.text) == re.findall(pattern, page.text)
    assert "<mark>" not in again.text
    assert here in again.text


def test_a_code_alone_is_an_answer(client: FlaskClient) -> None:
    page = show(client, "lỗi 550")
    assert "<h1>Error 550 can mean several things</h1>" in page.text
    doors = re.findall(r'<li><a href="([^"]+)">', page.text)
    for url in map(html.unescape, doors):
        assert client.get(url).status_code == 200
        assert "reply_code=550" in url
    assert any("error=relay-denied" in url for url in doors)
    assert any("change=error" in url for url in doors)
    assert "/en/check?error=unknown&amp;reply_code=550" in page.text
    assert "Lỗi 553 có thể" in show(client, "553", "vi").text


def test_an_outlook_number_names_the_app(client: FlaskClient) -> None:
    said = "0x800CCC79 550 5.7.1 Relaying denied"
    assert "program=outlook-classic" in show(client, said).text
    chosen = show(client, said, query="?program=outlook-new").text
    assert "program=outlook-new" in chosen
    assert "program=outlook-classic" not in chosen
    asked_anyway = show(client, said, query="?program=unknown").text
    assert "program=outlook-classic" in asked_anyway
    assert "program=" not in show(client, "550 5.7.1 Relaying denied").text


def test_a_plan_that_is_settled_is_shown_at_once(client: FlaskClient) -> None:
    page = show(client, BOUNCE)
    assert "Show what to do</a>" in page.text
    assert "The email is stopped at the recipient" in visible_text(page)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "there's nothing to fix on your side"),
        ("vi", "không có vấn đề gì nên bạn không cần sửa"),
    ],
)
def test_what_the_recipients_server_says_is_not_yours_to_mend(client, lang, words) -> None:
    assert words in visible_text(show(client, BOUNCE, lang))
    assert words not in visible_text(show(client, SAID, lang))


def reading(reason: str, confidence: float = 0.9, *others: Candidate, **more) -> Reading:
    return Reading(reason, confidence, others, "unknown", {}, more.get("evidence", ()))


@pytest.mark.parametrize(
    ("found", "there", "missing"),
    [
        (reading("spam"), "The text doesn't show which server refused", "We're not sure"),
        (reading("spam", 0.59), "We're not sure, because", "could also mean"),
        (reading("other", 0.5), "not one we recognise yet", "We're not sure"),
        (reading("no-connection"), "Can't connect to the server", "which server refused"),
        (reading("spam", 0.7, Candidate("policy", 0.6)), "could also mean", "We're not sure"),
    ],
)
def test_doubt_is_said(client, monkeypatch, found, there, missing) -> None:
    monkeypatch.setattr("app.wizard.views.read", lambda _: found)
    text = visible_text(show(client, "550"))
    assert there in text
    assert missing not in text


def test_the_second_reason_can_be_taken_instead(client: FlaskClient, monkeypatch) -> None:
    found = reading("spam", 0.7, Candidate("policy", 0.6))
    monkeypatch.setattr("app.wizard.views.read", lambda _: found)
    page = show(client, "550", query="?place=work")
    assert 'href="/en/check?place=work&amp;error=policy">Blocked by a rule' in page.text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_error_keeps_the_text_and_leads_to_the_questions(client: FlaskClient, lang: str) -> None:
    page = show(client, f"{NOTHING} </textarea>", lang, "?place=work")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert f">\n{NOTHING} &lt;/textarea&gt;</textarea>" in page.text
    assert f'href="/{lang}/check?place=work"' in page.text
    assert f'action="/{lang}/read?place=work"' in page.text
    assert ("We found no error" if lang == "en" else "không thấy lỗi") in visible_text(page)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("form", [{"text": " \n"}, {}, {"text": "", "show": "yes"}])
def test_no_text_is_unprocessable(client: FlaskClient, lang: str, form: dict[str, str]) -> None:
    page = client.post(f"/{lang}/read", data=form)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert (
        "haven't entered any text" if lang == "en" else "Bạn chưa nhập nội dung"
    ) in visible_text(page)


def test_too_long_a_text(client: FlaskClient) -> None:
    page = show(client, "a" * 25_000 + "b" * 256 * 1024)
    assert page.status_code == 422
    assert "larger than 256 KB" in visible_text(page)
    assert f">\n{'a' * 20_000}</textarea>" in page.text
    assert show(client, "a" * 256 * 1024).status_code == 200


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "That was too much text"), ("vi", "Nội dung quá dài")]
)
def test_more_than_any_paste(client: FlaskClient, lang: str, words: str) -> None:
    for form in ({"text": "a" * (1024 * 1024 + 1)}, {"file": saved(b"a" * 4 * 1024 * 1024)}):
        page = send(client, f"/{lang}/read", form)
        assert page.status_code == 413
        assert words in visible_text(page)
    assert client.post(f"/{lang}/check", data={"port": "2" * 70_000}).status_code == 413


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "cp1252"])
def test_a_saved_message(client: FlaskClient, coding: str) -> None:
    answer = client.post("/en/read", data={"text": " ", "file": saved(SAID.encode(coding))})
    assert answer.headers["Location"] == f"/en/{SPOT}"


def test_a_file_comes_after_the_text(client: FlaskClient, monkeypatch) -> None:
    read = []

    def note(text: str) -> Reading:
        read.append(text)
        return reading("spam")

    monkeypatch.setattr("app.wizard.views.read", note)
    client.post("/en/read", data={"text": "one\r\ntwo", "file": saved(b"three\r\n")})
    client.post("/en/read", data={"text": "one", "file": saved(b"")})
    client.post("/en/read", data={"text": "one", "file": "no file"})
    assert read == ["one\ntwo\n\nthree\n", "one", "one"]


@pytest.fixture
def no_disk(monkeypatch) -> None:
    """Break what would write a temporary file, wherever it was imported to."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)


def test_nothing_is_written_or_logged(client: FlaskClient, caplog, monkeypatch, no_disk) -> None:
    caplog.set_level(logging.DEBUG)
    large = SAID.encode() + b"\nsecret" * 90_000
    for form in ({"file": saved(SAID.encode())}, {"file": saved(large)}, {"text": SAID}):
        assert send(client, "/en/read", form | {"show": "yes"}).status_code in (200, 422)
    assert not caplog.text

    def break_down(_: str) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("app.wizard.views.read", break_down)
    page = show(client, "secret")
    assert page.status_code == 500
    assert "secret" not in caplog.text + page.text


@pytest.mark.parametrize("text", [SAID, NOTHING, ""])
def test_a_page_that_holds_a_paste_is_kept_nowhere(text: str) -> None:
    app = create_app(Settings(page_cache=8))
    app.test_client_class = LintingClient
    page = show(app.test_client(), text)
    assert page.headers["Cache-Control"] == "no-store"
    assert not app.wsgi_app.app.app.app._pages
    app.test_client().get("/en/")
    assert len(app.wsgi_app.app.app.app._pages) == 1, "the cache is there"


HOSTILE = (
    "<script>alert(1)</script> '\"> {{ 7 * 7 }} 550 5.7.1 Relaying denied <img src=x onerror=y>"
)


def test_a_paste_is_text_and_never_markup(client: FlaskClient) -> None:
    for lang in ("vi", "en"):
        page = show(client, HOSTILE, lang)
        assert "<img" not in page.text
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "{{ 7 * 7 }}" in page.text


def test_what_html_cannot_hold_is_replaced(client: FlaskClient) -> None:
    odd = "\x00\x07\x85\ufffe\U0001ffff e\u0301 550 5.7.1 Relaying denied\r\n"
    assert "\ufffd" in show(client, odd).text
    assert show(client, "\x00\x0b\ufdd0 e\u0301").status_code == 200


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_recipients_server_is_not_taken_for_ones_own(client: FlaskClient, lang: str) -> None:
    bounce = (
        "I'm sorry to have to inform you that your message could not be delivered.\n\n"
        "<lan@adatum.com>: host mx1.adatum.com[203.0.113.9] said: 554 5.7.1 <lan@adatum.com>: "
        "Relay access denied (in reply to RCPT TO command)\n"
    )
    answer = client.post(f"/{lang}/read", data={"text": bounce})
    assert answer.status_code == 303
    assert "refused_by=recipient-server" in answer.location
    assert "mx1" not in answer.location
    assert "mx1.adatum.com</mark>" in re.sub(r"<sup.*?</sup>", "", show(client, bounce, lang).text)


def evidence(text: str, *words: str, why: str = "reason") -> tuple[Evidence, ...]:
    return tuple(Evidence(text.index(w), text.index(w) + len(w), why, w) for w in words)


def pieces(text: str, *places: Evidence):
    found = Reading("spam", 0.9, (), "unknown", {"reply_code": 550, "port": 25}, places)
    return excerpt(text, found, rows_of(found, NO_FACTS, languages()["en"]))


NO_FACTS = Facts()


def test_an_excerpt_shows_the_surroundings_and_says_where_it_was_cut() -> None:
    text = "begin " * 100 + "it is spam, " + "middle " * 100 + "more spam here" + " end" * 100
    shown = pieces(text, *evidence(text, "it is spam", "more spam"))
    assert [piece.text for piece in shown if piece.rows] == ["it is spam", "more spam"]
    whole = "".join(piece.text for piece in shown)
    assert whole.startswith("… begin")
    assert whole.endswith("end …")
    assert whole.count("\n…\n") == 1
    assert len(whole) < 400


def test_words_of_two_facts_are_one_mark() -> None:
    text = "550 spam"
    both = evidence(text, "550 spam") + evidence(text, "550", why="reply_code")
    (mark,) = pieces(text, *both)
    assert (mark.text, [row.key for row in mark.rows]) == ("550 spam", ["error", "reply_code"])


def test_words_of_one_fact_that_stand_close_are_one_mark() -> None:
    text = "relay is denied, for reasons of its own, and so is spam"
    shown = pieces(text, *evidence(text, "relay", "denied", "spam"))
    assert [piece.text for piece in shown if piece.rows] == ["relay is denied", "spam"]


def test_what_was_encoded_is_shown_decoded() -> None:
    text = "WGluIGNow6BvLiDEkOG7i2EgY2jhu4kga2jDtG5nIHTDrG0gdGjhuqV5LgoK\n" * 3
    (before, mark, after) = pieces(text, Evidence(90, 100, "reason", "taken for spam"))
    assert (before.text, mark.text, after.text) == ("… ", "taken for spam", " …")


def test_a_letter_between_encoded_ones_keeps_its_surroundings() -> None:
    text = "The message was taken=20for spam there."
    start, end = text.index("taken"), text.index(" there")
    shown = pieces(text, Evidence(start, end, "reason", "taken for spam"))
    assert "".join(piece.text for piece in shown) == "The message was taken for spam there."


def test_many_marks_do_not_make_a_long_excerpt() -> None:
    text = f"{'word ' * 60}spam " * 30
    places = [Evidence(m.start(), m.end(), "reason", "spam") for m in re.finditer("spam", text)]
    shown = pieces(text, *places)
    assert 5 <= sum(bool(piece.rows) for piece in shown) < 10
    assert 900 < sum(len(piece.text) for piece in shown) < LONGEST_EXCERPT + 50


spans = st.lists(
    st.tuples(
        st.integers(-5, 400),
        st.integers(-5, 60),
        st.sampled_from(["reason", "reply_code", "port", "nothing"]),
        st.text("ab ", max_size=3),
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(st.text("ab\n =é\u0301", max_size=400).map(lambda text: text * 10), spans)
def test_any_evidence_gives_a_bounded_excerpt(text: str, found) -> None:
    places = [Evidence(max(0, s), max(0, s + n), why, words) for s, n, why, words in found]
    shown = pieces(text, *places)
    assert sum(len(piece.text) for piece in shown) <= LONGEST_EXCERPT + 200
    for piece in shown:
        assert piece.text
        assert piece.text.strip() or not piece.rows


@pytest.mark.parametrize("text", [SAID, BOUNCE, NOTHING, "", "550 5.9.9 Xyzzy"])
def test_no_text_escapes_translation(pseudo, text: str) -> None:  # noqa: F811
    page = show(pseudo, text, "eo")
    body = page.text[page.text.index("<main") : page.text.index("<footer")]
    body = re.sub(r"(?s)<blockquote.*?</blockquote>|<textarea.*?</textarea>", " ", body)
    left = html.unescape(re.sub(r"<[^>]+>", " ", body))
    while MARK in left:
        left = re.sub(f"{MARK}[^{MARK}⦘]*⦘", " ", left)
    for name in ("smtp.proseware.com", "smtp.", "proseware.", "com", "adatum."):
        left = left.replace(name, " ")
    assert not re.sub(r"[\s\d.x,():]+", "", left.replace("0x800CCC79", ""))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.binary(max_size=200),
    st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "é"]
    ),
)
def test_any_body(client: FlaskClient, body: bytes, kind: str) -> None:
    assert client.post("/vi/read", data=body, content_type=kind).status_code < 500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.text(max_size=50), st.binary(max_size=80))
def test_any_paste_and_any_file(client: FlaskClient, text: str, data: bytes) -> None:
    pasted = text.encode("utf-8", "surrogatepass")
    form = {"text": pasted, "file": saved(data + b"\n550 5.7.1 Relaying denied"), "show": "yes"}
    assert client.post("/vi/read", data=form).status_code in (200, 422)


def test_the_start_page_has_the_box_first(client: FlaskClient) -> None:
    page = client.get("/vi/?place=work")
    assert page.text.index('action="/vi/read?place=work"') < page.text.index('href="/vi/check?')
    assert 'enctype="multipart/form-data"' in page.text
