"""Bytes become text, whatever they were saved as."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import document_text, kind_of
from app.reading import read

SAID = "Chuyển tiếp bị từ chối: 550 Relaying denied"
# Packed by libgsf's `gsf createole` in the layout of [MS-OXMSG]; libmagic and extract-msg
# take it for an Outlook message too.
RETURNED = (Path(__file__).parent / "returned.msg").read_bytes()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_it_was_saved(coding: str) -> None:
    assert document_text(SAID.encode(coding)) == SAID


def test_big_endian_by_its_mark() -> None:
    assert document_text(b"\xfe\xff" + SAID.encode("utf-16-be")) == SAID


def test_what_windows_saves() -> None:
    # In windows-1258 most Vietnamese tones are letters of their own, composed once read.
    apart = "Chuyê\u0309n tiê\u0301p bi\u0323 tư\u0300 chô\u0301i"
    assert document_text(apart.encode("cp1258")) == "Chuyển tiếp bị từ chối"
    assert document_text("zurückgewiesen".encode("latin-1")) == "zurückgewiesen"
    assert document_text(b"\xd2 550 denied \x9a") == "\xd2 550 denied \x9a", "not windows-1258"


def test_one_letter_cut_in_two_does_not_change_the_coding() -> None:
    assert document_text(SAID.encode()[:21] + b" 550").startswith("Chuyển tiếp b")


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_letters_of_two_bytes_without_a_mark(coding: str) -> None:
    assert document_text(SAID.encode(coding)) == SAID
    assert kind_of(SAID.encode(coding)) == "text"


def test_an_email_says_its_text_decoded_and_not_what_is_attached() -> None:
    message = EmailMessage()
    message["Subject"] = "Thư bị trả lại"
    message.set_content(SAID, cte="base64")
    message.add_alternative("<p>550</p>", "html")
    message.add_attachment("SECRET LETTER", filename="letter.txt")
    text = document_text(message.as_bytes())
    assert text == f"Subject: Thư bị trả lại\n\n{SAID}"


def test_a_coding_that_an_email_names_is_used() -> None:
    head = b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=gbk\r\n\r\n"
    assert "用户不存在" in document_text(head + "550 用户不存在".encode("gbk"))


def test_an_outlook_message_says_what_stands_in_it_and_what_the_server_replied() -> None:
    text = document_text(RETURNED)
    assert "Không gửi được: Báo giá tháng 11" in text
    assert "Máy chủ email của người nhận không chấp nhận thư này." in text
    reading = read(text)
    assert (reading.reason, reading.facts["reply_code"]) == ("relay-denied", 550)
    assert reading.facts["recipient_domain"] == "adatum.com"


@given(st.binary(max_size=300))
def test_any_bytes_are_some_text(data: bytes) -> None:
    document_text(data).encode("utf-8")


@given(st.integers(0, len(RETURNED) - 1), st.binary(min_size=1, max_size=40), st.booleans())
def test_a_broken_outlook_message_is_some_text(at: int, junk: bytes, cut: bool) -> None:
    data = RETURNED[:at] + junk + (b"" if cut else RETURNED[at + len(junk) :])
    document_text(data).encode("utf-8", "replace")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (RETURNED, "outlook"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xff\xd8\xff\xe0..JFIF", "picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "unreadable"),
        (b"%PDF-1.7", "unreadable"),
        (b"MZ\x90\0\x03\0\0\0", "unreadable"),
        (bytes(range(32)) * 8, "unreadable"),
        (b"PK\x03\x04\x14\0", "unreadable"),
        (b"BM\x36\0\0\0\0\0", "unreadable"),
        (b"BMW fleet: 550 Relaying denied", "text"),
        (b"MM\0*\0\0\0\x08", "unreadable"),
        (b"", "text"),
        (SAID.encode(), "text"),
    ],
)
def test_kinds(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind
