"""What the reader returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OTHER = "other"
NONE = "none"


@dataclass(frozen=True)
class Candidate:
    """A reason and how sure the reader is of it, from 0 to 1."""

    reason: str
    confidence: float


@dataclass(frozen=True)
class Evidence:
    """Where something was read: offsets in the pasted text, in characters.

    ``why`` is ``reason``, ``refused_by`` or the name of a fact; ``words`` is what stands there
    once the paste is decoded.
    """

    start: int
    end: int
    why: str
    words: str


@dataclass(frozen=True)
class Reading:
    """What a pasted text says.

    ``facts`` has the contract's keys: reply_code, enhanced_status, server, port, security,
    outlook_error, recipient_domain, sender_domain; None where the text does not say.
    """

    reason: str
    confidence: float
    alternatives: tuple[Candidate, ...]
    refused_by: str
    facts: Mapping[str, str | int | None]
    evidence: tuple[Evidence, ...]
