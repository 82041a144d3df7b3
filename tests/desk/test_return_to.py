"""Where signing in leads to, and what is never repeated on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from app import create_app
from app.desk.sign_in.page import canonical_place
from app.settings import Settings
from tests.conftest import PORTALS
from tests.desk.conftest import let_go
from tests.linting import LintingClient

SITE = "https://mail.example"
PIECES = st.sampled_from(
    [
        "desk",
        "/",
        "..",
        ".",
        "%2e",
        "%2E%2e",
        "%2f",
        "\\",
        "?",
        "&",
        "=",
        "#",
        ";",
        ":",
        "//",
        "cases",
        "insights",
        "audit",
        "account",
        "sign-in",
        "H2KM4QR69",
        "days",
        "7",
        "@",
        "%40",
        "lan@adatum.com",
        "account_domain",
        "evil.example",
        "\r\n",
        "%0d%0a",
        "\t",
        "\0",
        " ",
        "x",
    ]
)
WANTED = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


@given(WANTED)
@example("desk/../../../x")
@example("desk/%2e%2e/%2e%2e/x")
@example("desk/%2f%2fevil.example")
@example("desk/cases/../../../../x")
@example("desk/cases/H2KM4QR69/../../../../../x?ask=place")
@example("desk?account_domain=lan@adatum.com&recipient_domain=kim%40adatum.com")
@example("desk\r\nX-Y: 1")
@example("desk?" + "x" * 5000)
def test_whatever_is_wanted_it_is_a_page_of_the_desk(wanted: str) -> None:
    for place in (canonical_place(wanted), canonical_place(f"desk/{wanted}")):
        reached = urljoin(f"{SITE}/vi/desk/sign-in", f"/vi/{place}")
        assert urlsplit(reached).path.startswith("/vi/desk"), place
        assert reached == f"{SITE}/vi/{place}", "nothing for a browser to resolve"
        assert urlsplit(reached).path in ("/vi/desk", unquote(urlsplit(reached).path))
        assert place.isascii()
        assert place.isprintable()
        assert "@" not in unquote(unquote(place))
        assert canonical_place(place) == place


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("", "desk"),
        ("desk/cases", "desk/cases"),
        ("desk/insights?days=7", "desk/insights?days=7"),
        ("desk/insights.csv?days=90&x=1", "desk/insights.csv?days=90"),
        ("desk/audit", "desk/audit"),
        (
            "desk?place=work&ask=vpn&caller=en&keys=off",
            "desk?place=work&caller=en&ask=vpn&keys=off",
        ),
        ("desk?account_domain=lan@adatum.com", "desk?account_domain=adatum.com"),
        ("desk/cases/h2k-m4q-r69?caller=en", "desk/cases/H2KM4QR69?caller=en"),
        ("desk/cases/H2KM4QR69/outcome", "desk/cases/H2KM4QR69"),
        ("desk/cases/new?place=home", "desk?place=home"),
        ("desk/cases/lan@adatum.com", "desk/cases"),
        ("desk/account/end", "desk/account"),
        ("desk/nowhere", "desk"),
        ("desk/cases/H2KM4QR69/x", "desk"),
    ],
)
def test_a_page_that_there_is_stays_the_one(wanted: str, place: str) -> None:
    assert canonical_place(wanted) == place


@pytest.fixture(scope="module")
def signed_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LintingClient]:
    folder: Path = tmp_path_factory.mktemp("desk")
    database = f"sqlite:///{folder}/desk.sqlite3"
    app: Flask = create_app(
        Settings(page_cache=0, rate_limit="", database_url=database, portals=str(PORTALS))
    )
    app.test_client_class = LintingClient
    yield app.test_client()
    let_go(app)


ROOTS = ("", "/at/proseware", "/at/proseware;accent=ffee00")


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(
    "path",
    [
        "desk?account_domain=lan@adatum.com",
        "desk?account_domain=lan%40adatum.com",
        "desk?note=lan@adatum.com&x=kim%2540adatum.com",
        "desk/cases/lan@adatum.com",
        "desk/cases/x?y=lan@adatum.com",
        "desk/insights?days=lan@adatum.com",
        "desk/sign-in?to=desk/cases/lan@adatum.com",
        "desk/audit?lan@adatum.com",
    ],
)
def test_a_signed_out_desk_repeats_no_address(
    signed_out: LintingClient, root: str, path: str
) -> None:
    url = f"{root}/vi/{path}"
    while url:
        page = signed_out.get(url)
        assert page.status_code in (200, 302, 303)
        assert "adatum" not in unquote(unquote(page.location or "")).replace("=adatum.com", "")
        assert "lan@" not in page.text
        url = page.location
    assert page.status_code == 200


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(
    "path",
    [
        "desk/%0d%0aX-Y:1",
        "desk/cases/%0d%0aX-Y:1",
        "desk?x=%0d%0aX-Y:1",
        "desk/audit?%0d%0aX-Y:1",
        "desk/sign-in?to=%0d%0aX-Y:1",
        "desk/sign-in/provider?to=%0d%0aX-Y:1",
        "%0d%0aX-Y:1/desk",
        "case/%0d%0aX-Y:1",
        "check?place=%0d%0aX-Y:1",
        "desk/cases/%0aX%00",
        "desk/cases/%c3%28",
    ],
)
def test_a_broken_line_in_a_path_breaks_nothing(
    signed_out: LintingClient, root: str, path: str
) -> None:
    for answer in (signed_out.get(f"{root}/vi/{path}"), signed_out.post(f"{root}/vi/{path}")):
        assert answer.status_code < 500
        assert "X-Y" not in answer.headers
        assert "\n" not in unquote(unquote(answer.location or ""))


@given(WANTED)
def test_no_address_of_the_desk_breaks_it(signed_out: LintingClient, wanted: str) -> None:
    for root in ROOTS:
        answer = signed_out.get(f"{root}/vi/desk/{quote(wanted, safe='/?&=%;.')}")
        assert answer.status_code < 500
        if answer.location:
            place = parse_qs(urlsplit(answer.location).query).get("to", ["desk"])[0]
            assert canonical_place(place) == place
