"""A pasted error: the wizard starts where one is, and asks only what is still missing."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pytest_playwright import CreateContextCallback

from app.files import Pictures
from tests.browser.pages import PHONE, in_every_language, merge_reading, paste
from tests.browser.person import Keyboard, Pointer, answer, answer_all
from tests.browser.test_mistakes import check_summary, follow_to_the_field
from tests.browser.test_walk import Traffic

pytestmark = pytest.mark.browser

RETURNED = Path(__file__).parents[1] / "files" / "returned.msg"
# The two errors of Microsoft's article, as its English and its Vietnamese page spell them.
ENGLISH = (
    "The message could not be sent because one of the recipients was rejected by the server. "
    "The rejected email address was '<email address>'. Subject '<Test>', Account: '<Test>', "
    "Server: '<smtp.example.com>', Protocol: SMTP, Server Response: '553 sorry, that domain "
    "isn't in my list of allowed rcpthosts (#5.7.1)', Port: 25, Secure(SSL): No, Server "
    "Error: 553, Error Number: 0x800CCC79."
)
VIETNAMESE = (
    "Thư có thể không được gửi vì một trong những người nhận bị từ chối bởi máy chủ. Địa chỉ "
    "email bị từ chối là ' <someone@example.com>'. Chủ đề: '< kiểm tra >', tài khoản: '< kiểm"
    " tra >', máy chủ: '<smtp.example.com>', giao thức: SMTP, phản hồi máy chủ: '550 "
    "<someone@example.com>... Chuyển tiếp bị từ chối', cổng: 25, an toàn (SSL): không, lỗi "
    "máy chủ: 550, số lỗi: 0x800CCC79."
)
STATED = {
    "program": "outlook-classic",
    "server": "smtp.example.com",
    "port": "25",
    "security": "none",
    "error": "relay-denied",
    "refused_by": "own-server",
}
GUEST = {
    "account_domain": "pat@example.com",
    "place": "away",
    "connection": "other",
    "vpn": "no",
    "login": "none",
}
"""What a customer answers who writes from a hotel."""
ADVICE = {
    "en": ("Case 6 of 6 in Microsoft's article", "own provider's server and turn on sign-in"),
    "vi": ("Trường hợp 6 trong 6 trường hợp", "máy chủ thư đi của nhà cung cấp và bật xác thực"),
}
BOUNCE = (
    "Delivery Status Notification (Failure)\n\nYour message wasn't delivered to kim@adatum.com "
    "because the address couldn't be found, or is unable to receive mail.\n\nThe response from "
    "the remote server was:\n\n550 5.1.1 The email account that you tried to reach does not exist. "
    "Please try double-checking the recipient's email address for typos or unnecessary spaces. "
    "Learn more at https://support.google.com/mail/?p=NoSuchUser - gsmtp\n"
)


@in_every_language
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("text", [ENGLISH, VIETNAMESE], ids=["553", "550"])
def test_the_articles_errors_lead_to_its_advice(
    new_context: CreateContextCallback, language: str, script: bool, text: str
) -> None:
    context = new_context(viewport=PHONE, java_script_enabled=script)
    traffic = Traffic(context)
    page = context.new_page()
    person = Pointer(page)
    page.goto(f"/{language}/")
    paste(page, text)
    # With script the address has what was read, so that Back is no form to send again.
    assert page.url.partition("?")[0].endswith(f"/{language}/read")
    assert "@" not in page.url
    assert {"smtp.example.com", "25"} <= set(marked(page))

    if text is VIETNAMESE:  # there, somebody at the server's own domain stands for all recipients
        person.follow(page.locator('.answers a[href*="change=recipient_domain"]'))
        answer(person, "recipient_domain", "kim@adatum.com")
        answer_all(person, GUEST)
    else:
        person.follow(page.locator("main .button"))
        answer_all(person, GUEST | {"recipient_domain": "kim@adatum.com"})
    assert STATED.items() <= merge_reading(page).items()
    works = page.locator('.worked a[href*="worked="]')
    expect(works).to_have_attribute("href", re.compile(r"\bworked=use-login$"))
    for words in ADVICE[language]:
        expect(page.locator("main")).to_contain_text(words)
    assert not traffic.complaints
    assert not [r.url for r in traffic.requests if "Test" in r.url or "someone" in r.url]
    assert not context.cookies()


@in_every_language
def test_the_placeholders_of_the_articles_550_lead_to_a_login_too(
    shared_page: Page, language: str
) -> None:
    """There the rejected address is one of the server's own domain, as in no real relay refusal."""
    person = Pointer(shared_page)
    shared_page.goto(f"/{language}/")
    paste(shared_page, VIETNAMESE)
    person.follow(shared_page.locator("main .button"))
    works = shared_page.locator('.worked a[href*="worked="]')
    expect(works).to_have_attribute("href", re.compile(r"\bworked=match-settings$"))


def marked(page: Page) -> list[str]:
    """Return the words that are marked as relied on, without the numbers on them."""
    own = "marks => marks.map(mark => mark.firstChild.data)"
    found: list[str] = page.locator("mark").evaluate_all(own)
    return found


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "there's nothing to fix on your side"), ("vi", "nên bạn không cần sửa")],
)
def test_a_recipients_server_is_not_yours_to_mend(
    shared_page: Page, language: str, words: str
) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, BOUNCE)
    expect(shared_page.locator(".lead")).to_contain_text(words)
    expect(shared_page.locator(".route .stop")).not_to_have_count(0)
    Pointer(shared_page).follow(shared_page.locator("main .button"))
    assert merge_reading(shared_page)["error"] == "unknown-recipient"
    expect(shared_page.locator(".remedy")).to_be_visible()


def test_every_mark_is_tied_to_what_it_stands_for(shared_page: Page) -> None:
    shared_page.goto("/en/")
    paste(shared_page, ENGLISH)
    numbers = shared_page.locator("mark sup").evaluate_all("all => all.map(e => e.firstChild.data)")
    listed = shared_page.locator("dt sup").all_inner_texts()
    assert sorted(numbers) == sorted(listed) == list("1234567")


@in_every_language
def test_the_other_language_keeps_what_was_understood(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, BOUNCE)
    other = shared_page.locator("nav a:not([aria-current])")
    code = other.get_attribute("hreflang") or ""
    Pointer(shared_page).follow(other)
    expect(shared_page.locator("html")).to_have_attribute("lang", code)
    assert merge_reading(shared_page)["error"] == "unknown-recipient"


def test_the_keyboard_alone(shared_page: Page) -> None:
    shared_page.goto("/en/")
    person = Keyboard(shared_page)
    person.reach(shared_page.locator("#paste"))
    shared_page.keyboard.insert_text(BOUNCE)
    person.follow(shared_page.locator(".box button"))
    person.follow(shared_page.locator("main .button"))
    assert merge_reading(shared_page)["refused_by"] == "recipient-server"


@in_every_language
def test_a_saved_message_can_be_chosen(shared_page: Page, language: str, tmp_path: Path) -> None:
    saved = tmp_path / "message.eml"
    saved.write_text(VIETNAMESE, "utf-16")
    shared_page.goto(f"/{language}/")
    shared_page.locator(".box summary").click()
    shared_page.locator("#file").set_input_files(saved)
    Pointer(shared_page).follow(shared_page.locator(".box button"))
    assert "Chuyển tiếp bị từ chối" in marked(shared_page)


DROP = """box => {
  const moved = new DataTransfer();
  moved.items.add(new File([%r], "message.eml"));
  box.dispatchEvent(new DragEvent("drop", {dataTransfer: moved, cancelable: true}));
}"""


def test_a_saved_message_can_be_dropped(shared_page: Page) -> None:
    shared_page.goto("/en/")
    box = shared_page.locator("#paste")
    box.evaluate(DROP % VIETNAMESE)
    expect(box).to_have_value(VIETNAMESE)


def test_an_outlook_message_can_be_dropped(shared_page: Page) -> None:
    shared_page.goto("/vi/")
    shared_page.locator("#paste").evaluate(
        """(box, bytes) => {
          const moved = new DataTransfer();
          moved.items.add(new File([new Uint8Array(bytes)], "returned.msg"));
          box.dispatchEvent(new DragEvent("drop", {dataTransfer: moved, cancelable: true}));
        }""",
        list(RETURNED.read_bytes()),
    )
    expect(shared_page.locator("#file")).to_be_visible()
    Pointer(shared_page).follow(shared_page.locator(".box button"))
    assert "Relay access denied" in marked(shared_page)


@pytest.fixture
def screenshot(shared_page: Page) -> bytes:
    """Return the picture of a dialog on a phone; without Tesseract, skip or fail."""
    if Pictures.find() is None:
        reason = "NOT TESTED with pictures: no Tesseract found; run tests/files/install as root"
        if os.environ.get("OCR_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    shared_page.set_content(
        "<p style='font: 28px sans-serif; margin: 2rem'>Không gửi được thư. Máy chủ "
        "trả lời:<br>550 5.7.1 Relaying denied<br>Cổng: 25</p>"
    )
    return shared_page.screenshot()


@in_every_language
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_screenshot_is_read_once_its_text_was_corrected(
    new_context: CreateContextCallback, screenshot: bytes, language: str, script: bool
) -> None:
    page = new_context(viewport=PHONE, java_script_enabled=script).new_page()
    page.goto(f"/{language}/")
    page.locator(".box summary").click()
    picture = FilePayload(name="IMG_1.png", mimeType="image/png", buffer=screenshot)
    page.locator("#file").set_input_files(picture)
    Pointer(page).follow(page.locator(".box button"))
    box = page.locator("#paste")
    expect(box).to_have_value(re.compile("550 5.7.1 Relaying denied"))
    box.fill(f"{box.input_value()}\nServer: smtp.proseware.com")
    Pointer(page).follow(page.locator(".box button"))
    assert "Relaying denied" in marked(page)


def test_a_picture_can_be_pasted_and_becomes_smaller(shared_page: Page) -> None:
    shared_page.goto("/en/")
    size = shared_page.locator("#paste").evaluate(
        """async box => {
          const canvas = document.createElement("canvas");
          canvas.width = 3000, canvas.height = 2000;
          const noise = canvas.getContext("2d").createImageData(3000, 2000);
          for (let i = 0; i < noise.data.length; i++) noise.data[i] = 255 * Math.random();
          canvas.getContext("2d").putImageData(noise, 0, 0);
          const blob = await new Promise(done => canvas.toBlob(done));
          const moved = new DataTransfer();
          moved.items.add(new File([blob], "photo.png", {type: "image/png"}));
          const paste = new ClipboardEvent("paste", {clipboardData: moved, cancelable: true});
          return box.dispatchEvent(paste) ? 0 : blob.size;
        }"""
    )
    assert size > 500_000, "the picture was taken, and is a large one"
    expect(shared_page.locator("#file")).to_have_value(re.compile(r"photo\.jpg$"))
    smaller = shared_page.locator("#file").evaluate("input => input.files[0].size")
    assert 0 < smaller < size


def test_text_can_still_be_dropped(shared_page: Page) -> None:
    shared_page.goto("/en/")
    stopped = shared_page.locator("#paste").evaluate(
        """box => ["dragover", "drop"].map(name => {
          const moved = new DataTransfer();
          moved.setData("text/plain", "550");
          return !box.dispatchEvent(new DragEvent(name, {dataTransfer: moved, cancelable: true}));
        })"""
    )
    assert stopped == [False, False]


@in_every_language
def test_an_empty_box_is_said(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, "")
    check_summary(shared_page, shared_page.title().partition(": ")[2])
    follow_to_the_field(shared_page)
    expect(shared_page.locator("#paste")).to_have_attribute("aria-invalid", "true")
    paste(shared_page, BOUNCE)
    expect(shared_page.locator("mark")).not_to_have_count(0)


@in_every_language
def test_a_text_without_an_error_can_be_added_to(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/?place=away")
    paste(shared_page, "Dear Pat,\nsee you at noon.")
    box = shared_page.locator("#paste")
    expect(box).to_have_value("Dear Pat,\nsee you at noon.")
    paste(shared_page, f"{box.input_value()}\n\n{ENGLISH}")
    Pointer(shared_page).follow(shared_page.locator("main .button"))
    assert (STATED | {"place": "away"}).items() <= merge_reading(shared_page).items()


STORIES = {
    "en": "Since we are in a hotel my iPhone can receive mail but I can't send any.",
    "vi": "Em đang ở khách sạn, mail trên iPhone nhận được mà không gửi được ạ.",
}


@in_every_language
def test_what_people_say_in_their_own_words_is_marked_and_not_asked_again(
    shared_page: Page, language: str
) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, STORIES[language])
    expect(shared_page.locator("mark").filter(has_text="iPhone")).to_be_visible()
    Pointer(shared_page).follow(shared_page.locator("main .button").first)
    assert {"place": "away", "program": "iphone"}.items() <= merge_reading(shared_page).items()


GOOD_TEST = """$ nc -vz smtp.proseware.com 587
Connection to smtp.proseware.com (192.0.2.7) 587 port [tcp/submission] succeeded!
"""


@in_every_language
def test_a_test_that_went_well_is_said_to_have(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, GOOD_TEST)
    shown = shared_page.locator("#shown + dl dd")
    expect(shown).to_have_text(["smtp.proseware.com : 587", {"en": "Yes", "vi": "Có"}[language]])
    expect(shared_page.locator("#paste")).to_have_value(GOOD_TEST)


@in_every_language
def test_a_file_that_is_too_large_is_said(shared_page: Page, language: str, tmp_path: Path) -> None:
    for size in (300, 5000):
        saved = tmp_path / "message.eml"
        saved.write_bytes(b"a" * size * 1024)
        shared_page.goto(f"/{language}/")
        shared_page.locator(".box summary").click()
        shared_page.locator("#file").set_input_files(saved)
        Pointer(shared_page).follow(shared_page.locator(".box button"))
        expect(shared_page.locator("html")).to_have_attribute("lang", language)
        expect(shared_page.locator("[role=alert], h1 + .lead")).to_be_visible()
