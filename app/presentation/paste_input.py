"""What people paste or send as a file: how much of it, and which facts it states.

Nothing of it may outlive the request: not in a URL, a log, a cache or a temporary file.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from flask import Request

from ..diagnosis import CODES, OF_REPLY, Facts, read_facts
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from ..reading import Reading, read
from ..web.links import NOTHING

LARGEST_BODY = 1024 * 1024
"""Bytes of a request that may hold a paste: more than is read, so that a page can tell."""
LARGEST_UPLOAD = 4 * 1024 * 1024
"""Bytes of a request that may hold a saved email or a picture as well."""
LONGEST_SHOWN = 20_000
"""Characters of a text that is too long which are shown again."""
THEIRS = "recipient-server"
OUTLOOK, OUTLOOK_NUMBERS = "outlook-classic", "0x800CCC"
"""The app that shows numbers such as 0x800CCC79 (the errors of CDO, which no other app has)."""
OUTGOING = ("server", "port", "security")
"""Facts about the server that refused: the outgoing one's, unless the recipient's refused."""
STATED = (*OUTGOING, "recipient_domain", "sender_domain", *CODES)
"""The facts of the wizard that a paste may state, the reason and who refused apart."""


class MemoryRequest(Request):
    """A request whose uploads stay in memory, whatever their size: a disk forgets nothing."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


def take_paste(request: Request, largest: int = LARGEST_BODY) -> None:
    """Let this one request be as large as a paste; to be called before its body is read.

    :param largest: bytes of the whole request, files included
    """
    request.max_content_length, request.max_form_memory_size = largest, LARGEST_BODY


def stated_facts(reading: Reading) -> Facts:
    """Return what a reading states, as facts; what the diagnosis would not take is left out."""
    values = {key: reading.facts.get(key) for key in STATED}
    values |= {"error": reading.reason, "vendor_reply": reading.vendor_reply}
    _, vendor_reply = knowledge().find_reply(reading.vendor_reply)
    if reading.refused_by != UNKNOWN:
        values["refused_by"] = reading.refused_by
    elif vendor_reply:
        values["refused_by"] = vendor_reply.refused_by
    if reading.command and reading.command.open_port:
        values["open_port"] = reading.command.open_port
    if tries_ports(reading):  # what a test tries is not what an app is set to
        values |= dict.fromkeys(OUTGOING)
    if reading.refused_by == THEIRS:
        values |= dict.fromkeys(OUTGOING)
    if str(reading.facts.get("outlook_error")).startswith(OUTLOOK_NUMBERS):
        values["program"] = OUTLOOK
    elif reading.sends:
        values["program"] = reading.sends
    if reading.reason == UNKNOWN and not reading.facts.get("reply_code"):
        del values["error"]  # words of their own that tell no reason: the person is asked
    return read_facts({**reading.told, **{k: v for k, v in values.items() if v is not None}})[0]


def tries_ports(reading: Reading) -> bool:
    """Tell whether a text is of a test that tries one port after the other."""
    return reading.command is not None and len(reading.command.ports) > 1


def fails_encrypted(reading: Reading) -> bool:
    """Tell whether a test has failed for want of the right encryption, on every port it reached."""
    outcomes = {test.outcome for test in (reading.command.ports if reading.command else ())}
    return "encryption" in outcomes and "works" not in outcomes


def recall(facts: Facts) -> Reading | None:
    """Return the reading of a paste that is gone, as far as the facts tell; None for no error."""
    if facts.error == UNKNOWN and facts.reply_code:
        return read(str(facts.reply_code))
    if not facts.known("error"):
        return None
    told = {key: getattr(facts, key) for key in STATED}
    refused_by = facts.known("refused_by") or UNKNOWN
    return Reading(str(facts.error), 1.0, (), refused_by, told, (), vendor_reply=facts.vendor_reply)


def merge_reading(reading: Reading, known: Facts = NOTHING) -> Facts:
    """Return what is known once a paste has been read: what it states goes before the rest."""
    stated = stated_facts(reading)
    values = {key: getattr(stated, key) for key, _ in stated.pairs}
    if known.known("program"):  # an app that was chosen is closer than one that was guessed
        values.pop("program", None)
    if tries_ports(reading) and known.error:  # a test of ours tells about the same error
        values.pop("error", None)
        values.pop("refused_by", None)
        if fails_encrypted(reading):
            values["error"] = "tls-failed"
    if reading.reason == UNKNOWN and known.error:  # a code alone says less than any answer
        values.pop("error", None)
    # What is known of a reply belongs to it: nothing of an earlier one stays.
    return known.but(**dict.fromkeys(OF_REPLY) | values)
