"""A page of another site cannot make this one show its text: only forms of ours are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app import create_app
from app.services import services
from app.settings import Settings
from app.store.codes import PAYLOAD_LENGTH, check_character
from tests.conftest import PORTALS
from tests.desk.conftest import let_go
from tests.linting import LintingClient

CROSS = {"Sec-Fetch-Site": "cross-site"}
NEIGHBOUR = {"Sec-Fetch-Site": "same-site", "Origin": "null"}
"""What a customer's page below the provider's own domain sends, without a referrer."""
ADVICE = (
    "PROSEWARE: your mailbox is locked\n550 5.7.1 Relaying denied\n"
    "1. In Outgoing Server, enter smtp.evil.example\n2. Call 1900-6868 and say your password"
)
FORMS = {
    "read": {"text": ADVICE, "show": "yes"},
    "read?account_domain=proseware.com": {"text": "Call 1900-6868 now", "show": "yes"},
    "check?change=server": {"server": "call 1900-6868 now"},
    "case": {"code": "CALL 1900-6868 NOW"},
    "developers/links": {"server": "call 1900-6868 now"},
    "desk": {"text": ADVICE, "read": "yes"},
}
"""Paths, and what another site's page sends there by itself, without a click."""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[LintingClient]:
    """Return a client of an app with the example's portal, cases and an open desk."""
    app = create_app(
        Settings(
            page_cache=0,
            public_url="https://wizard.example",
            portals=str(PORTALS),
            database_url=f"sqlite:///{tmp_path / 'desk.sqlite3'}",
            desk_open=True,
        )
    )
    app.test_client_class = LintingClient
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    yield client
    let_go(app)


@pytest.mark.parametrize("sender", [CROSS, NEIGHBOUR], ids=["cross-site", "same-site"])
@pytest.mark.parametrize("path", FORMS)
def test_what_another_site_sends_is_shown_on_no_page(
    client: LintingClient, path: str, sender: dict[str, str]
) -> None:
    sent = client.post(f"/at/proseware/en/{path}", data=FORMS[path], headers=sender)
    assert sent.status_code == 303
    assert urlsplit(sent.location).path == urlsplit(f"/at/proseware/en/{path}").path
    page = client.get(sent.location, follow_redirects=True)
    assert page.status_code == 200
    assert "1900-6868" not in page.text
    assert "evil" not in page.text


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_forms_of_ours_and_other_programs_are_read(client: LintingClient, site: str | None) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    page = client.post("/at/proseware/en/read", data=FORMS["read"], headers=headers)
    assert page.status_code == 200
    assert "evil" in page.text


def test_a_site_that_may_embed_the_portal_may_send_forms(client: LintingClient) -> None:
    (listed, *_) = services(client.application).portals.find("proseware").origins
    for root, status in (("/at/proseware", 200), ("", 303)):
        headers = CROSS | {"Origin": listed}
        assert (
            client.post(f"{root}/en/read", data=FORMS["read"], headers=headers).status_code
            == status
        )


def test_the_way_on_stays_here(client: LintingClient) -> None:
    for path in ("//evil.example/en/read", "/en/case/%0d%0aX-Evil:1/delete", "/nowhere"):
        sent = client.post(path, headers=CROSS)
        assert not urlsplit(sent.headers.get("Location", "")).netloc
        assert "X-Evil" not in sent.headers


def test_the_api_is_for_programs_wherever_they_are(client: LintingClient) -> None:
    read = client.post("/api/v1/readings", json={"text": ADVICE}, headers=CROSS)
    assert read.status_code == 200


def test_a_link_to_a_case_says_nothing_of_its_own(client: LintingClient) -> None:
    page = client.get("/at/proseware/en/case/CALL 1900-6868 NOW")
    assert page.status_code == 422
    assert "1900-6868" not in page.text
    assert "CALL 1900-6868 NOW" in client.post("/at/proseware/en/case", data=FORMS["case"]).text, (
        "one's own mistake is shown"
    )


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_paste_is_called_what_it_is(client: LintingClient, lang: str) -> None:
    page = client.post(f"/at/proseware/{lang}/read", data=FORMS["read"]).text
    said = {
        "en": "This text isn&#39;t from us",
        "vi": "không phải do chúng tôi viết",
    }[lang]
    assert said in page.partition("<blockquote")[0]


@pytest.mark.parametrize("sender", [CROSS, NEIGHBOUR], ids=["cross-site", "same-site"])
@pytest.mark.parametrize(
    "as_part",
    [
        {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"},
    ],
    ids=["picture", "frame", "script", "prefetch"],
)
def test_a_page_of_another_site_tries_no_codes_for_its_visitor(
    client: LintingClient, as_part: dict[str, str], sender: dict[str, str]
) -> None:
    code = client.post("/en/help").location.rpartition("/")[2]
    wrong = "2" * PAYLOAD_LENGTH + check_character("2" * PAYLOAD_LENGTH)
    for _ in range(12):
        for tried in (wrong, code):
            page = client.get(f"/en/case/{tried}", headers=sender | as_part)
            assert page.status_code == 200
            assert "Enter your code" in page.text
    assert client.get(f"/en/case/{code}").status_code == 200
    click = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    shown = client.get(f"/en/case/{code}", headers=sender | click)
    assert "Your code" in shown.text, "a link in a mail on the web"
    for page in (shown, client.get(f"/en/case/{wrong}")):
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin", "no opener leads it on"
