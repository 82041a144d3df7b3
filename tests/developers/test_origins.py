"""May this site embed it?  The answer, and what is wrong when it is no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.developers.origins import Verdict, judge_origin
from app.portal.origin import read_origin

LISTED = ("https://www.proseware.com", "http://localhost:8001")


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("https://www.proseware.com", Verdict("ok", "https://www.proseware.com")),
        ("https://www.proseware.com/help/mail?x=1#y", Verdict("ok", "https://www.proseware.com")),
        ("  HTTPS://WWW.Proseware.com:443/ ", Verdict("ok", "https://www.proseware.com")),
        ("www.proseware.com", Verdict("ok", "https://www.proseware.com")),
        ("http://localhost:8001/", Verdict("ok", "http://localhost:8001")),
        ("http://www.proseware.com", Verdict("scheme", "http://www.proseware.com", LISTED[0])),
        ("https://www.proseware.com:4", Verdict("port", "https://www.proseware.com:4", LISTED[0])),
        ("https://proseware.com", Verdict("host", "https://proseware.com", LISTED[0])),
        ("http://localhost", Verdict("port", "http://localhost", LISTED[1])),
        ("https://evil.example", Verdict("unlisted", "https://evil.example")),
        ("www.proseware.com.evil.net", Verdict("unlisted", "https://www.proseware.com.evil.net")),
        ("http://[::1]:8000", Verdict("unlisted", "http://[::1]:8000")),
        ("ftp://www.proseware.com", Verdict("no-site")),
        ("https://", Verdict("no-site")),
        ("https://a b", Verdict("no-site")),
        ("https://a:99999", Verdict("no-site")),
        ("javascript:alert(1)", Verdict("no-site")),
    ],
)  # fmt: skip
def test_verdict(given: str, verdict: Verdict) -> None:
    assert judge_origin(given, LISTED) == verdict


def test_a_name_in_unicode_is_what_browsers_send() -> None:
    origin = read_origin("https://hỗtrợ.vn/x")
    assert origin.startswith("https://xn--")
    assert judge_origin("https://hỗtrợ.vn", [origin]).may


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    origin = read_origin(text)
    assert not origin or read_origin(origin) == origin
