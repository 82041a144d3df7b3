"""What people type becomes one canonical domain, and never an address."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis.domains import (
    NotADomain,
    belongs_to,
    display,
    normalise_domain,
    normalise_host,
    plain_form,
)

TYPED = [
    ("proseware.com", "proseware.com"),
    ("  Proseware.COM. ", "proseware.com"),
    ("pat@proseware.com", "proseware.com"),
    ("Pat Coleman <pat@proseware.com>", "proseware.com"),
    ("mailto:pat@proseware.com?subject=x", "proseware.com"),
    ("https://www.proseware.com/mail#top", "www.proseware.com"),
    ("\uff50\uff41\uff54\uff20proseware\uff0ecom", "proseware.com"),  # full width
    ("proseware\u3002com", "proseware.com"),  # ideographic full stop
    ("pro\u200bse\ufeffware.com", "proseware.com"),  # zero width, BOM
    ("\u202eproseware.com", "proseware.com"),  # bidi override
    ("“proseware.com”,", "proseware.com"),
    ("proseware . com", "proseware.com"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
]
REFUSED = ["", " ", "pat@", "proseware", "a..b", "-a.com", "a_b.com", "1.2.3.4", "@", "a@b@", "."]


@pytest.mark.parametrize(("typed", "domain"), TYPED)
def test_what_people_type_is_forgiven(typed: str, domain: str) -> None:
    assert normalise_domain(typed) == domain


@pytest.mark.parametrize("typed", [*REFUSED, "x" * 321, "a" * 64 + ".com", "a." * 130 + "com"])
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(NotADomain):
        normalise_domain(typed)


def test_decomposed_vietnamese_is_the_same_name() -> None:
    name = "tiếngviệt.vn"
    assert normalise_domain(unicodedata.normalize("NFD", name)) == normalise_domain(name)
    assert display(normalise_domain(name)) == name


@given(st.text(max_size=400))
def test_a_domain_is_canonical_or_refused(text: str) -> None:
    try:
        name = normalise_domain(text)
    except NotADomain:
        return
    assert name.isascii()
    assert not set(name) & set("@/ \t\n%&?#<>\"'")
    assert name == name.lower()
    assert normalise_domain(name) == name


@given(st.from_regex(r"[a-z0-9.]{1,40}@[a-z]{1,12}\.com", fullmatch=True))
def test_the_part_before_the_at_sign_is_gone(address: str) -> None:
    assert normalise_domain(address) == address.rpartition("@")[2]


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("smtp.proseware.com:587", "smtp.proseware.com"),
        ("192.168.1.5", "192.168.1.5"),
        ("mail", "mail"),
        ("SMTP.Proseware.com.", "smtp.proseware.com"),
    ],
)
def test_hosts(typed: str, host: str) -> None:
    assert normalise_host(typed) == host


@pytest.mark.parametrize("typed", ["999.1.1.1", "1.2.3", ":25", ""])
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(NotADomain):
        normalise_host(typed)


@pytest.mark.parametrize(
    ("typed", "guess"),
    [
        ("yahô.com", "yahoo.com"),
        ("gôgle.com", "google.com"),
        ("ađatum.com", "addatum.com"),
        ("gmạil.com", "gmail.com"),
    ],
)
def test_telex_is_undone(typed: str, guess: str) -> None:
    assert plain_form(normalise_domain(typed)) == guess


def test_a_plain_name_needs_no_guess() -> None:
    assert plain_form("proseware.com") is None
    assert plain_form(normalise_domain("пример.com")) is None


def test_belonging_goes_by_whole_labels() -> None:
    assert belongs_to("smtp.proseware.com", "proseware.com")
    assert belongs_to("proseware.com", "proseware.com")
    assert not belongs_to("notproseware.com", "proseware.com")


def test_a_broken_a_label_is_shown_as_it_is() -> None:
    assert display("xn--\u0301.com") == "xn--\u0301.com"


@pytest.mark.parametrize(
    "name",
    [
        "thưviện.vn",
        "bücher.example",
        "ăâđêôơưỹ.com.vn",
        "škoda.example",
        "почта.рф",
        "例え.jp",
        "ひらがな.com",
        "スーパー.jp",
        "한국.kr",
        "中文.tw",
        "ไทย.ไทย",
    ],
)
def test_a_name_of_one_script_is_shown_as_people_read_it(name: str) -> None:
    assert display(normalise_domain(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "рrоseware.com",  # Cyrillic р and о among Latin letters
        "gmаil.com",  # Cyrillic а
        "аррӏе.com",  # wholly Cyrillic, under a Latin name
        "gmaıl.com",
        "gmɑil.com",
        "ɡmail.com",  # Latin letters that look like i, a and g
        "οutlook.com",  # Greek omicron
        "աbc.example",  # Armenian
        "例а.jp",  # Han and Cyrillic
        "adatum.comノlogin.jp",
        "adatum.com一a.jp",
        "l〇gin.com",  # like a slash, a dash, an o
        "gmạil.com",
        "smtp.gmạil.com",
        "gmàil.com",
        "outlọok.com",  # known ones, with a speck
    ],
)
def test_a_name_that_may_look_like_another_stays_in_a_labels(name: str) -> None:
    canonical = normalise_domain(name)
    assert "xn--" in canonical
    assert display(canonical) == canonical
