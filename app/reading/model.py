"""Result of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OTHER = "other"
NONE = "none"


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

    ``facts`` has the contract's keys: reply_code, enhanced_status, server, port, security,
    outlook_error, recipient_domain, sender_domain; None where the text does not say.
    """

    reason: str
    confidence: float
    alternatives: tuple[Candidate, ...]
    refused_by: str
    facts: Mapping[str, str | int | None]
    evidence: tuple[Evidence, ...]
