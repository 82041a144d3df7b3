"""Patterns that are the same in every language: addresses, hosts, ports, Outlook's numbers.

Every repeat is bounded, so that a search takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ..knowledge.wordings import wordings
from .normalise import CleanText, fold

Area = tuple[int, int]
HOST = r"((?:[a-z0-9_][a-z0-9_-]{0,62}\.){1,8}[a-z][a-z0-9-]{1,62})"
# Scripts in which words follow a name without a blank: adatum.com를.
_WIDE = (
    r"\u0e00-\u0eff\u1100-\u11ff\u1780-\u17ff"
    r"\u3040-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
)
_NARROW = rf"[^\W{_WIDE}]"
"""Letter or digit of any other script."""
_DOMAIN = (
    rf"((?:(?:(?:-|{_NARROW}){{1,63}}|[{_WIDE}]{{1,63}})\.){{1,8}}"
    rf"(?:[^\W\d_{_WIDE}](?:-|{_NARROW}){{0,62}}|[{_WIDE}]{{1,63}}))"
)
"""Name of a domain; no label of it mixes those scripts with others."""
_OPEN = r"[\"'<(\[]?"
_NAME = re.compile(_DOMAIN)
_NO_SERVER = re.compile(
    r"(?:error|exception|refused|disconnected)$|^(?:smtplib|mailkit|system|java)\.|\.prod\.outlook\.com$"
    r"|\.(?:php|js|ts|java|go|rb|cs)$|^[\w-]+\.(?:py|pl)$"
)
"""What looks like a server's name: a program's error or file, one of Microsoft's inner servers."""
NAMED_HOST = re.compile(HOST)
_ADDRESS = re.compile(rf"(?<![\w.+=-])[\w.+=/-]{{1,64}}@{_DOMAIN}")
_OUTLOOK = re.compile(r"800(?:ccc|4[0-9]|40)[0-9a-f]{2,3}(?![0-9a-f])")
_NUMBER = re.compile(r"(?:25|465|587|2525|26|588|2587)(?!\w|\.\d)")
_ENCRYPTED = re.compile(r"[,(/\t ]{1,3}(?:[^\W\d]{1,6} )?(starttls|ssl/tls|tls/ssl|tls|ssl)\b")
"""What stands behind a port that is named without a word for it: 587 STARTTLS."""
_ENCRYPTED_PORT = re.compile(
    r"\b(starttls|ssl/tls|tls/ssl|tls|ssl)[ \t]{0,2}[^\W\d]{0,12}[ \t]{0,2}$"
)
"""What stands before a port: SSL port 465."""
WITH_STARTTLS = re.compile(r"\b(starttls)\b")
_IMPLICIT_TLS = re.compile(r"\b(?:ssl|smtps)://|smtp_ssl\b|smtp\.ssl\.enable\W{1,3}true")
_STARTTLS = re.compile(
    r"(?:^|\n)[^\n]{0,90}[>:\]][ \t]{0,12}starttls[ \t]*(?:\n|$)|with starttls"
    r"|stream_socket_enable_crypto"
    r"|could not convert socket to tls|-usessl\b|started? tls\b"
)
_TLS_WORDS = ("tls", "ssl", "smtps", "crypto")
"""One of these is in what the two find: a fast test."""
_MAIL_HOST = re.compile(
    rf"(?<!{_NARROW})(?<![@./-])"
    r"((?:smtp|mail|mx|out|relay|mta|imap|send|post|mbox|email|asmtp|exch|poczta|correo|correio"
    r"|mbx|hub|antispam|ssl0)[\w-]{0,30}\."
    rf"(?:[\w-]{{1,63}}\.){{0,6}}[a-z][a-z0-9-]{{1,30}})(?!{_NARROW}|[@/])"
)
_LAST_WORD = re.compile(r"([^\W\d_]+)[\s:=,'\"<(\[]{0,5}$")
SENDING_DOMAIN = re.compile(rf"\b(?:from|for|of)(?: domain)?\s{{1,3}}{HOST}(?!{_NARROW}|@)")
"""The domain in a reply about SPF, DKIM or DMARC."""
NAMED_SENDING_DOMAIN = re.compile(
    rf"\b(?:(?:sending|sender'?s?|mail from|from|the|le|el|o)? ?(?:domain|domaine|dominio)|spf)"
    rf"[ \n]{{1,3}}[\[<'\"]?{HOST}"
)
"""The same, and in one about the limits of a domain: "Domain adatum.com has exceeded …"."""
_ANY_HOST = re.compile(rf"(?<!{_NARROW})(?<![@./\[-]){HOST}(?!{_NARROW}|[@/\]-])")
_TRAILING_HOST = re.compile(rf"(?:\[| - ){HOST}\]?[\s'\")]{{0,4}}$")
_GREETING_HOST = re.compile(rf"[45]\d\d[ -]<?{HOST}>?[ (]")
"""The server that names itself at the beginning of a refusal (RFC 5321 section 4.2)."""
_RECIPIENT = re.compile(
    r"rcpt to:|to=(?<![a-z]to=)|final-recipient|recipient\w{0,3}:?|rejected rcpt"
    r"|following (?:recipient|address)\w{0,2}[^\n]{0,40}[:\n]"
)
SENDER = re.compile(
    r"(?:mail from:|from=(?<!\wfrom=)|smtp_from[:=]|f=(?<!\wf=)|-(?:mail-)?from|from address"
    r"|sen[dt] (?:mail )?(?:as|from)|as sender|outgoing mail from|\bas|\btask|mail account:"
    r"|sender(?:'?s)?(?: e-?mail)?(?: address)?(?: rejected| was| is)?:?)"
    rf"\s{{0,3}}(?:\w{{1,20}}<|[<'\"])?[\w.+=-]{{1,64}}@{_DOMAIN}"
)
"""The domain of the address after a word for sender."""
REJECTED_SENDER = re.compile(rf"[\w.+=-]{{1,64}}@{_DOMAIN}>?[:. ]{{1,4}}sender address rejected")
RETURNED_SENDER = re.compile(rf"return-path:\s{{0,3}}<?[\w.+=-]{{1,64}}@{_DOMAIN}")
RETURNED_FROM = re.compile(rf"\nfrom:[^\n@]{{0,100}}?[\w.+=-]{{1,64}}@{_DOMAIN}")
"""The sender of the message that came back, in its copy."""
RETURNED_TO = re.compile(
    r"from:[^\n]{0,80}(?:mailer-daemon|mail delivery|postmaster)[^\n]{0,80}\n"
    r"(?:[^\n]{0,200}\n){0,4}?"
    rf"[^\n:]{{1,12}}: ?[^\n@]{{0,60}}?[\w.+=-]{{1,64}}@{_DOMAIN}"
)
"""Whom a returned message goes to: who sent it."""
REFUSED_SENDER = re.compile(rf"senderrefused[^\n]{{0,300}}?['\"][\w.+=-]{{1,64}}@{_DOMAIN}['\"]\)")
"""Python's smtplib.SMTPSenderRefused: the address comes last."""
# The host of a reply.  The words are a fast test: one of them must be in the text.
_REPLY_VERBS = ("said", "responded", "returned", "rejected", "refused", "replied")
_REPLYING_HOSTS = tuple(
    (words if isinstance(words, tuple) else (words,), re.compile(pattern))
    for words, pattern in (
        ("while talking", rf"while talking to\s{{1,4}}{HOST}"),
        ("by ", rf"\bby\s{{1,4}}{HOST}\.?\s{{1,4}}\["),
        (
            "host ",
            rf"\bhost\s{{1,4}}{HOST}\s{{0,4}}\[[^\]\n]{{1,60}}\](?::\d{{1,5}})?"
            r"\s{0,4}(?:said|:|refused)",
        ),
        ("host ", rf"\bhost\s{{1,4}}{HOST}\s{{0,4}}(?:said|:)"),
        ("h=", rf"\bh={HOST}\s"),
        ("relay=", rf"relay={HOST}[\[.,]"),
        (
            _REPLY_VERBS,
            rf"(?:the server|server|host|smtp|from|to)\s{{1,4}}{_OPEN}{HOST}[\"'>)\]]?"
            rf"\s{{0,4}}(?:{'|'.join(_REPLY_VERBS)})",
        ),
        ("said", rf"{HOST}\s{{0,2}}(?:\[[^\]\n]{{1,60}}\]\s{{0,2}})?said"),
        ("gave this error", rf"{HOST}\s{{0,2}}gave this error"),
        ("rejected your", rf"{HOST}\s{{0,2}}rejected your message"),
        ("responded", rf"(?<![\w.-])(?<!lookup of ){HOST}\s{{0,2}}responded"),
        ("server", rf"(?:the server|server \(smtp\)|smtp server)\s{{1,4}}{_OPEN}{HOST}"),
        (
            "connect",
            r"(?:connect(?:ed|ing)?|opening) to(?: smtp)?(?: server| host)?"
            rf"\s{{1,4}}{_OPEN}{HOST}",
        ),
        ("host ", rf"\bhost\s{{1,4}}{HOST}\s{{0,4}}\["),
        ("does not like", r"((?:\d{1,3}\.){3}\d{1,3}) does not like recipient"),
        ("://", rf"\b(?:ssl|tls|smtps?)://{HOST}(?::\d{{1,5}})?"),
        ("220", rf"\b220[ -]{HOST}\s"),
        ("(smtp) ", rf"\(smtp\) {_OPEN}{HOST}"),
        ("enotfound ", rf"enotfound {HOST}"),
        ("smtp", rf"smtps?://[^\s@/]{{1,80}}@{HOST}"),
    )
)


@dataclass(frozen=True)
class Found:
    """Value with its span in the cleaned text."""

    value: str | int
    start: int
    end: int


def find(pattern: re.Pattern[str], cleaned: CleanText, area: Area) -> Found | None:
    """Return the first match of a pattern with one group."""
    return _found(pattern.search(cleaned.folded, *area))


def find_sender(pattern: re.Pattern[str], cleaned: CleanText, area: Area) -> Found | None:
    """Return the same for a pattern with an address in it, which not every text has."""
    return find(pattern, cleaned, area) if cleaned.folded.find("@", *area) >= 0 else None


def outlook_numbers(cleaned: CleanText) -> list[Found]:
    """Return Outlook's error numbers, written as 0x800CCC79."""
    found: list[Found] = []
    for match in islice(_OUTLOOK.finditer(cleaned.folded), 20):
        start = match.start()
        if cleaned.folded[max(0, start - 2) : start] in ("0x", "ox"):
            start -= 2
        if len(match[0]) == 8 and not cleaned.folded[max(0, start - 1) : start].isalnum():
            found.append(Found("0x" + match[0].upper(), start, match.end()))
    return found


def find_host(cleaned: CleanText, start: int, end: int) -> Found | None:
    """Return the host name at a place, after quotes and brackets."""
    while start < end and cleaned.text[start] in " \t\n'\"<[(":
        start += 1
    name = _NAME.match(cleaned.text, start, min(start + 260, len(cleaned.text)))
    return Found(name[0].lower(), start, name.end()) if name else None


def find_port(cleaned: CleanText, area: Area, dialog: bool) -> Found | None:
    """Return the first mail port after a word for port or a host; in a dialog, after a colon."""
    for number in islice(_NUMBER.finditer(cleaned.folded, *area), 100):
        before = cleaned.folded[max(0, number.start() - 90) : number.start()]
        if (
            _port_name().search(before)
            or (dialog and before.rstrip(" \t").endswith(":"))
            or _ENCRYPTED.match(cleaned.folded, number.end())
        ):
            return Found(int(number[0]), *number.span())
    return None


@cache
def _port_name() -> re.Pattern[str]:
    labels = wordings().labels.items()
    names = "|".join(sorted(fold(label) for label, field in labels if field == "port"))
    return re.compile(
        rf"(?:\b(?:{names})[ \t]{{0,12}}[:=#]?[ \t]{{0,4}}|\]:|[a-z]:"
        r"|[\w-]\.[a-z]{2,10}['\"]?(?:[ \t]?[,/:][ \t]?| at )|(?:\d{1,3}\.){3}\d{1,3}:"
        r"|\btelnet [\w.-]{3,80} )$"
    )


def find_security(cleaned: CleanText, port: Found) -> Found | None:
    """Return the encryption that stands behind a port; on 587, TLS is mostly said of STARTTLS."""
    before = max(0, port.start - 40)
    word = _ENCRYPTED.match(cleaned.folded, port.end) or _ENCRYPTED_PORT.search(
        cleaned.folded, before, port.start
    )
    if word is None:
        return None
    implicit = word[1].startswith("ssl") or port.value == 465
    return Found("tls" if implicit else "starttls", *word.span(1))


def find_used_security(cleaned: CleanText, area: Area) -> Found | None:
    """Return the encryption that a session or a program's code uses."""
    if not any(word in cleaned.folded for word in _TLS_WORDS):
        return None
    for value, pattern in (("tls", _IMPLICIT_TLS), ("starttls", _STARTTLS)):
        if used := pattern.search(cleaned.folded, *area):
            return Found(value, *used.span())
    return None


def find_address(cleaned: CleanText, start: int, end: int) -> Found | None:
    """Return the domain of the first address between two places."""
    address = _ADDRESS.search(cleaned.text, start, min(end, len(cleaned.text)))
    if address is None:
        return None
    domain = address[1].lower() if not address[1].isascii() else fold(address[1])
    return Found(domain, address.start(1), address.end(1))


def before_address(cleaned: CleanText, start: int, end: int) -> str:
    """Return up to twelve folded characters before the first address."""
    address = _ADDRESS.search(cleaned.text, start, end)
    at = address.start() if address else start
    return cleaned.folded[max(start, at - 12) : at]


def find_recipients(cleaned: CleanText, area: Area, reach: int) -> Iterator[Found]:
    """Yield domains of recipients: addresses at most ``reach`` characters after such a word."""
    words = list(islice(_RECIPIENT.finditer(cleaned.folded, *area), 40))
    for word in words[::-1][:8]:
        end = min(word.end() + 100, len(cleaned.text))
        address = _ADDRESS.search(cleaned.text, word.end(), end)
        if address and address.start() - word.end() < reach:
            yield Found(address[1].lower(), address.start(1), address.end(1))


def find_mail_host(cleaned: CleanText, area: Area, before: int) -> Found | None:
    """Return the nearest host with a mail server's name before a place, or the first after."""
    hosts = _servers(_MAIL_HOST, cleaned, area)
    earlier = [host for host in hosts if host.end() <= before]
    return _found(earlier[-1] if earlier else hosts[0] if hosts else None)


def find_addresses(cleaned: CleanText, area: Area) -> Iterator[tuple[str, Found]]:
    """Yield the role ("to", "from" or "") by the word before, and the domain, of all addresses."""
    for address in islice(_ADDRESS.finditer(cleaned.text, *area), 12):
        before = _LAST_WORD.search(cleaned.folded[max(0, address.start() - 24) : address.start()])
        role = _roles().get(before[1], "") if before else ""
        yield role, Found(address[1].lower(), address.start(1), address.end(1))


@cache
def _roles() -> dict[str, str]:
    return {fold(word): role for word, role in wordings().roles.items()}


def find_named_domain(cleaned: CleanText, area: Area) -> Found | None:
    """Return the domain after a word such as "to", "for" or "domain"."""
    for host in islice(_ANY_HOST.finditer(cleaned.folded, *area), 6):
        before = _LAST_WORD.search(cleaned.folded[max(0, host.start() - 24) : host.start()])
        if before and _roles().get(before[1]) == "to":
            return _found(host)
    return None


def find_trailing_host(cleaned: CleanText, area: Area) -> Found | None:
    """Return the host in brackets at the end of a reply."""
    return next((_found(match) for match in _servers(_TRAILING_HOST, cleaned, area)), None)


def find_greeting_host(cleaned: CleanText, area: Area) -> Found | None:
    """Return the host with which a refusal begins."""
    named = _GREETING_HOST.match(cleaned.folded, *area)
    return None if named is None or _NO_SERVER.search(named[1]) else _found(named)


def find_replying_host(cleaned: CleanText, area: Area, last: bool) -> Found | None:
    """Return the first or last host that is named as the source of a reply."""
    stretch = cleaned.folded[area[0] : area[1]]
    if "." not in stretch:
        return None
    for words, pattern in _REPLYING_HOSTS:
        if any(word in stretch for word in words):
            hosts = _servers(pattern, cleaned, area)
            if hosts:
                return _found(hosts[-1 if last else 0])
    return None


def _servers(pattern: re.Pattern[str], cleaned: CleanText, area: Area) -> list[re.Match[str]]:
    found = islice(pattern.finditer(cleaned.folded, *area), 20)
    return [match for match in found if not _NO_SERVER.search(match[1])]


def _found(match: re.Match[str] | None) -> Found | None:
    return Found(match[1], match.start(1), match.end(1)) if match else None
