"""May this site embed a portal?  The question that everybody who embeds asks first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 300
"""Characters that are read of what somebody gives as the address of their site."""
_USUAL = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Verdict:
    """``reason``: ok, no-site, unlisted, scheme, port, or host (one that is listed is close).

    ``origin`` is what the browser compares, '' where nothing could be read; ``near`` the listed one
    that is close to it.
    """

    reason: str
    origin: str = ""
    near: str = ""

    @property
    def may(self) -> bool:
        """Whether the site may embed the portal."""
        return self.reason == "ok"


def judge_origin(given: str, listed: Sequence[str]) -> Verdict:
    """Tell whether a site may embed a portal, and if not, what is closest (RFC 6454 section 4)."""
    origin = read_origin(given)
    if not origin:
        return Verdict("no-site")
    if origin in listed:
        return Verdict("ok", origin)
    mine = urlsplit(origin)
    for near in listed:
        theirs = urlsplit(near)
        if theirs.hostname == mine.hostname:
            return Verdict("scheme" if theirs.scheme != mine.scheme else "port", origin, near)
    for near in listed:
        if _bare(urlsplit(near).hostname) == _bare(mine.hostname):
            return Verdict("host", origin, near)
    return Verdict("unlisted", origin)


def read_origin(given: str) -> str:
    """Return the origin of an address that somebody pasted, '' when there is none in it.

    Without a scheme it is taken for https; the port that a scheme has anyway is left out, and names
    are in the form that browsers send (A-labels).
    """
    text = given.strip()[:LONGEST]
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    plain = (host and all(c.isalnum() or c in "-." for c in host)) or ":" in host
    if parts.scheme not in _USUAL or not plain:
        return ""
    shown = f"[{host}]" if ":" in host else host
    own_port = "" if port in (None, _USUAL[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{shown}{own_port}"


def _bare(host: str | None) -> str:
    return (host or "").removeprefix("www.")
