"""What was found comes into the plan by its URL, and only what this server has found."""

import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask

from app.diagnosis import Facts, Situation
from app.diagnosis.found import Found
from app.knowledge import Incoming, Outgoing
from app.services import services
from app.wizard.screens import _provider
from tests.discovery.fixtures import DAY
from tests.linting import LintingClient

ASK = {"place": "home", "connection": "other", "error": "relay-denied", "refused_by": "own-server"}
ASK |= {"program": "thunderbird", "plan": "now"}


@pytest.fixture
def visitor(finding_app: Flask) -> LintingClient:
    """Return a client of the app that looks settings up."""
    finding_app.test_client_class = LintingClient
    return finding_app.test_client()


def facts_of(url: str) -> dict[str, str]:
    """Return what a URL says."""
    return dict(parse_qsl(urlsplit(url).query))


def find(visitor: LintingClient, domain: str, language: str = "en") -> str:
    """Return where a visitor is led, or the page that asks whether what was found is right."""
    asked = visitor.get(f"/{language}/check?{urlencode({**ASK, 'account_domain': domain})}")
    assert asked.status_code == 302
    assert asked.location.startswith(f"/{language}/find?")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        page = visitor.get(asked.location)
        if page.status_code == 302:
            return page.location
        assert page.headers["Cache-Control"] == "no-store"
        if "data-searching" not in page.text:
            return page.text
        time.sleep(0.02)
    raise TimeoutError(domain)


@pytest.mark.parametrize(
    ("language", "published"),
    [("en", "auto.example publishes these settings itself"), ("vi", "auto.example tự công bố")],
)
def test_what_is_published_is_in_the_plan(
    visitor: LintingClient, language: str, published: str
) -> None:
    place = find(visitor, "auto.example", language)
    assert facts_of(place).items() >= {**ASK, "account_domain": "auto.example"}.items()
    page = visitor.get(place).text
    assert "smtp.own.example" in page
    assert published in page
    assert "2026" in page


def test_what_is_guessed_is_asked_about(visitor: LintingClient) -> None:
    page = find(visitor, "guess.example")
    assert "Are these your settings?" in page
    assert "mail.guess.example" in page
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]
    use = next(link for link in links if "found=guess" in link)
    without = next(link for link in links if "found=skipped" in link)
    assert "mail.guess.example" in visitor.get(use).text
    assert "mail.guess.example" not in visitor.get(without).text


def test_a_provider_is_asked_about_by_its_name(visitor: LintingClient) -> None:
    page = find(visitor, "company.example", "vi")
    assert "Nhà cung cấp email của bạn là" in page
    assert "smtp.gmail.com" in page


def test_nothing_found_is_said_in_the_plan(visitor: LintingClient) -> None:
    place = find(visitor, "nothing.example")
    assert facts_of(place)["found"] == "none"
    assert "find out the settings of nothing.example" in visitor.get(place).text


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.replace("smtp.own.example", "smtp.evil.example"),
        lambda found: found.replace("20261130", "20271130"),
        lambda found: f"{found[:-9]}{'A' if found[-9] != 'A' else 'B'}{found[-8:]}",
        lambda found: found.rpartition("~")[0],
    ],
)
def test_a_link_that_somebody_else_wrote_is_not_believed(visitor, change) -> None:  # type: ignore[no-untyped-def]
    facts = facts_of(find(visitor, "auto.example"))
    forged = urlencode({**facts, "found": change(facts["found"])})
    answer = visitor.get(f"/en/check?{forged}")
    assert answer.status_code == 302  # as if nothing had been said, it is looked up
    assert "evil" not in answer.location
    for path in ("sheet", "ticket.txt", "autoconfig.xml"):
        assert "evil" not in visitor.get(f"/en/{path}?{forged}", follow_redirects=True).text


def test_it_belongs_to_one_domain(visitor: LintingClient) -> None:
    facts = facts_of(find(visitor, "auto.example"))
    other = urlencode({**facts, "account_domain": "other.example"})
    assert "found=" not in visitor.get(f"/en/check?{other}").location


def test_the_files_for_devices_have_it(visitor: LintingClient) -> None:
    query = urlencode(facts_of(find(visitor, "auto.example")))
    assert "smtp.own.example" in visitor.get(f"/en/autoconfig.xml?{query}").text
    assert "smtp.own.example" in visitor.get(f"/en/profile.mobileconfig?{query}").text


def test_one_address_begins_only_so_many(
    visitor: LintingClient, finding_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = services(finding_app).rates.discovery
    assert rate is not None
    assert rate.granted == 60
    for _ in range(rate.granted):
        rate.take(("127.0.0.1", "127.0.0.0/24"))
    query = urlencode({**ASK, "account_domain": "auto.example"})
    place = visitor.get(f"/en/find?{query}")
    assert place.status_code == 302
    assert "found=skipped" in place.location
    assert "find out the settings" not in visitor.get(place.location).text
    kept = services(finding_app).discovery
    assert kept is not None
    assert kept.discoveries.known("auto.example") is None


def test_a_domain_that_was_typed_is_not_counted() -> None:
    servers = (Outgoing("smtp.auto.example", 465, "tls"),)
    found = Found("auto.example", "srv", "auto.example", DAY, "", "password", outgoing=servers)
    facts = Facts(account_domain="auto.example", found=found)
    assert _provider(facts, Situation(facts).provider) == "other"
    known = Found("auto.example", "mx", "google.com", DAY, provider="google-workspace")
    facts = facts.but(found=known)
    assert _provider(facts, Situation(facts).provider) == "google-workspace"


def test_a_known_provider_is_not_looked_up(visitor: LintingClient) -> None:
    query = urlencode({**ASK, "account_domain": "gmail.com"})
    assert visitor.get(f"/en/check?{query}").status_code == 200
    assert visitor.get(f"/en/find?{query}").location.startswith("/en/check?")


def test_without_discovery_nothing_is_looked_up(client: LintingClient) -> None:
    query = urlencode({**ASK, "account_domain": "auto.example"})
    assert client.get(f"/en/check?{query}").status_code == 200
    assert client.get(f"/en/find?{query}").location.startswith("/en/check?")


@pytest.mark.parametrize("domain", ["com.vn", "printer.local", "abc.onion", "desk.internal"])
def test_what_nobody_can_have_registered_is_not_looked_up(
    visitor: LintingClient, domain: str
) -> None:
    query = urlencode({**ASK, "account_domain": domain})
    assert visitor.get(f"/en/check?{query}").status_code == 200


def test_what_has_to_be_done_first_stands_first(client: LintingClient) -> None:
    query = urlencode({**ASK, "account_domain": "gmx.de"})
    steps = client.get(f"/en/check?{query}").text.split('<ol class="steps"')[1]
    assert "email apps have to be allowed first" in steps.split("</li>")[0]
    assert (
        "or the one your provider gives you"
        in client.get(f"/en/check?{urlencode({**ASK, 'account_domain': 'ziggo.nl'})}").text
    )


def test_a_file_with_a_guess_does_not_claim_that_somebody_published_it(
    visitor: LintingClient,
) -> None:
    def profile(found: Found) -> str:
        facts = Facts(account_domain="guess.example", found=found)
        return visitor.get(f"/en/profile.mobileconfig?{facts.query()}").text

    kept = services(visitor.application).discovery
    assert kept is not None
    servers = (Outgoing("mail.guess.example", 465, "tls"),)
    fetched = (Incoming("imap", "mail.guess.example", 993, "tls"),)
    for how, words in (("guess", "settings found for"), ("srv", "settings published by")):
        found = Found(
            "guess.example", how, "guess.example", DAY, "", "password", "address", servers, fetched
        )
        assert words in profile(kept.seals.seal(found))
