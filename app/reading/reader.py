"""Read a pasted error: its reason, whose server refused, and the facts it states."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from .decision import NAMED_WEIGHT, Decision
from .direction import UNKNOWN, refused_by
from .extract import Facts, extract
from .model import NONE, OTHER, Candidate, Evidence, Reading
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
    if weight < NAMED_WEIGHT:
        reason = OTHER if decision.is_error else NONE
    if reason == NONE and not decision.is_dialog:
        return Reading(NONE, 0.6 if ranked else 1.0, (), UNKNOWN, dict.fromkeys(FACTS), ())
    facts = extract(decision.cleaned, decision.fields, decision.report, decision.reply, reason)
    return Reading(
        reason,
        _confidence(ranked, reason),
        tuple(_alternatives(ranked, reason)),
        refused_by(decision, reason, facts),
        {key: facts[key].value if key in facts else None for key in FACTS},
        tuple(_evidence(decision, reason, facts)),
    )


def _alternatives(ranked: list[tuple[str, float]], reason: str) -> Iterator[Candidate]:
    best = ranked[0][1] if ranked else 0.0
    for other, weight in ranked[:3]:
        if other not in (reason, NONE) and weight >= max(MIN_SHARE * best, MIN_WEIGHT):
            yield Candidate(other, round(_confidence(ranked, reason) * weight / best, 2))


def _evidence(decision: Decision, reason: str, facts: Facts) -> Iterator[Evidence]:
    spans = [(start, end, "reason") for start, end in decision.scores.places.get(reason, [])]
    spans += [(found.start, found.end, key) for key, found in facts.items()]
    for start, end, why in sorted(spans):
        words = decision.cleaned.text[start:end]
        yield Evidence(*decision.cleaned.span(start, end), why, words)


def _sureness(weight: float) -> float:
    return 1 - exp(-weight / 3.2)


def _confidence(ranked: list[tuple[str, float]], reason: str) -> float:
    if reason in (OTHER, NONE):
        return 0.5
    best = ranked[0][1]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return round(_sureness(best) * (1 - 0.4 * second / best), 2)
