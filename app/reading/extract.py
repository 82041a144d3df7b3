"""Extract the facts that a text states; those nearest to the deciding reply come first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..knowledge.wordings import wordings
from .commands import CommandOutput
from .decision import Decision
from .layout import Field
from .normalise import CleanText, fold
from .replies import Reply
from .shapes import (
    NAMED_HOST,
    NAMED_SENDING_DOMAIN,
    REFUSED_SENDER,
    REJECTED_SENDER,
    RETURNED_FROM,
    RETURNED_SENDER,
    RETURNED_TO,
    SENDER,
    SENDING_DOMAIN,
    WITH_STARTTLS,
    Found,
    before_address,
    find,
    find_address,
    find_addresses,
    find_greeting_host,
    find_host,
    find_mail_host,
    find_named_domain,
    find_port,
    find_recipients,
    find_replying_host,
    find_security,
    find_sender,
    find_trailing_host,
    find_used_security,
)

BEFORE_REPLY = 400
"""Characters before a reply that may name its server and the addresses."""
RETURNED_REACH = 12_000
"""Characters of a text in which the copy of a returned message begins."""
SURROUNDINGS = 4000
"""Characters of a text searched for facts that no field and no reply states."""

_LOGIN_REASONS = ("authentication-failed", "authentication-required")
_SENDER_REASONS = ("sender-not-allowed",)
_DOMAIN_REASONS = ("relay-denied", "unknown-domain")
_ABOUT_SENDER = ("rate-limited", "unauthenticated-domain")
_NOT_THE_RECIPIENT = re.compile(r"(?:\bas|from|\bby|contact|mail|visit|write|at)[\s<:]{1,3}$")
_OUTLOOK_ROLES = {"0x800CCC78": "sender_domain", "0x800CCC79": "recipient_domain"}
_NO_VALUE = re.compile(r"no (?:alternative|peer|certificate)\b")
"""What begins like the value of "SSL:", and is an error: "SSL: no alternative certificate …"."""
_STATUS = re.compile(r"[45]\.\d\.\d{1,3}")
_SECURITY_WORD = re.compile(r"[^\W\d_]+(?:/tls)?")

Facts = dict[str, Found]
Item = tuple[str, Found | None]


def extract(decision: Decision, reason: str) -> Facts:
    """Return the facts that the text states, by the keys of the API.

    :param reason: that of the text, on which the role of an address depends
    """
    facts: Facts = {}
    for key, found in _items(decision, reason, facts):
        if found is not None:
            facts.setdefault(key, found)
    return facts


def _items(decision: Decision, reason: str, facts: Facts) -> Iterator[Item]:
    """Yield what each part of the text states, the most reliable part first."""
    cleaned, reply = decision.cleaned, decision.reply
    for number in decision.numbers[:1]:
        yield "outlook_error", number
    if reply:
        yield from _from_codes(reply)
    if decision.output.command:
        yield from _from_output(decision.output)
    yield from _from_dialog(cleaned, decision.fields, bool(decision.numbers))
    if reply and not reply.returned:
        yield from _from_reply(cleaned, reply, reason)
    yield from _from_report(cleaned, decision.report)
    if reply is None or reply.at > 8 or reply.end < len(cleaned.text) - 8:
        yield from _from_surroundings(decision, reason, facts)


def _from_output(output: CommandOutput) -> Iterator[Item]:
    """Yield what the output of a command shows."""
    yield "server", output.server
    yield "port", output.port
    yield "security", output.security
    yield "recipient_domain", output.domain


def _from_codes(reply: Reply) -> Iterator[Item]:
    if reply.code is not None:
        yield "reply_code", Found(reply.code, reply.at, reply.at + 3)
    if reply.enhanced is not None:
        end = reply.enhanced_at + len(reply.enhanced)
        yield "enhanced_status", Found(reply.enhanced, reply.enhanced_at, end)


def _from_dialog(cleaned: CleanText, fields: list[Field], outlook: bool) -> Iterator[Item]:
    """Yield the fields of a dialog."""
    ports = {
        int(_digits(cleaned.folded[field.start : field.end].strip(" \t'\"<>.")))
        for field in fields
        if field.name == "port"
    }
    dialog = any(field.name in ("port", "security", "number", "code") for field in fields)
    for field in fields:
        value = cleaned.folded[field.start : field.end].strip(" \t'\"<>.")
        match field.name:
            case "server" if dialog:
                yield "server", find_host(cleaned, field.start, field.end)
            case "port" if 0 < int(_digits(value)) < 65536:
                yield "port", Found(int(_digits(value)), field.start, field.end)
            case "security":
                yield "security", _security(value, field, ports)
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


def _security(value: str, field: Field, ports: set[int]) -> Found | None:
    """Return the encryption that a field states; TLS on another port than 465 is STARTTLS."""
    word = _SECURITY_WORD.match(value)
    if _NO_VALUE.match(value):
        return None
    if value.startswith("starttls") or (word and word[0] == "tls" and ports and 465 not in ports):
        return Found("starttls", field.start, field.end)
    said = _security_values().get(word[0]) if word else None
    return (said and Found({"yes": "tls", "no": "none"}[said], field.start, field.end)) or None


@cache
def _security_values() -> dict[str, str]:
    return {fold(shown): said for shown, said in wordings().values.items()}


def _from_reply(cleaned: CleanText, reply: Reply, reason: str) -> Iterator[Item]:
    """Yield the addresses in the deciding reply, and its server."""
    within = reply.at, reply.end
    sender = find_sender(SENDER, cleaned, within) or find_sender(REJECTED_SENDER, cleaned, within)
    yield "sender_domain", sender
    if reason in _ABOUT_SENDER:
        yield "sender_domain", find(NAMED_SENDING_DOMAIN, cleaned, within)
    if reason == "unauthenticated-domain":
        yield "sender_domain", find(SENDING_DOMAIN, cleaned, within)
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
    start = max(0, reply.at - BEFORE_REPLY)
    line = max(cleaned.text.rfind("\n", start, reply.at) + 1, start)
    areas = ((line, reply.end), (start, line)) if line > start else ((line, reply.end),)
    for area in areas:
        for recipient in find_recipients(cleaned, area, reach=24):
            yield "recipient_domain", recipient
        yield "sender_domain", find_sender(SENDER, cleaned, area)
    for area in areas:
        yield "server", find_replying_host(cleaned, area, last=True)
    yield "server", find_trailing_host(cleaned, (reply.start, reply.end))
    yield "server", find_greeting_host(cleaned, within)


def _from_report(cleaned: CleanText, report: list[Field]) -> Iterator[Item]:
    """Yield the fields of a delivery status notification (RFC 3464)."""
    for wanted in ("final-recipient", "x-failed-recipients", "original-recipient"):
        for field in report:
            if field.name == wanted:
                yield "recipient_domain", find_address(cleaned, field.start, field.end)
    for field in report:
        if field.name == "x-postfix-sender":
            yield "sender_domain", find_address(cleaned, field.start, field.end)
        elif field.name == "remote-mta":
            yield "server", find(NAMED_HOST, cleaned, (field.start, field.end))
        elif field.name == "status":
            status = _STATUS.match(cleaned.folded, field.start, field.end)
            if status and not status[0].endswith(".0.0"):
                yield "enhanced_status", Found(status[0], *status.span())


def _from_surroundings(decision: Decision, reason: str, facts: Facts) -> Iterator[Item]:
    """Yield what the rest of the text states about facts still missing."""
    cleaned, reply, numbers = decision.cleaned, decision.reply, decision.numbers
    area = (0, min(len(cleaned.text), SURROUNDINGS))
    if "port" not in facts:
        port = find_port(cleaned, area, bool(numbers))
        yield "port", port
        yield "security", port and find_security(cleaned, port)
    if "sender_domain" not in facts:
        whole = (0, min(len(cleaned.text), RETURNED_REACH))
        yield "sender_domain", find_sender(RETURNED_SENDER, cleaned, whole)
        copy = (min(decision.layout.returned, RETURNED_REACH), RETURNED_REACH)
        yield "sender_domain", find_sender(RETURNED_FROM, cleaned, copy)
        yield "sender_domain", find_sender(RETURNED_TO, cleaned, area)
    yield "security", find_used_security(cleaned, area)
    if reason == "tls-failed":
        yield "security", find(WITH_STARTTLS, cleaned, area)
    if "recipient_domain" not in facts or "sender_domain" not in facts:
        for recipient in reversed(list(find_recipients(cleaned, area, reach=40))):
            yield "recipient_domain", recipient
        yield "sender_domain", find_sender(SENDER, cleaned, area)
        yield "sender_domain", find_sender(REFUSED_SENDER, cleaned, area)
        if reason in _ABOUT_SENDER:
            yield "sender_domain", find(NAMED_SENDING_DOMAIN, cleaned, area)
        addresses = list(find_addresses(cleaned, area))
        bare_role = _role_of_bare_address(reason, numbers)
        roles = {"to": "recipient_domain", "from": "sender_domain", "": bare_role}
        for wanted, key in roles.items():
            for role, address in addresses:
                if role == wanted and key:
                    yield key, address
    if "server" not in facts:
        yield "server", find_replying_host(cleaned, area, last=False)
        yield "server", find_mail_host(cleaned, area, reply.at if reply else area[1])


def _role_of_bare_address(reason: str, numbers: list[Found]) -> str | None:
    """Return the fact that an address without a word about its role belongs to."""
    number = str(numbers[0].value) if numbers else ""
    if number in _OUTLOOK_ROLES:
        return _OUTLOOK_ROLES[number]
    if reason in _LOGIN_REASONS:
        return None
    return "sender_domain" if reason in _SENDER_REASONS else "recipient_domain"
