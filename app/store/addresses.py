"""Keep mail addresses out of what agents write down: only the domain of one stays."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(
    r"""
    (?: "[^"\n]{1,64}" | [^\s@＠﹫<>,;"]{1,64}? )     # RFC 5321 4.5.3.1.1: 64 octets at most
    (?: [@＠﹫]
      | (?: [ ]{0,2} [@＠﹫] [ ]{0,2} | %40 | [ ]? [\[({] \s? (?:at|a[ ]còng) \s? [\])}] [ ]? )
        (?= [\w-]+ (?: \. | [ ]? [\[(] (?:dot|chấm) ) ) )    # before what looks like a domain
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What stands before the domain of an address, however people write it, with the sign itself."""
_REST: Final = re.compile(r"(?<![^\s@<>,;])[^\s@<>,;]++(?=@)")
"""What is left of something longer than any address; tried once a word, so in linear time."""


def without_addresses(text: str) -> str:
    """Return a text in which ``lan@adatum.com`` has become ``@adatum.com``."""
    return _REST.sub("", _ADDRESS.sub("@", text))
