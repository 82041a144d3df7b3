"""Forwarded (RFC 7239): who each proxy got a request from, read from the right.

Its left end may be the visitor's own and say anything, a lone quotation mark among it.  What stands
right of that was written by proxies, so reading backwards never meets it before it has to.
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
"""One element of the reversed header: a comma ends it unless it is quoted; behind an odd number of
backslashes, which stand in front here, a quotation mark is part of the text."""


def read_nodes(header: str) -> Iterator[str]:
    """Yield the address in each element, the last element's first, '' where none is told.

    :param header: several headers are joined with commas
    """
    turned = header[::-1]
    at = -1
    while at < len(turned):
        found = _BACKWARDS.match(turned, at + 1)
        assert found  # it matches nothing, too
        at = found.end()
        if at < len(turned) and turned[at] != ",":  # what is quoted begins nowhere
            yield ""
            return
        yield _address(found[0][::-1].strip(" \t"))


def _address(element: str) -> str:
    """Return the address that ``for`` tells; none is hidden, unknown, or told in a wrong form."""
    if not _ELEMENT.fullmatch(element):
        return ""
    pairs = [(name.lower(), plain or quoted) for name, plain, quoted in _PAIR.findall(element)]
    if max(Counter(name for name, _ in pairs).values()) > 1:  # section 4: at most once
        return ""
    value = dict(pairs).get("for", "")
    node = _NODE.fullmatch(re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value)
    return node[1] if node else ""
