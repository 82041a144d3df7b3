"""Whether a site may embed a portal, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..portals.origin import read_origin


@dataclass(frozen=True)
class OriginCheck:
    """``reason``: ok, no-site, unlisted, scheme, port, or host (one that is listed is close).

    ``origin`` is what the browser compares, '' where nothing could be read; ``near`` the listed one
    that is close to it.
    """

    reason: str
    origin: str = ""
    near: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the site may embed the portal."""
        return self.reason == "ok"


def check_origin(given: str, listed: Sequence[str]) -> OriginCheck:
    """Tell whether a site may embed a portal, and if not, what is closest (RFC 6454 section 4)."""
    origin = read_origin(given)
    if not origin:
        return OriginCheck("no-site")
    if origin in listed:
        return OriginCheck("ok", origin)
    mine = urlsplit(origin)
    for near in listed:
        theirs = urlsplit(near)
        if theirs.hostname == mine.hostname:
            return OriginCheck("scheme" if theirs.scheme != mine.scheme else "port", origin, near)
    for near in listed:
        if _bare(urlsplit(near).hostname) == _bare(mine.hostname):
            return OriginCheck("host", origin, near)
    return OriginCheck("unlisted", origin)


def _bare(host: str | None) -> str:
    return (host or "").removeprefix("www.")
