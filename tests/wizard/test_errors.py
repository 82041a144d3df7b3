"""What goes wrong gets a clear page in the right language, never a 500."""

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.diagnosis import FACT_KEYS
from tests.linting import visible_text


@pytest.mark.parametrize("path", ["/xx/", "/en/nothing", "/favicon.ico", "/%FF%FE", "/en/check/x"])
def test_not_found(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept-Language": "en"})
    assert page.status_code == 404
    assert "This page doesn't exist" in visible_text(page)
    assert 'href="/en/"' in page.text


def test_the_language_of_the_url_goes_before_the_browsers(client: FlaskClient) -> None:
    page = client.get("/vi/nothing", headers={"Accept-Language": "en"})
    assert page.headers["Content-Language"] == "vi"


def test_a_link_without_its_slash_is_led_on(client: FlaskClient) -> None:
    answer = client.get("/vi?account_domain=lan@proseware.com", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/vi/?account_domain=proseware.com",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/xx").status_code == 404
    assert client.get("/vi//check?account_domain=lan@proseware.com").status_code == 404


def test_wrong_method(client: FlaskClient) -> None:
    page = client.delete("/en/check")
    assert page.status_code == 405
    assert "GET" in page.headers["Allow"]


def test_too_long_a_link(client: FlaskClient) -> None:
    page = client.get("/en/check?" + "x" * 20_000)
    assert page.status_code == 414
    assert "This link is too long" in visible_text(page)


def test_too_much_text(client: FlaskClient) -> None:
    page = client.post("/en/check", data={"account_domain": "x" * 100_000})
    assert page.status_code == 413
    assert "too much text" in visible_text(page)


@pytest.mark.parametrize(
    "query",
    [
        "place=moon",
        "port=abc",
        "port=99999",
        "account_domain=%FF",
        "error=",
        "asked=place",
        "place=work&asked=vpn",
        "recipient_domain=%00",
        "tried=dance",
        "change=nothing",
        "worked=dance",
        "plan=later",
        "place=work&place=home",
        "%ZZ=%ZZ",
        "=&&&==",
        "account_domain=a%2Eb",
        "asked=place&was=home",
        "account_domain=" + "%C4%91" * 300,
    ],
)
def test_junk_in_a_query_gets_a_clear_page(client: FlaskClient, query: str) -> None:
    page = client.get(f"/vi/check?{query}")
    assert page.status_code in (200, 302, 422)


junk = st.text(max_size=60) | st.sampled_from(["unknown", "work", "a.com", "587", "\ud83d", "%"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    path=st.sampled_from(["/", "/vi/", "/en/check", "/xx/check"]),
    query=st.lists(
        st.tuples(st.sampled_from([*FACT_KEYS, "change", "asked", "was", "worked", "plan"]), junk),
        max_size=8,
    ),
)
def test_any_query(client: FlaskClient, path: str, query: list[tuple[str, str]]) -> None:
    pairs = [(key, value.encode("utf-8", "surrogatepass")) for key, value in query]
    assert client.get(path, query_string=pairs).status_code < 500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain",
            "\xff",
        ]
    ),
)
def test_any_body(client: FlaskClient, body: bytes, kind: str) -> None:
    assert client.post("/vi/check", data=body, content_type=kind).status_code < 500


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    name=st.sampled_from(
        [
            "Accept-Language",
            "Accept-Encoding",
            "Content-Length",
            "Host",
            "X-Forwarded-For",
            "Range",
            "If-Modified-Since",
            "Cookie",
            "Content-Type",
        ]
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80),
)
def test_any_header(client: FlaskClient, name: str, value: str) -> None:
    assert client.get("/", headers={name: value}).status_code < 500
