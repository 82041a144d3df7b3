"""Parse the Forwarded header (RFC 7239) from the right.

Its left part may be forged and malformed, a lone quotation mark for instance.  The right part was
written by trusted proxies, and reading backwards yields it before any malformed part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_PAIR: Final = re.compile(rf"({_TOKEN})=(?:({_TOKEN})|({_QUOTED}))")
_ELEMENT: Final = re.compile(
    rf"{_TOKEN}=(?:{_TOKEN}|{_QUOTED})(?:;{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))*+"
)
_NODE: Final = re.compile(r"([0-9.]++|\[[0-9A-Fa-f:.]++\])(?::(?:[0-9]{1,5}|_[0-9A-Za-z._-]+))?")
_BACKWARDS: Final = re.compile(r'(?:[^",]|"(?:[^"]|"(?=\\(?:\\\\)*+(?!\\)))*+")*+')
"""One element of the reversed header: a comma ends it unless quoted; a quotation mark after an odd
number of backslashes (here: before them) is part of the text."""


def read_nodes(header: str) -> Iterator[str]:
    """Yield the address in each element, from the last to the first, '' where there is none.

    :param header: several headers are joined with commas
    """
    backwards = header[::-1]
    at = -1
    while at < len(backwards):
        found = _BACKWARDS.match(backwards, at + 1)
        assert found  # the pattern matches the empty string
        at = found.end()
        if at < len(backwards) and backwards[at] != ",":  # an unbalanced quotation mark
            yield ""
            return
        yield _address(found[0][::-1].strip(" \t"))


def _address(element: str) -> str:
    """Return the address in ``for``; '' if it is obfuscated, unknown or malformed."""
    if not _ELEMENT.fullmatch(element):
        return ""
    pairs = [(name.lower(), plain or quoted) for name, plain, quoted in _PAIR.findall(element)]
    if max(Counter(name for name, _ in pairs).values()) > 1:  # section 4: at most once
        return ""
    value = dict(pairs).get("for", "")
    node = _NODE.fullmatch(re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value)
    return node[1] if node else ""
