"""Take the facts that stand in a text; what stands nearest to the deciding answer comes first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..knowledge.wordings import wordings
from .fields import Field
from .normalise import Clean, fold
from .replies import Reply
from .shapes import (
    Found,
    before_address,
    find_address,
    find_host,
    find_mail_host,
    find_named_domain,
    find_named_host,
    find_port,
    find_recipients,
    find_sender,
    find_sending_domain,
    find_signature,
    find_speaker,
    loose_addresses,
    outlook_numbers,
)

BEFORE = 400
"""How many characters before an answer may tell who gave it, and about whom."""
AROUND = 4000
"""How many characters of a text are searched for what no field and no answer tells."""

_LOGIN_REASONS = ("authentication-failed", "authentication-required")
_SENDER_REASONS = ("sender-not-allowed",)
_DOMAIN_REASONS = ("relay-denied", "unknown-domain")
_ABOUT_SENDER = ("rate-limited", "unauthenticated-domain")
_NOT_THE_RECIPIENT = re.compile(r"(?:\bas|from|\bby|contact|mail|visit|write|at)[\s<:]{1,3}$")
_REFUSED = {"0x800CCC78": "sender_domain", "0x800CCC79": "recipient_domain"}
_STATUS = re.compile(r"[45]\.\d\.\d{1,3}")
_SHOWN = re.compile(r"[^\W\d_]+(?:/tls)?")

Facts = dict[str, Found]
Facet = tuple[str, Found | None]


def extract(
    cleaned: Clean, fields: list[Field], report: list[Field], reply: Reply | None, reason: str
) -> Facts:
    """Return the facts that the text states, by the contract's keys.

    :param reply: the answer that decided, if any
    :param reason: what it was found to mean: whose address it names depends on that
    """
    facts: Facts = {}
    for sources in _sources(cleaned, fields, report, reply, reason, facts):
        for key, found in sources:
            if found is not None:
                facts.setdefault(key, found)
    return facts


def _sources(
    cleaned: Clean,
    fields: list[Field],
    report: list[Field],
    reply: Reply | None,
    reason: str,
    facts: Facts,
) -> Iterator[Iterator[Facet]]:
    """Yield what each part of the text tells; the most trustworthy part comes first."""
    numbers = outlook_numbers(cleaned)
    number = str(numbers[0].value) if numbers else ""
    yield iter([("outlook_error", numbers[0] if numbers else None)])
    if reply:
        yield _codes(reply)
    yield _labelled(cleaned, fields, bool(numbers))
    if reply and not reply.returned:
        yield _told(cleaned, reply, reason)
    yield _reported(cleaned, report)
    if reply is None or reply.at > 8 or reply.end < len(cleaned.text) - 8:
        yield _around(cleaned, reply, _whose(reason, number), reason, bool(number), facts)


def _codes(reply: Reply) -> Iterator[Facet]:
    if reply.code is not None:
        yield "reply_code", Found(reply.code, reply.at, reply.at + 3)
    if reply.enhanced is not None:
        end = reply.enhanced_at + len(reply.enhanced)
        yield "enhanced_status", Found(reply.enhanced, reply.enhanced_at, end)


def _labelled(cleaned: Clean, fields: list[Field], outlook: bool) -> Iterator[Facet]:
    """Yield what stands in the fields of a dialog."""
    dialog = any(field.name in ("port", "security", "number", "code") for field in fields)
    for field in fields:
        value = cleaned.folded[field.start : field.end].strip(" \t'\"<>.")
        match field.name:
            case "server" if dialog:
                yield "server", find_host(cleaned, field.start, field.end)
            case "port" if 0 < int(_digits(value)) < 65536:
                yield "port", Found(int(_digits(value)), field.start, field.end)
            case "security":
                yield "security", _security(value, field)
            case "code":
                yield "reply_code", Found(int(_digits(value)), field.start, field.end)
            case "sender":
                yield "sender_domain", find_address(cleaned, field.start, field.start + 120)
            case "recipient" if field.start - field.label > len("to: "):
                yield "recipient_domain", find_address(cleaned, field.start, field.start + 120)
    for field in fields:
        if field.name == "account" and outlook:  # Outlook names an account after its server
            yield "server", find_host(cleaned, field.start, field.end)


def _digits(value: str) -> str:
    return re.match(r"\d*", value)[0] or "0"  # type: ignore[index]


def _security(value: str, field: Field) -> Found | None:
    word = _SHOWN.match(value)
    if value.startswith("starttls"):
        return Found("starttls", field.start, field.end)
    said = _shown_values().get(word[0]) if word else None
    return (said and Found({"yes": "tls", "no": "none"}[said], field.start, field.end)) or None


@cache
def _shown_values() -> dict[str, str]:
    return {fold(shown): said for shown, said in wordings().values.items()}


def _told(cleaned: Clean, reply: Reply, reason: str) -> Iterator[Facet]:
    """Yield whom the deciding answer names, and who gave it."""
    sender = find_sender(cleaned, (reply.at, reply.end))
    yield "sender_domain", sender
    if reason == "unauthenticated-domain":
        yield "sender_domain", find_sending_domain(cleaned, (reply.at, reply.end))
    address = find_address(cleaned, reply.start, reply.end)
    if address and not sender:
        if reason in _SENDER_REASONS:
            yield "sender_domain", address
        elif reason not in _LOGIN_REASONS and not _NOT_THE_RECIPIENT.search(
            before_address(cleaned, reply.at, reply.end)
        ):
            yield "recipient_domain", address
    if address is None and reason in _DOMAIN_REASONS:
        yield "recipient_domain", find_named_domain(cleaned, (reply.start, reply.end))
    start = max(0, reply.at - BEFORE)
    line = max(cleaned.text.rfind("\n", start, reply.at) + 1, start)
    areas = ((line, reply.end), (start, line)) if line > start else ((line, reply.end),)
    for area in areas:
        for recipient in find_recipients(cleaned, area, reach=24):
            yield "recipient_domain", recipient
        yield "sender_domain", find_sender(cleaned, area)
    for area in areas:
        yield "server", find_speaker(cleaned, area, last=True)
    yield "server", find_signature(cleaned, (reply.start, reply.end))


def _reported(cleaned: Clean, report: list[Field]) -> Iterator[Facet]:
    """Yield what stands in the fields of a delivery status notification (RFC 3464)."""
    for wanted in ("final-recipient", "x-failed-recipients", "original-recipient"):
        for field in report:
            if field.name == wanted:
                yield "recipient_domain", find_address(cleaned, field.start, field.end)
    for field in report:
        if field.name == "x-postfix-sender":
            yield "sender_domain", find_address(cleaned, field.start, field.end)
        elif field.name == "remote-mta":
            yield "server", find_named_host(cleaned, field.start, field.end)
        elif field.name == "status":
            status = _STATUS.match(cleaned.folded, field.start, field.end)
            if status and not status[0].endswith(".0.0"):
                yield "enhanced_status", Found(status[0], *status.span())


def _around(
    cleaned: Clean,
    reply: Reply | None,
    nameless: str | None,
    reason: str,
    dialog: bool,
    facts: Facts,
) -> Iterator[Facet]:
    """Yield what only the sentences around tell, where nothing better has told it.

    :param nameless: whose an address is that no word around it tells of
    """
    area = (0, min(len(cleaned.text), AROUND))
    if "port" not in facts:
        yield "port", find_port(cleaned, area, dialog)
    if "recipient_domain" not in facts or "sender_domain" not in facts:
        for recipient in reversed(list(find_recipients(cleaned, area, reach=40))):
            yield "recipient_domain", recipient
        yield "sender_domain", find_sender(cleaned, area)
        addresses = list(loose_addresses(cleaned, area))
        roles = {"to": "recipient_domain", "": nameless}
        if nameless == "sender_domain" or reason in _ABOUT_SENDER:
            roles["from"] = "sender_domain"
        for wanted, key in roles.items():
            for role, address in addresses:
                if role == wanted and key:
                    yield key, address
    if "server" not in facts:
        yield "server", find_speaker(cleaned, area, last=False)
        yield "server", find_mail_host(cleaned, area, reply.at if reply else area[1])


def _whose(reason: str, number: str) -> str | None:
    """Return whose an address is that nothing around it tells of."""
    if number in _REFUSED:
        return _REFUSED[number]
    if reason in _LOGIN_REASONS:
        return None
    return "sender_domain" if reason in _SENDER_REASONS else "recipient_domain"
