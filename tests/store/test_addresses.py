"""Of a mail address in a note only the domain stays, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.addresses import without_addresses

LOCAL = st.text("abcxyzôđ0189.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)


@pytest.mark.parametrize(
    ("said", "kept"),
    [("call lan@adatum.com at 5", "call @adatum.com at 5"), ("no address", "no address"),
     ("<kim.tran+x@mail.adatum.com>,pat@x.vn", "<@mail.adatum.com>,@x.vn"),
     ("ngân@thư.vn", "@thư.vn"), ("lan＠adatum.com", "@adatum.com"),
     ("lan﹫adatum.com", "@adatum.com"), ('"lan le"@adatum.com', "@adatum.com"),
     ("lan @ adatum.com", "@adatum.com"), ("lan(x)@adatum.com", "@adatum.com"),
     ("lan%40adatum.com", "@adatum.com"), ("lan [at] adatum.com", "@adatum.com"),
     ("lan (at) adatum [dot] com", "@adatum [dot] com"), ("o'brien@x.com", "@x.com"),
     ("lan (a còng) adatum.com", "@adatum.com"), ("meet @ noon", "meet @ noon"),
     ("a@b@c.vn", "@@c.vn"), ("mailto:lan@x.vn", "@x.vn"), ("x" * 200 + "@y.vn", "@y.vn"),
     ("port 465 @ smtp works", "port 465 @ smtp works")],
)  # fmt: skip
def test_what_stays(said: str, kept: str) -> None:
    assert without_addresses(said) == kept


@given(LOCAL, st.sampled_from(["", "see ", "\n", "("]), st.sampled_from(["", " now", ")", "."]))
def test_no_local_part_stays(local: str, before: str, after: str) -> None:
    told = without_addresses(f"{before}{local}@adatum.com{after}")
    assert told.endswith(f"@adatum.com{after}")
    assert len(told) <= len(f"{before}@adatum.com{after}")


@pytest.mark.parametrize("text", ["a", "a ", "a@", '"', "a [at] "])
def test_what_is_long_takes_no_time(text: str) -> None:
    without_addresses(text * 4000)
