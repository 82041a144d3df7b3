"""Read a pasted error: its reason, whose server refused, and the facts it states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import exp

from ..knowledge.variables import BY_ITSELF
from ..knowledge.wordings import wordings
from .classify import Told, classifier
from .decision import NAMED_WEIGHT, UNSUPPORTED_WEIGHT, Decision
from .extract import BEFORE_REPLY, Facts, extract
from .normalise import clean

LARGEST = 256 * 1024
"""Bytes of UTF-8 that a paste may have."""
FACTS = (
    "reply_code",
    "enhanced_status",
    "server",
    "port",
    "security",
    "outlook_error",
    "recipient_domain",
    "sender_domain",
)
MIN_SHARE = 0.45
"""Least weight of an alternative, as a share of the best one's."""
MIN_WEIGHT = 1.5
"""Least weight of an alternative."""
OTHER, NONE = "other", "none"
OWN, RECIPIENTS, UNKNOWN = "own-server", "recipient-server", "unknown"
AFTER_REPLY = 60
"""Characters after a reply that may name its server."""
_OWN_REASONS = frozenset({"authentication-failed", "login-not-allowed", "account-blocked"})
"""What only one's own server says: nobody logs in at the recipient's."""
_UNHEARD = frozenset({"no-connection", "tls-failed", "unknown-domain"})
"""What one's own server finds out before another has said a word."""
_OWN_PORTS = (465, 587, 588, 2525, 2587)
_RELAYED = re.compile(r"\(in reply to |\[[0-9a-f.:]{3,39}\]\s{0,4}said|relay=[^,\s]{3,80},")
_LOCAL = re.compile(r"(?:host |relay=)(?:127\.0\.0\.1|localhost)\[")
_SESSION = re.compile(
    r"noqueue: reject|ruleset=check|rejected (?:rcpt|mail|after)|smtpd?\[\d+\]: reject"
    r"|\bsmtp[ -]?\w{0,12} ?\(-?\d{1,3}\)|\w smtp ?\(-?\d{1,3}\)"  # Roundcube: SMTP Error (550)
    r"|(?:>>>|<<<|[<~]-|-[>~]|\b[cs]:) {0,3}(?:ehlo|helo|mail from|auth |rcpt to|quit|data\b)"
    r"|(?:^|\n)[ \tcs:<>*~=-]{0,8}(?:ehlo|helo|mail from|auth (?:login|plain)|rcpt to|quit|data)\b"
)
_NAMES = (
    (re.compile(r"mx|inbound|mail-?in\b|aspmx"), RECIPIENTS),
    (re.compile(r"smtp|out|submi"), OWN),
)


@dataclass(frozen=True)
class Candidate:
    """Reason with its confidence, from 0 to 1."""

    reason: str
    confidence: float


@dataclass(frozen=True)
class Evidence:
    """Place of a finding: offsets in the pasted text, in characters.

    ``why``: ``reason``, ``refused_by`` or the name of a fact; ``words``: the decoded text there.
    """

    start: int
    end: int
    why: str
    words: str


@dataclass(frozen=True)
class Reading:
    """Reading of a pasted text.

    ``reason`` is ``unknown`` where a reply code is all that is said; ``alternatives`` are then what
    it means most often.  ``facts`` has the contract's keys: reply_code, enhanced_status, server,
    port, security, outlook_error, recipient_domain, sender_domain; None where it does not say.
    ``sends`` is ``device``, ``website`` or ``software`` where one of these sends the email,
    ``vendor_reply`` a reply of vendors.toml.  ``told`` are facts that somebody tells in words of
    their own.
    """

    reason: str
    confidence: float
    alternatives: tuple[Candidate, ...]
    refused_by: str
    facts: Mapping[str, str | int | None]
    evidence: tuple[Evidence, ...]
    sends: str | None = None
    vendor_reply: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)


class TooLong(ValueError):
    """The paste is larger than ``LARGEST``."""


def read(text: str) -> Reading:
    """Return the reading of a pasted text.

    :raise TooLong: the text has more than ``LARGEST`` bytes
    """
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        raise TooLong
    decision = Decision(clean(text))
    ranked = sorted(decision.scores.weights.items(), key=lambda pair: -pair[1])
    reason, weight = ranked[0] if ranked else (NONE, 0.0)
    needed = UNSUPPORTED_WEIGHT if decision.is_own_words else NAMED_WEIGHT
    if weight < needed:
        reason = OTHER if decision.is_error else NONE
    if decision.is_harmless:
        reason, ranked = NONE, []
    if reason == OTHER and decision.says_little:
        reason = UNKNOWN
    told = dict(decision.told)
    failure = told.pop("error", None)
    silent = failure is not None and failure[0] == "silent"
    own_words = reason == NONE and not decision.is_harmless and (decision.complains or silent)
    if own_words:
        reason = failure[0] if failure else UNKNOWN
    if reason == NONE and not (decision.is_dialog or decision.lists_settings):
        nothing = dict.fromkeys(FACTS)
        return Reading(NONE, 0.6 if ranked else 1.0, (), UNKNOWN, nothing, (), _sends(decision))
    facts = extract(decision, reason)
    vendor_reply = decision.scores.replies.get(reason)
    return Reading(
        reason,
        _confidence(ranked, reason),
        tuple(_alternatives(decision, ranked, reason)),
        _told_by(reason) if own_words else _refused_by(decision, reason, facts, vendor_reply),
        {key: facts[key].value if key in facts else None for key in FACTS},
        tuple(_evidence(decision, reason, facts, told)),
        None if decision.is_dialog else _sends(decision),
        vendor_reply,
        {fact: value for fact, (value, _, _) in told.items()},
    )


def _sends(decision: Decision) -> str | None:
    if product := classifier().product(decision.cleaned.folded):
        return product
    return next((kind for kind in BY_ITSELF if kind in decision.context), None)


def _alternatives(
    decision: Decision, ranked: list[tuple[str, float]], reason: str
) -> Iterator[Candidate]:
    if reason == UNKNOWN and decision.reply:
        meanings = wordings().meanings[decision.reply.code or 0]
        yield from (Candidate(meaning, round(1 / (1 + len(meanings)), 2)) for meaning in meanings)
        return
    best = ranked[0][1] if ranked else 0.0
    for other, weight in ranked[:3]:
        if other not in (reason, NONE) and weight >= max(MIN_SHARE * best, MIN_WEIGHT):
            yield Candidate(other, round(_confidence(ranked, reason) * weight / best, 2))


def _evidence(
    decision: Decision, reason: str, facts: Facts, told: Mapping[str, Told]
) -> Iterator[Evidence]:
    spans = [(start, end, "reason") for start, end in decision.scores.places.get(reason, [])]
    if not spans and (failure := decision.told.get("error")):
        spans.append((failure[1], failure[2], "reason"))
    spans += [(start, end, fact) for fact, (_, start, end) in told.items() if fact not in facts]
    spans += [(found.start, found.end, key) for key, found in facts.items()]
    for start, end, why in sorted(spans):
        words = decision.cleaned.text[start:end]
        yield Evidence(*decision.cleaned.span(start, end), why, words)


def _confidence(ranked: list[tuple[str, float]], reason: str) -> float:
    if reason in (OTHER, NONE, UNKNOWN):
        return 0.5
    if not ranked:
        return 0.5
    best = ranked[0][1]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return round((1 - exp(-best / 3.2)) * (1 - 0.4 * second / best), 2)


def _told_by(reason: str) -> str:
    """Return whose server refused where only somebody's own words tell of a failure."""
    return OWN if reason in _OWN_REASONS | _UNHEARD else UNKNOWN


def _refused_by(
    decision: Decision, reason: str, facts: Facts, vendor_reply: str | None = None
) -> str:
    """Return ``own-server``, ``recipient-server`` or ``unknown``: whose server refused.

    The same words ask for a login at one's own server, and mean the recipient's problem at theirs.
    """
    port = facts.get("port")
    if decision.is_dialog or (port and port.value in _OWN_PORTS):
        return OWN
    folded, reply = decision.cleaned.folded, decision.reply
    if reply and reply.at < 4 and reply.end > len(folded) - 4:
        return OWN if reason in _OWN_REASONS else UNKNOWN  # there is no context
    if vendor_reply:
        return wordings().replies[vendor_reply].refused_by
    start = max(0, (reply.at if reply else 0) - BEFORE_REPLY)
    near = classifier().context(folded, start, reply.start if reply else start + 1500)
    area = start, reply.end + AFTER_REPLY if reply else start + 1500
    if reason in _UNHEARD and (reply is None or reply.code is None):
        return OWN
    if _LOCAL.search(folded, *area):
        return OWN
    if "remote" in near or decision.report or _RELAYED.search(folded, *area):
        return RECIPIENTS
    server = str(facts["server"].value) if "server" in facts else ""
    if _SESSION.search(folded, *area) and _NAMES[0][0].match(server):
        return RECIPIENTS  # somebody tries the recipient's server by hand
    if reason in _OWN_REASONS or near & {"program", "client"} or _SESSION.search(folded, *area):
        return OWN
    if "bounce" in decision.context:
        return RECIPIENTS
    if decision.context & {"program", "client"}:
        return OWN
    return next((side for pattern, side in _NAMES if pattern.match(server)), UNKNOWN)
