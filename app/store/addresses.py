"""Keep mail addresses out of what agents write down: only the domain of one stays."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s@＠<>()\[\],;:\"']{1,64}+[@＠]")
"""The part of an address before its domain (RFC 5321 4.5.3.1.1: 64 octets at most)."""


def without_addresses(text: str) -> str:
    """Return a text in which ``lan@adatum.com`` has become ``@adatum.com``."""
    return _ADDRESS.sub("@", text)
