"""Every kind of page that the wizard has, and the way to it."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from app.knowledge import knowledge

LANGUAGES = ("vi", "en")
PHONE = ViewportSize(width=360, height=740)
NARROW = ViewportSize(width=320, height=640)
DESKTOP = ViewportSize(width=1280, height=900)

ROW_4 = {
    "place": "work",
    "connection": "other",
    "account_domain": "proseware.com",
    "recipient_domain": "adatum.com",
}
ALL_ANSWERS = ROW_4 | {
    "vpn": "no",
    "server": "smtp.proseware.com",
    "login": "none",
    "error": "relay-denied",
    "refused_by": "own-server",
    "program": "thunderbird",
}
PLAN = f"check?{urlencode(ALL_ANSWERS)}"
TYPED = "check?error=relay-denied&refused_by=own-server&program=thunderbird"


class Kind(NamedTuple):
    """A page: its path below the language, and what is typed into it and sent, if anything."""

    path: str
    typed: str | None = None


KINDS = {
    "start": Kind(""),
    "choice": Kind("check"),
    "choice-error": Kind("check?asked=place&error=relay-denied"),
    "typed": Kind(TYPED),
    "typed-error": Kind(TYPED, "not a domain"),
    "telex": Kind(TYPED, "pat@yahô.com"),
    "port": Kind(f"{PLAN}&change=port"),
    "port-error": Kind(f"{PLAN}&change=port", "smtp"),
    "plan": Kind(PLAN),
    "early-plan": Kind(
        "check?account_domain=proseware.com&recipient_domain=proseware.com,adatum.com&plan=now"
    ),
    "end-of-plan": Kind(f"{PLAN}&{urlencode({'tried': list(knowledge().remedies)}, doseq=True)}"),
    "worked": Kind(f"{PLAN}&worked=use-login"),
    "not-found": Kind("nowhere"),
}

on_every_kind = pytest.mark.parametrize("kind", KINDS)
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def open_kind(page: Page, language: str, kind: str) -> None:
    """Go to a page of a kind."""
    path, typed = KINDS[kind]
    page.goto(f"/{language}/{path}")
    if typed is not None:
        send_typed(page, typed)
        expect(page.get_by_role("alert")).to_be_attached()


def send_typed(page: Page, text: str) -> None:
    """Type an answer and press Enter, opening what the field is folded into."""
    field = page.locator("input.text")
    if not field.is_visible():
        page.locator("details", has=field).locator("summary").click()
    field.fill(text)
    with page.expect_event("load"):
        field.press("Enter")


def facts_of(page: Page) -> dict[str, str]:
    """Return what the page's URL says, a repeated key with its last value."""
    return {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}
