"""Whatever a domain publishes is read as settings that a link can carry, or as nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis.found import HOW, NotFound, read_found
from app.discovery.published import Found, Unusable, read_autoconfig, read_pacc, read_srv
from app.knowledge import Incoming, Outgoing

DAY = date(2026, 11, 30)
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
PORTS = st.integers(1, 65535)
SECURITY = st.sampled_from(("tls", "starttls"))
FOUND = st.builds(
    Found,
    domain=st.just("fabrikam.vn"),
    how=st.sampled_from(HOW),
    by=HOSTS,
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    sign_in=st.sampled_from(("password", "oauth-only", "unknown")),
    user=st.sampled_from(("address", "local-part", "unknown")),
    outgoing=st.lists(st.builds(Outgoing, HOSTS, PORTS, SECURITY), min_size=1, max_size=2).map(
        tuple
    ),
    incoming=st.lists(
        st.builds(Incoming, st.sampled_from(("imap", "pop3")), HOSTS, PORTS, SECURITY), max_size=1
    ).map(tuple),
    seal=st.just("x" * 43),
)


def carried(found: Found) -> None:
    """Fail unless a link can carry what was found."""
    sealed = Found(**{**vars(found), "seal": "x" * 43})
    assert read_found(found.domain, str(sealed)) == found


@given(FOUND)
def test_what_was_found_is_read_back(found: Found) -> None:
    try:
        assert read_found("fabrikam.vn", str(found)) == found
    except NotFound:
        assert len(str(found)) > 600


@given(st.text(max_size=80))
def test_any_text_is_found_or_not(text: str) -> None:
    for given_text in (text, f"srv~{text}", f"srv~a.vn~20261130~password~{text}~x"):
        try:
            found = read_found("fabrikam.vn", given_text)
        except NotFound:
            continue
        assert str(found) == given_text


RECORDS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(-9, 0), HOSTS | st.just(""), st.integers(0, 65535)),
    max_size=4,
)


@given(RECORDS, RECORDS, RECORDS)
def test_any_srv_records(implicit, starttls, imaps) -> None:  # type: ignore[no-untyped-def]
    with suppress(Unusable):
        carried(read_srv("fabrikam.vn", DAY, implicit, starttls, imaps))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | HOSTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("smtp", "imap", "host", "x")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON)
def test_any_document_of_pacc(protocols: object, authentication: object) -> None:
    document = {"protocols": protocols, "authentication": authentication}
    content = json.dumps(document).encode()
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    with suppress(Unusable):
        carried(read_pacc(content, [f"v=UAAC1; a=sha256; d={digest}"], "fabrikam.vn", DAY))


@given(st.binary(max_size=200))
def test_any_bytes_are_no_settings(content: bytes) -> None:
    for read in (
        lambda: read_autoconfig(content, "fabrikam.vn", "autoconfig", "fabrikam.vn", DAY),
        lambda: read_pacc(content, ["v=UAAC1"], "fabrikam.vn", DAY),
    ):
        try:
            read()
        except Unusable:
            continue
        raise AssertionError(content)


def test_a_name_that_is_too_long_for_a_link_is_no_setting() -> None:
    long = ".".join(["a" * 60] * 4)
    servers = [(0, 0, f"smtp{n}.{long}", 465) for n in range(2)]
    with pytest.raises(Unusable):
        read_srv(long, DAY, servers, (), [(0, 0, f"imap.{long}", 993)])
