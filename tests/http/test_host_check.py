"""A link begins with a name of this server's, whatever a request says; a wrong Host is refused."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from app import create_app
from app.http.host_check import LOOPBACK, HostCheck, read_host, read_hosts
from app.http.security_log import LOGGER
from app.settings import Settings
from tests.conftest import PORTALS

LINKS = ("qr.svg", "developers", "developers/api", "developers/links", "desk", "demo")
"""Pages that are nothing without a link."""
PAGES = (
    "",
    "check",
    "check?error=spam&plan=now",
    "sheet?error=spam",
    "ticket.txt",
    "ticket.md",
    "autoconfig.xml?account_domain=gmail.com",
    "profile.mobileconfig?account_domain=gmail.com",
    "case",
    "help",
    "desk/sign-in",
)


def start(**settings: Any) -> FlaskClient:
    portals = str(PORTALS)
    return create_app(Settings(desk_open=True, portals=portals, **settings)).test_client()


@pytest.fixture(scope="module")
def untold(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return start(database_url=f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.sqlite3'}")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Wizard.example", "wizard.example"),
        ("wizard.example:8080", "wizard.example"),
        ("wizard.example:", "wizard.example"),
        ("my_container:80", "my_container"),
        ("[::1]:8000", "[::1]"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
        ("", ""),
        ("a.example,b.example", ""),
        ("a.example, a.example", ""),
        ("a.example:99999a", ""),
        ("a.example:123456", ""),
        ("a.example/b", ""),
        ("me@a.example", ""),
        ("a.example#", ""),
        ("a b", ""),
        ("a.example\n", ""),
        ("[::1", ""),
        ("[::g]", ""),
        ("[1.2.3.4]", ""),
        ("::1", ""),
        (":80", ""),
        ("a" * 254, ""),
        ("thư.vn", ""),
    ],
)
def test_a_host_has_a_form(header: str, name: str) -> None:
    assert read_host(header) == name


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_none(text: str) -> None:
    name = read_host(text)
    assert not set(name) & set("/@,;?#\\ \"'<>\r\n")
    assert read_host(name) == name


def test_names_are_read() -> None:
    assert read_hosts(" Wizard.example, [::1] ") == {"wizard.example", "[::1]"}
    assert Settings().hosts == LOOPBACK
    told = {"PUBLIC_URL": "https://a.example:8443/x", "DEMO_URL": "https://b.example"}
    assert Settings.from_environment(told).hosts == LOOPBACK | {"a.example", "b.example"}
    told["ALLOWED_HOSTS"] = "C.example"
    assert Settings.from_environment(told).hosts == {"a.example", "b.example", "c.example"}


@pytest.mark.parametrize("root", ["", "/at/proseware"])
@pytest.mark.parametrize("part", LINKS)
def test_no_page_makes_a_link_with_a_name_that_anybody_may_send(
    untold: FlaskClient, root: str, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    if part == "demo" and not root:
        return
    security = logging.getLogger(LOGGER)
    security.addHandler(caplog.handler)
    evil = untold.get(f"{root}/en/{part}", headers={"Host": "evil.example"})
    security.removeHandler(caplog.handler)
    assert evil.status_code == 421
    assert "evil" not in evil.text
    assert "PUBLIC_URL" in evil.text
    assert '"event": "host-refused"' in caplog.text
    assert "evil" not in caplog.text
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
        assert untold.get(f"{root}/en/{part}", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("part", PAGES)
def test_the_wizard_works_under_every_name_and_repeats_none(untold: FlaskClient, part: str) -> None:
    evil = untold.get(f"/en/{part}", headers={"Host": "evil.example"})
    assert evil.status_code == 200
    assert "evil" not in evil.text
    assert "http://" not in evil.headers.get("Location", "")


def test_a_sheet_without_a_name_has_no_link(untold: FlaskClient) -> None:
    named = untold.get("/en/sheet?error=spam", headers={"Host": "localhost:8000"}).text
    unnamed = untold.get("/en/sheet?error=spam", headers={"Host": "evil.example"}).text
    assert "http://localhost:8000/en/check?error=spam" in named
    assert "segno" in named
    assert "/en/check?error=spam</p>" not in unnamed
    assert "segno" not in unnamed
    assert (
        "THE SAME ON THE WEB"
        not in untold.get("/en/ticket.txt", headers={"Host": "evil.example"}).text
    )


def test_with_a_public_address_no_host_counts() -> None:
    client = start(public_url="https://wizard.example")
    for part in LINKS:
        page = client.get(f"/at/proseware/en/{part}", headers={"Host": "evil.example"})
        assert page.status_code == 200
        assert "evil" not in page.text


def test_names_that_are_told_are_used() -> None:
    client = start(allowed_hosts=frozenset({"mail.example"}))
    page = client.get("/en/ticket.txt", headers={"Host": "Mail.example"})
    assert "http://mail.example/en/check" in page.text.lower()
    assert client.get("/en/qr.svg", headers={"Host": "localhost"}).status_code == 421


def test_a_mail_domain_s_own_name_needs_no_setting(untold: FlaskClient) -> None:
    page = untold.get("/mail/config-v1.1.xml", headers={"Host": "autoconfig.gmail.com"})
    assert page.status_code == 200
    assert "<domain>gmail.com</domain>" in page.text


@pytest.mark.parametrize("path", ["/en/", "/healthz", "/at/proseware/en/", "/nowhere"])
@pytest.mark.parametrize("host", ["a.example,b.example", "a b", "", "a.example/", "[::1", None])
def test_a_wrong_host_is_refused(untold: FlaskClient, path: str, host: str | None) -> None:
    environ = EnvironBuilder(path).get_environ()
    del environ["HTTP_HOST"]
    if host is not None:
        environ["HTTP_HOST"] = host
    status = run_wsgi_app(untold.application, environ)[1]
    assert status == "400 Bad Request"
    if not host:  # as a probe of an older kind asks
        environ["SERVER_PROTOCOL"] = "HTTP/1.0"
        assert run_wsgi_app(untold.application, environ)[1] != status


def test_a_refusal_is_as_strict_as_a_page() -> None:
    def never(environ: object, start: object) -> list[bytes]:
        raise AssertionError("refused before")

    answer = Client(HostCheck(never)).get("/", headers={"Host": "a, b"})
    assert answer.status_code == 400
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
