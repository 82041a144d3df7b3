"""A file is chosen in place of a paste: a saved email is read at once, a picture is shown first."""

import logging
import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.files import Pictures, Unreadable
from app.services import install, services
from app.settings import Settings
from tests.linting import LintingClient, visible_text
from tests.wizard.test_paste import no_disk, saved, send, show  # noqa: F401

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
RETURNED = Path(__file__).parents[1] / "files" / "returned.msg"
FOUND = "The server responded: 550 5.7.1 Relaying denied"


class Recognised(Pictures):
    """Reader that finds the same text in every picture; what Tesseract finds, tests/files tests."""

    def _recognise(self, picture: bytes) -> str:
        return FOUND


class Failing(Pictures):
    """Reader that fails in the way that its only language names."""

    def text_of(self, picture: bytes) -> str:
        raise Unreadable(self.languages[0])


def client_with(pictures: Pictures | None, **settings: object) -> LintingClient:
    app: Flask = create_app(Settings(page_cache=0, ocr=False, **settings))  # type: ignore[arg-type]
    install(app, replace(services(app), pictures=pictures))
    app.test_client_class = LintingClient
    return app.test_client()


def test_an_outlook_message_is_read(client: FlaskClient) -> None:
    page = send(client, "/vi/read", {"file": saved(RETURNED.read_bytes())})
    assert page.status_code == 303
    assert "error=relay-denied" in page.headers["Location"]


@pytest.mark.parametrize("form", [{"show": "yes"}, {}], ids=["browser", "program"])
def test_the_text_of_a_picture_is_shown_to_be_corrected(form: dict[str, str]) -> None:
    client = client_with(Recognised(("eng",)))
    page = send(client, "/en/read?place=away", {"text": "Sent\r\n", "file": saved(PICTURE), **form})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert f">\nSent\n\n\n{FOUND}</textarea>" in page.text
    assert "correct what is wrong" in visible_text(page)
    assert 'action="/en/read?place=away"' in page.text
    assert "<mark>" not in page.text, "it has not been read yet"


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        (None, ("Pictures can't be read here", "chưa đọc được hình")),
        (Failing(("empty-picture",)), ("couldn't read any text", "không đọc được chữ nào")),
        (Failing(("pictures-busy",)), ("Many pictures are being read", "đang chờ đọc")),
        (Failing(("large-picture",)), ("too many pixels", "quá nhiều điểm ảnh")),
        (Failing(("slow-picture",)), ("took too long", "quá lâu")),
        (Failing(("broken-picture",)), ("damaged", "bị hỏng")),
    ],
)
def test_a_picture_that_cannot_be_read(pictures: Pictures | None, words: tuple[str, str]) -> None:
    client = client_with(pictures)
    for lang, said in zip(("en", "vi"), words, strict=True):
        page = show(client, "What I typed", lang, file=saved(PICTURE))
        assert page.status_code == 422
        assert said in visible_text(page)
        assert ">\nWhat I typed</textarea>" in page.text


def test_pictures_have_a_limit_by_address(caplog: pytest.LogCaptureFixture) -> None:
    client = client_with(Recognised(("eng",)), picture_limit="2 per hour")
    with caplog.at_level(logging.INFO, "thongthu.security"):
        statuses = [show(client, "", file=saved(PICTURE)).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert caplog.text.count('"picture"') == 1
    assert show(client, FOUND).status_code == 200, "a text has none"


def test_another_picture_replaces_what_was_found_in_the_one_before() -> None:
    client = client_with(Recognised(("eng",)))
    page = show(client, "g4rb4ge", file=saved(PICTURE), of_picture="yes")
    assert f">\n{FOUND}</textarea>" in page.text
    assert 'name="of_picture"' in page.text


def test_what_is_wrong_with_a_file_is_said_beside_it(client: FlaskClient) -> None:
    page = show(client, "What I typed", file=saved(b"%PDF-1.7 ..."))
    assert '<a href="#file">' in page.text
    assert "<details open>" in page.text
    assert re.search(r'id="file"[^>]* aria-invalid="true" aria-describedby="error"', page.text)
    assert not re.search(r'id="paste"[^>]* aria-invalid', page.text)


def test_a_bounce_is_read_without_what_was_attached(client: FlaskClient) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "MAILER-DAEMON@proseware.com", "lan@proseware.com"
    message.set_content("<pat@adatum.com>: 554 5.7.1 Chuyển tiếp bị từ chối: Relay access denied")
    message.add_attachment(bytes(range(256)) * 4000, "application", "pdf", filename="a.pdf")
    page = send(client, "/en/read", {"file": saved(message.as_bytes())})
    assert page.status_code == 303
    assert "error=relay-denied" in page.headers["Location"]


def test_a_kind_that_is_not_read(client: FlaskClient) -> None:
    page = show(client, "What I typed", file=saved(b"%PDF-1.7 ..."))
    assert page.status_code == 422
    assert "can't read this kind of file" in visible_text(page)
    assert ">\nWhat I typed</textarea>" in page.text


@pytest.mark.parametrize("pictures", [None, Recognised(("eng",))], ids=["off", "on"])
def test_the_page_says_whether_pictures_are_read(pictures: Pictures | None) -> None:
    page = client_with(pictures).get("/en/")
    (accepted,) = re.findall(r'accept="([^"]+)"', page.text)
    assert ("image/png" in accepted) == (pictures is not None)
    assert ("Pictures can't be read here" in visible_text(page)) == (pictures is None)


def test_a_picture_is_neither_written_nor_logged(
    caplog: pytest.LogCaptureFixture,
    no_disk: None,  # noqa: F811
) -> None:
    caplog.set_level(logging.DEBUG)
    show(client_with(Recognised(("eng",))), "", file=saved(PICTURE + b"\0" * 2_000_000))
    assert FOUND not in caplog.text


def test_ocr_that_is_wanted_and_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.pictures.installed", lambda: ())
    with pytest.raises(ValueError, match="OCR=yes needs Tesseract"):
        create_app(Settings(ocr=True))
    assert services(create_app(Settings())).pictures is None
