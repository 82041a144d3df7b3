"""A plan is carried out: pictures opened, settings downloaded, sheet printed, QR code scanned."""

import io
import plistlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pypdf import PdfReader
from pytest_playwright import CreateContextCallback

from app.knowledge import knowledge
from tests.browser.pages import DESKTOP, PHONE, PLAN, in_every_language
from tests.browser.person import Pointer, answer_all

pytestmark = pytest.mark.browser

ANSWERS = {
    "error": "relay-denied",
    "refused_by": "own-server",
    "program": "iphone",
    "account_domain": "pat@gmail.com",
    "recipient_domain": "kim@adatum.com",
    "place": "away",
    "vpn": "no",
    "login": "none",
    "server": "smtp.gmail.com",
}
FULL = (
    PLAN.replace("proseware.com", "gmail.com") + "&port=25&security=none&sender_domain=gmail.com"
    "&reply_code=550&enhanced_status=5.7.1"
)


def facts_of_url(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def scan(png: bytes) -> str:
    """Return what a phone reads from a screenshot with a QR code."""
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    return code.text


@in_every_language
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_the_start_to_profile_sheet_and_phone(
    new_context: CreateContextCallback, language: str, screen: ViewportSize
) -> None:
    page = new_context(viewport=screen).new_page()
    page.goto(f"/{language}/")
    person = Pointer(page)
    person.follow(page.locator("main .button"))
    answer_all(person, ANSWERS)
    plan, title = page.url, page.locator("h1").inner_text()
    values = page.locator(".steps code").all_inner_texts()

    with page.expect_download() as download:
        page.locator(".remedy a[href*=mobileconfig]").click()
    assert download.value.suggested_filename == "gmail.mobileconfig"
    profile = plistlib.loads(download.value.path().read_bytes())
    (mail,) = profile["PayloadContent"]
    assert mail["OutgoingMailServerHostName"] in values
    assert str(mail["OutgoingMailServerPortNumber"]) in values

    person.follow(page.locator("a[href*='/sheet?']"))
    pages = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert len(pages) == 1
    printed = pages[0].extract_text()
    for value in values:
        assert value in printed
    link = scan(page.locator("figure svg").screenshot(scale="device"))
    assert facts_of_url(link).items() <= facts_of_url(plan).items()
    assert facts_of_url(plan).keys() - facts_of_url(link).keys() <= {"asked"}
    page.goto(link)
    expect(page.locator("h1")).to_have_text(title)


def test_a_qr_code_of_a_long_link_is_read_and_opens_the_same_plan(shared_page: Page) -> None:
    shared_page.goto(f"/vi/{FULL}")
    title = shared_page.locator("h1").inner_text()
    shared_page.goto(f"/vi/{FULL.replace('check?', 'sheet?')}")
    link = scan(shared_page.locator("figure svg").screenshot())
    shared_page.goto(link)
    expect(shared_page.locator("h1")).to_have_text(title)
    shared_page.goto(link.replace("/check?", "/qr.svg?"))
    assert scan(shared_page.screenshot()) == link


@in_every_language
def test_every_programs_sheet_is_one_page(
    new_context: CreateContextCallback, language: str
) -> None:
    page = new_context().new_page()
    for program in knowledge().choices["program"]:
        for way in ("use-login", "sign-in-again", "app-password", "ask-isp"):
            query = FULL.replace("check?", "sheet?").replace("thunderbird", program)
            page.goto(f"/{language}/{query}&way={way}")
            sheet = PdfReader(io.BytesIO(page.pdf(format="A4")))
            assert len(sheet.pages) == 1, f"{program} {way}"


def test_a_picture_is_loaded_when_it_is_opened(new_context: CreateContextCallback) -> None:
    context = new_context(viewport=PHONE)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"/vi/{PLAN}")
    assert len(asked) == 1
    folded = page.locator(".steps details").nth(1)
    folded.locator("summary").click()
    picture = folded.locator("img")
    expect(picture).to_be_visible()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") == 320
    assert len(asked) == 2
    assert "step.svg" in asked[1]


MISFITS = """() => {
  const {width, height} = document.documentElement.viewBox.baseVal;
  const texts = [...document.querySelectorAll("text")].map(text => [text, text.getBBox()]);
  const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width
    && a.y + 4 < b.y + b.height && b.y + 4 < a.y + a.height;
  return texts.filter(([text, box]) =>
    box.x < 1 || box.x + box.width > width - 3 || box.y + box.height > height + 1
    || texts.some(([other, its]) => other !== text && meet(box, its))
  ).map(([text]) => text.textContent);
}"""
"""The texts of a picture that leave it or run into another one."""


@in_every_language
def test_every_text_of_a_picture_has_its_room(shared_page: Page, language: str) -> None:
    for program in knowledge().programs.known.values():
        if not program.platform:
            continue
        shared_page.goto(f"/{language}/{FULL.replace('thunderbird', program.id)}&plan=now")
        pictures = shared_page.locator(".steps img").evaluate_all("all => all.map(one => one.src)")
        for picture in pictures:
            shared_page.goto(picture)
            assert shared_page.evaluate(MISFITS) == [], picture


def test_without_script_the_pictures_are_there(
    browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    # Such a browser does not wait with pictures until they are looked at.
    with page.expect_response("**/step.svg*") as answer:
        page.goto(f"/vi/{PLAN}")
    assert answer.value.ok
    page.locator(".steps summary").nth(1).click()
    expect(page.locator(".steps img").first).to_be_visible()
    context.close()


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
GALAXY = "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36"


@pytest.mark.parametrize(
    ("agent", "program"),
    [(IPHONE, "iphone"), (WINDOWS, "outlook-classic"), (GALAXY, "samsung-email")],
)
def test_the_likely_program_is_chosen_already(
    new_context: CreateContextCallback, agent: str, program: str
) -> None:
    page = new_context(user_agent=agent).new_page()
    page.goto("/vi/check?change=program")
    expect(page.locator("[name=program]:checked")).to_have_value(program)
    page.goto("/vi/check?program=webmail&change=program")
    expect(page.locator("[name=program]:checked")).to_have_value("webmail")
    page.goto("/vi/check?change=place")
    expect(page.locator("input:checked")).to_have_count(0)
