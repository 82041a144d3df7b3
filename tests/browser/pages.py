"""Every kind of page that the wizard has, and the way to it."""

from pathlib import Path
from shutil import copy
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from app.knowledge import knowledge
from tests.browser.helpdesk import CODE
from tests.conftest import PORTALS as EXAMPLE

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
TYPED = "check?error=authentication-failed&refused_by=own-server&program=thunderbird"


REFUSAL = (
    "Subject 'Test', Account: 'proseware', Server: 'smtp.proseware.com', Protocol: SMTP, Server "
    "Response: '550 5.7.1 <kim@adatum.com>: Relay access denied "
    "https://proseware.example/help/relaying/why-your-message-was-not-passed-on-to-the-next-server',"
    " Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79"
)


TESTED = (
    "WARNING: TCP connect to (192.0.2.1 : 465) failed\nComputerName : smtp.gmail.com\n"
    "RemotePort : 465\nTcpTestSucceeded : False\n\nComputerName : smtp.gmail.com\n"
    "RemotePort : 587\nTcpTestSucceeded : True\n"
)


class Kind(NamedTuple):
    """A page: its path below the language, and what is typed or pasted into it and sent."""

    path: str
    typed: str | None = None
    pasted: str | None = None
    root: str = ""


PORTAL = "/at/proseware"
IN_PORTAL = PLAN.replace("account_domain=proseware.com&", "").replace("proseware.com", "adatum.com")
"""Somebody whose account the portal knows, with all questions answered."""


def write_portals(folder: Path, **changes: str) -> Path:
    """Write the example's portal for a domain that no other test is about; return the file.

    :param changes: texts of the file to replace, by a word of one's own
    """
    text = EXAMPLE.read_text("utf-8").replace("proseware.com", "tailspintoys.com")
    text = text.replace("www.tailspintoys.com", "www.proseware.com")
    text = text.replace(', "127.0.0.0/8", "::1/128"', "")
    for before, after in changes.items():
        text = text.replace(before, after)
    copy(EXAMPLE.parent / "proseware.svg", folder)
    path = folder / "portals.toml"
    path.write_text(text, "utf-8")
    return path


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
    "asking-plan": Kind("check?error=relay-denied&refused_by=own-server"),
    "asking-plan-typed": Kind(
        "check?error=relay-denied&refused_by=own-server&program=outlook-classic"
    ),
    "code-alone": Kind("", pasted="lỗi 550"),
    "early-plan": Kind(
        "check?account_domain=proseware.com&recipient_domain=proseware.com,adatum.com&plan=now"
    ),
    "end-of-plan": Kind(f"{PLAN}&{urlencode({'tried': list(knowledge().remedies)}, doseq=True)}"),
    "device-plan": Kind(
        PLAN.replace("proseware.com", "gmail.com").replace("thunderbird", "iphone")
    ),
    "general-plan": Kind(PLAN.replace("thunderbird", "samsung-email")),
    "words-plan": Kind(f"{PLAN}&way=ask-isp"),
    "sheet": Kind(PLAN.replace("check?", "sheet?")),
    "worked": Kind(f"{PLAN}&worked=use-login"),
    "understood": Kind("", pasted=REFUSAL),
    "nothing-understood": Kind("", pasted="Dear Pat, see you at noon."),
    "paste-error": Kind("", pasted=""),
    "test": Kind("test?error=no-connection&account_domain=gmail.com&program=thunderbird"),
    "tested": Kind("", pasted=TESTED),
    "published": Kind("developers/settings", root=PORTAL),
    "api": Kind("developers/api"),
    "not-found": Kind("nowhere"),
    "portal-start": Kind("?connection=own", root=PORTAL),
    "portal-choice": Kind("check?error=relay-denied", root=PORTAL),
    "portal-plan": Kind(IN_PORTAL, root=PORTAL),
    "portal-ask": Kind(f"{IN_PORTAL}&way=ask-isp", root=PORTAL),
    "portal-sheet": Kind(IN_PORTAL.replace("check?", "sheet?"), root=PORTAL),
    "portal-understood": Kind("", pasted=REFUSAL, root=PORTAL),
    "portal-accent": Kind(IN_PORTAL, root=f"{PORTAL};accent=ffee00"),
    "desk": Kind("desk"),
    "desk-plan": Kind(PLAN.replace("check?", "desk?")),
    "desk-error": Kind("desk?error=relay-denied&port=smtp"),
    "desk-understood": Kind("desk", pasted=REFUSAL),
    "help": Kind(PLAN.replace("check?", "help?")),
    "case": Kind(f"case/{CODE}"),
    "case-error": Kind("case/H2KM4QR69T3M"),
    "sign-in": Kind("desk/sign-in", root=PORTAL),
    "desk-case": Kind(f"desk/cases/{CODE}"),
    "desk-cases": Kind("desk/cases"),
    "desk-cases-error": Kind("desk/cases/H2KM4QR69T3M"),
    "insights": Kind("desk/insights?days=7"),
    "audit": Kind("desk/audit"),
    "account": Kind("desk/account"),
    "portal-desk": Kind(f"{IN_PORTAL.replace('check?', 'desk?')}&ask=port&caller=en", root=PORTAL),
    "developers": Kind("developers", root=PORTAL),
    "links": Kind("developers/links?place=away", root=PORTAL),
    "links-error": Kind("developers/links?place=away", "nothing", root=PORTAL),
    "may-embed": Kind("developers/test?origin=https://www.proseware.com/", root=PORTAL),
    "may-not-embed": Kind("developers/test?origin=http://www.proseware.com/", root=PORTAL),
}

on_every_kind = pytest.mark.parametrize("kind", KINDS)
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def open_kind(page: Page, language: str, kind: str) -> None:
    """Go to a page of a kind."""
    path, typed, pasted, root = KINDS[kind]
    page.goto(f"{root}/{language}/{path}")
    if pasted is not None:
        paste(page, pasted)
    if typed is not None:
        send_typed(page, typed)
        expect(page.get_by_role("alert")).to_be_attached()
    # A browser sets the focus with the first frame that it paints, which may come after loading.
    first = page.locator("[autofocus]")
    if first.count():
        expect(first).to_be_focused()


def send_typed(page: Page, text: str) -> None:
    """Type an answer and press Enter, opening what the field is folded into."""
    field = page.locator("input.text").first
    if not field.is_visible():
        page.locator("details", has=field).locator("summary").click()
    field.fill(text)
    with page.expect_event("load"):
        field.press("Enter")


def paste(page: Page, text: str) -> None:
    """Paste a text into the box and have it read."""
    page.locator("#paste").fill(text)
    if page.locator("#desk").count():  # with script, the page is only renewed
        page.locator(".box button").click()
        expect(page.locator("#understood")).to_be_visible()
        return
    with page.expect_event("load"):
        page.locator(".box button").click()


def merge_reading(page: Page) -> dict[str, str]:
    """Return what the page's URL says, a repeated key with its last value."""
    return {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}
