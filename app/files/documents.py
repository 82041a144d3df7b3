"""Text of a file: of a saved email, an Outlook message, a plain text in any coding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final
from unicodedata import normalize

from oxmsg import Message
from oxmsg.properties import Properties

TEXT: Final = "text"
OUTLOOK: Final = "outlook"
PICTURE: Final = "picture"
UNREADABLE: Final = "unreadable"
LONGEST_TEXT: Final = 1024 * 1024
"""Characters of an email that are taken: more than a paste may have."""

_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OUTLOOK),  # [MS-CFB] section 2.2
    (b"\x89PNG\r\n\x1a\n", PICTURE),
    (b"\xff\xd8\xff", PICTURE),  # JPEG
    (b"%PDF-", UNREADABLE),
    (b"PK\x03\x04", UNREADABLE),  # ZIP, and so .docx and .xlsx
    (b"GIF8", UNREADABLE),
    (b"BM", UNREADABLE),
    (b"MZ", UNREADABLE),
    (b"\x1f\x8b", UNREADABLE),  # gzip
    (b"II*\0", UNREADABLE),  # TIFF
    (b"MM\0*", UNREADABLE),
)
_INNER_SIGNATURES = ((b"WEBP", PICTURE), (b"ftyp", UNREADABLE))  # HEIC, AVIF and films
_CONTROLS = bytes([*range(9), 11, *range(14, 27), *range(28, 32)])
_SAMPLE = 4096
"""Bytes by which a file is taken for text or not."""
_MAIL = re.compile(rb"(?:[!-9;-~]{1,60}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,50}){2,200}?\r?\n")
"""The head of an email, and the empty line after it (RFC 5322 section 2.1)."""
_HEADERS = ("From", "To", "Subject", "Date", "Auto-Submitted", "X-Failed-Recipients")
_ASCII = bytes(range(128))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# [MS-OXPROPS]: PidTagSubject, PidTagBody, PidTagReportText and, of each recipient of a returned
# message, PidTagSupplementaryInfo, which holds what the server replied.
_SUBJECT, _BODY, _REPORT, _REPLY = 0x0037, 0x1000, 0x1001, 0x0C1B


def kind_of(data: bytes) -> str:
    """Return ``text``, ``outlook``, ``picture`` or ``unreadable``, by the first bytes of a file."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature) and (len(signature) > 2 or b"\0" in data[:64]):
            return kind
    inner = data[4:16]
    kind = next((kind for signature, kind in _INNER_SIGNATURES if signature in inner), TEXT)
    return UNREADABLE if kind == TEXT and _is_binary(data) else kind


def _is_binary(data: bytes) -> bool:
    """Return whether no text has so many control characters."""
    sample = data[:_SAMPLE]
    if _is_utf16(data) or data.startswith(tuple(mark for mark, _ in _MARKS)):
        return False
    return (len(sample) - len(sample.translate(None, _CONTROLS))) * 50 > len(sample)


def _is_utf16(data: bytes) -> bool:
    """Return whether it is UTF-16, with or without a mark: a quarter or more of it is zero."""
    sample = data[:_SAMPLE]
    return sample.count(0) * 4 > len(sample)


def document_text(data: bytes) -> str:
    """Return the text of a file that is no picture, whatever it was saved as, '' if broken."""
    if kind_of(data) == OUTLOOK:
        return _outlook_text(data)
    return _mail_text(data) or _decode(data)


def _mail_text(data: bytes) -> str:
    """Return the text parts of an email, decoded, without what is attached; '' for no email."""
    if not _MAIL.match(data) or b"content-type" not in data[: 4 * _SAMPLE].lower():
        return ""
    try:
        message = message_from_bytes(data, _class=EmailMessage, policy=policy.default)
        head = [f"{name}: {message[name]}" for name in _HEADERS if message[name]]
        parts = ["\n".join(head), *_mail_parts(message)]
    except Exception:  # the parser promises none, and has raised several kinds for broken ones
        return ""
    return _join(parts)


def _mail_parts(message: EmailMessage) -> Iterator[str]:
    """Yield what an email says; the copy of a returned one says nothing of the error."""
    body = message.get_body(("plain", "html"))
    if isinstance(body, EmailMessage):
        yield str(body.get_content())
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            blocks = payload if isinstance(payload, list) else [payload]
            yield "\n".join(str(block) for block in blocks)


def _decode(data: bytes) -> str:
    """Return text in UTF-8 or UTF-16 by its mark, else UTF-8, else as Windows saves it here."""
    for mark, coding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(coding, "replace")
    if _is_utf16(data):  # without its mark
        small = data[1:_SAMPLE:2].count(0) > data[0:_SAMPLE:2].count(0)
        return data.decode("utf-16-le" if small else "utf-16-be", "replace")
    text = data.decode("utf-8", "replace")
    # A letter may be cut in two somewhere; another coding breaks all that are not ASCII.
    if text.count("\ufffd") * 4 <= len(data.translate(None, _ASCII)):
        return text
    try:
        return normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _outlook_text(data: bytes) -> str:
    """Return what an Outlook message says, '' where the file is broken."""
    try:
        parts = list(_outlook_parts(Message.load(data)))
    except Exception:  # the library names no error for a broken file: whatever its bytes lead to
        return ""
    return _join(parts)


def _outlook_parts(message: Message) -> Iterator[str]:
    yield _text(message.properties, _SUBJECT)
    yield _text(message.properties, _BODY) or message.html_body or ""
    yield _text(message.properties, _REPORT)
    for recipient in message.recipients:
        yield _text(recipient.properties, _REPLY)
    for attachment in message.attachments:
        if (attachment.mime_type or "").startswith(("text/", "message/")):
            yield _decode(attachment.file_bytes or b"")


def _join(parts: list[str]) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())[:LONGEST_TEXT]


def _text(properties: Properties, identifier: int) -> str:
    return properties.str_prop_value(identifier) or ""
