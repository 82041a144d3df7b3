"""Read a pasted error: what happened, who said it, which facts it states."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from .decision import ENOUGH, Decision
from .direction import UNKNOWN, refused_by
from .extract import Facts, extract
from .model import NONE, OTHER, Candidate, Evidence, Reading
from .normalise import clean

LARGEST = 256 * 1024
"""How many bytes of UTF-8 a paste may have."""
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
CLOSE = 0.45
"""A candidate is worth naming from this share of the best one's weight on."""
HINT = 1.5
"""A candidate of less weight is not worth naming."""


class TooLong(ValueError):
    """The paste is larger than ``LARGEST``."""


def read(text: str) -> Reading:
    """Return what a pasted text says.

    :raise TooLong: the text has more than ``LARGEST`` bytes
    """
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        raise TooLong
    decision = Decision(clean(text))
    ranked = sorted(decision.verdict.weights.items(), key=lambda pair: -pair[1])
    reason, weight = ranked[0] if ranked else (NONE, 0.0)
    if weight < ENOUGH:
        reason = OTHER if decision.tells_of_an_error else NONE
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
        if other not in (reason, NONE) and weight >= max(CLOSE * best, HINT):
            yield Candidate(other, round(_confidence(ranked, reason) * weight / best, 2))


def _evidence(decision: Decision, reason: str, facts: Facts) -> Iterator[Evidence]:
    spans = [(start, end, "reason") for start, end in decision.verdict.places.get(reason, [])]
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
