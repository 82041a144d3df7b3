"""Find header fields and the copy of a returned message, which say nothing of an error."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MAX_HEADERS = 2000

_ORIGINAL = re.compile(
    r"\n(?:[ \t]*-{2,}[^\n]{0,20}(?:below this line is a copy|this is a copy of|original message"
    r"|copy of (?:your|the) message"
    r"|returned message|unsent message|message header follows|returned mail)"
    r"|content-type:[ \t]*(?:message/rfc822|text/rfc822)"
    r"|original message headers:|the original message headers)"
)
_HEADER = re.compile(
    r"^(?:received|return-path|from|to|cc|bcc|subject|date|message-id|mime-version|reply-to"
    r"|sender|references|in-reply-to"
    r"|delivered-to|errors-to|precedence|auto-submitted|user-agent|importance|thread-[a-z]+|list-[a-z-]+|content-[a-z-]+"
    r"|arc-[a-z-]+|dkim-[a-z]+|domainkey-[a-z]+|authentication-results|received-spf"
    r"|x-(?!failed|actual|postfix-sender)[a-z0-9-]+)[ \t]{0,4}:"
    r"[^\n]*(?:\n[ \t]+[^\s][^\n]*)*",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Layout:
    """Parts of a text that do not describe an error.

    ``headers``: spans of message header fields; ``returned``: start of the returned message.
    """

    headers: tuple[tuple[int, int], ...]
    returned: int

    def in_header(self, place: int) -> bool:
        """Return whether a place is within a header field."""
        index = bisect_right(self.headers, (place, place)) - 1
        return index >= 0 and place < self.headers[index][1]

    def running_text(self, limit: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of running text before a limit."""
        start, limit = 0, min(limit, self.returned)
        for first, last in self.headers:
            if first >= limit:
                break
            if first > start:
                yield start, first
            start = last
        if start < limit:
            yield start, limit


def find_layout(folded: str) -> Layout:
    """Return the layout of a folded text."""
    if "\n" not in folded:
        return Layout((), len(folded))
    original = _ORIGINAL.search(folded)
    returned = original.start() if original else len(folded)
    headers = (match.span() for match in islice(_HEADER.finditer(folded), MAX_HEADERS))
    return Layout(tuple(headers), returned)
