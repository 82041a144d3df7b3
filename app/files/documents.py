"""Text of a file: of a saved email, an Outlook message, a plain text in any coding."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final
from unicodedata import normalize

from oxmsg import Message
from oxmsg.properties import Properties

TEXT: Final = "text"
OUTLOOK: Final = "outlook"
PICTURE: Final = "picture"
UNREADABLE: Final = "unreadable"
LONGEST_TEXT: Final = 1024 * 1024
"""Characters of an Outlook message that are taken: more than a paste may have."""

_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OUTLOOK),  # [MS-CFB] section 2.2
    (b"\x89PNG\r\n\x1a\n", PICTURE),
    (b"\xff\xd8\xff", PICTURE),  # JPEG
    (b"%PDF-", UNREADABLE),
    (b"PK\x03\x04", UNREADABLE),  # ZIP, and so .docx and .xlsx
    (b"GIF8", UNREADABLE),
    (b"BM", UNREADABLE),
    (b"II*\0", UNREADABLE),  # TIFF
    (b"MM\0*", UNREADABLE),
)
_INNER_SIGNATURES = ((b"WEBP", PICTURE), (b"ftypheic", UNREADABLE), (b"ftypavif", UNREADABLE))
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
        if data.startswith(signature) and (signature != b"BM" or b"\0" in data[:32]):
            return kind
    inner = data[4:16]
    return next((kind for signature, kind in _INNER_SIGNATURES if signature in inner), TEXT)


def document_text(data: bytes) -> str:
    """Return the text of a file that is no picture, whatever it was saved as."""
    if kind_of(data) == OUTLOOK:
        return _outlook_text(data) or _decode(data)
    return _decode(data)


def _decode(data: bytes) -> str:
    """Return text in UTF-8 or UTF-16 by its mark, else UTF-8, else as Windows saves it here."""
    for mark, coding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(coding, "replace")
    if data.count(0) * 4 > len(data):  # UTF-16 without its mark
        data = data.replace(b"\0", b"")
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
    return "\n\n".join(part.strip() for part in parts if part.strip())[:LONGEST_TEXT]


def _outlook_parts(message: Message) -> Iterator[str]:
    yield _text(message.properties, _SUBJECT)
    yield _text(message.properties, _BODY) or message.html_body or ""
    yield _text(message.properties, _REPORT)
    for recipient in message.recipients:
        yield _text(recipient.properties, _REPLY)
    for attachment in message.attachments:
        if (attachment.mime_type or "").startswith(("text/", "message/")):
            yield _decode(attachment.file_bytes or b"")


def _text(properties: Properties, identifier: int) -> str:
    return properties.str_prop_value(identifier) or ""
