"""Tokens that browsers keep: here stands a digest of each, so the database lets nobody in."""

from __future__ import annotations

import hashlib


def digest(token: str) -> str:
    """Return what is kept of a token, which nobody can guess: 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
