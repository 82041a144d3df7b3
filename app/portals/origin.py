"""The origin of a site, as browsers send and compare it (RFC 6454 section 6.2)."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 300
"""Characters that are read of what somebody gives as the address of their site."""
_USUAL = {"http": 80, "https": 443}


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
        host.encode("idna")  # again: only now some signs are dots, and a label may be empty
    except (ValueError, UnicodeError):
        return ""
    plain = (host and all(c.isalnum() or c in "-." for c in host)) or ":" in host
    if parts.scheme not in _USUAL or not plain:
        return ""
    shown = f"[{host}]" if ":" in host else host
    own_port = "" if port in (None, _USUAL[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{shown}{own_port}"
