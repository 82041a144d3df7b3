"""The form on the developers' page makes a snippet that shows what it says, and a preview of it."""

import html
import re
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.developers.snippet import read_snippet

PAGE = "/at/proseware/en/developers"
EVENTS = ("ready", "step", "plan", "worked", "height")


def frames(text: str) -> tuple[str, str]:
    """Return the address in the snippet, as a browser reads it there, and the preview's."""
    shown = html.unescape(re.findall(r"(?s)<pre[^>]*><code>(.*?)</code>", text)[0])
    in_snippet = html.unescape(re.findall(r'<iframe src="([^"]*)"', shown)[0])
    return in_snippet, html.unescape(re.findall(r'<iframe src="(/[^"]*)"', text)[0])


def test_snippet_and_preview_follow_the_form(portal_client: FlaskClient) -> None:
    form = {"lang": "vi", "accent": "#00AA88", "answers": "error=relay-denied&place=away"}
    page = portal_client.get(PAGE, query_string=form)
    snippet, preview = frames(page.text)
    assert urlsplit(snippet)._replace(scheme="", netloc="").geturl() == preview
    assert urlsplit(preview).path == "/at/proseware;accent=00aa88/vi/check"
    assert parse_qs(urlsplit(preview).query) == {"error": ["relay-denied"], "place": ["away"]}
    framed = portal_client.get(preview)
    assert framed.status_code == 200
    assert "'self'" in framed.headers["Content-Security-Policy"].rpartition("frame-ancestors")[2]


def test_without_a_language_the_browsers_is_taken(portal_client: FlaskClient) -> None:
    _, preview = frames(portal_client.get(PAGE, query_string={"lang": ""}).text)
    assert preview == "/at/proseware/"
    assert frames(portal_client.get(PAGE).text)[1] == "/at/proseware/en/"


def test_what_is_wrong_is_said_and_kept(portal_client: FlaskClient) -> None:
    form = {"accent": "purple", "answers": "port=smtp", "title": '"><b>'}
    page = portal_client.get(PAGE, query_string=form)
    assert page.status_code == 422
    assert 'href="#accent"' in page.text
    assert 'href="#answers"' in page.text
    assert 'value="purple"' in page.text
    assert 'value="port=smtp"' in page.text
    assert "<b>" not in page.text
    snippet = html.unescape(re.findall(r"(?s)<pre[^>]*><code>(.*?)</code>", page.text)[0])
    assert 'title="&#34;&gt;&lt;b&gt;"' in snippet


def test_every_event_has_an_example(portal_client: FlaskClient) -> None:
    text = portal_client.get(PAGE).text
    for event in EVENTS:
        (shown,) = re.findall(rf"<dt><code>{event}</code></dt><dd>(.*?)</dd>", text)
        assert "<code>{&#34;" in shown or '<code>{"' in shown, event


def test_only_the_developers_pages_may_frame(portal_client: FlaskClient) -> None:
    assert "frame-src 'self'" in portal_client.get(PAGE).headers["Content-Security-Policy"]
    for path in ("/at/proseware/en/", "/en/check"):
        assert "frame-src" not in portal_client.get(path).headers["Content-Security-Policy"]


@given(st.dictionaries(st.sampled_from(["lang", "accent", "answers", "title"]), st.text()))
def test_any_form_is_read(form: dict[str, str]) -> None:
    snippet, problems = read_snippet(form, ["vi", "en"], "vi")
    assert snippet.language in ("", "vi", "en")
    assert re.fullmatch("(?:[0-9a-f]{6})?", snippet.accent)
    assert set(problems) <= {"accent", "answers"}
