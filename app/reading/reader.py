"""Read a pasted error: its reason, whose server refused, and the facts it states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import exp

from ..knowledge.variables import BY_ITSELF
from ..knowledge.wordings import wordings
from .classify import Told
from .commands import Command
from .decision import NAMED_WEIGHT, UNSUPPORTED_WEIGHT, Decision
from .extract import Facts, extract
from .normalise import clean
from .refusal import UNKNOWN, refused_by, told_by

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
    their own.  ``command`` is what the output of a command shows.
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
    command: Command | None = None


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
    command = decision.output.command
    if reason == NONE and not (decision.is_dialog or decision.lists_settings or command):
        nothing = dict.fromkeys(FACTS)
        return Reading(NONE, _doubt(decision), (), UNKNOWN, nothing, (), _sends(decision))
    facts = extract(decision, reason)
    vendor_reply = decision.scores.replies.get(reason)
    return Reading(
        reason,
        _confidence(ranked, reason),
        tuple(_alternatives(decision, ranked, reason)),
        _whose(decision, reason, own_words, facts, vendor_reply),
        {key: facts[key].value if key in facts else None for key in FACTS},
        tuple(_evidence(decision, reason, facts, told)),
        None if decision.is_dialog or decision.is_lone_reply else _sends(decision),
        vendor_reply,
        {fact: value for fact, (value, _, _) in told.items()},
        command,
    )


def _sends(decision: Decision) -> str | None:
    if product := decision.surroundings.product:
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


def _whose(
    decision: Decision, reason: str, own_words: bool, facts: Facts, vendor_reply: str | None
) -> str:
    if reason == NONE:
        return UNKNOWN
    return told_by(reason) if own_words else refused_by(decision, reason, facts, vendor_reply)


def _doubt(decision: Decision) -> float:
    """Return how sure it is that a text tells of no error."""
    if decision.is_harmless:
        return 0.95
    if decision.replies or decision.scores.weights:
        return 0.6
    return 0.8 if decision.is_about_mail else 0.97


def _confidence(ranked: list[tuple[str, float]], reason: str) -> float:
    if reason in (OTHER, NONE, UNKNOWN):
        return 0.5
    if not ranked:
        return 0.5
    best = ranked[0][1]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return round((1 - exp(-best / 3.2)) * (1 - 0.4 * second / best), 2)
