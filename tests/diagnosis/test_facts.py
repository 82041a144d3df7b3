"""Facts from outside: forgiven, refused with a code, and written back canonically."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import CHOICES, FACT_KEYS, Facts, read_facts

domains = st.sampled_from(["unknown", "proseware.com", "xn--bcher-kva.example", "a.b.c.vn"])
facts = st.builds(
    Facts,
    **{key: st.none() | st.sampled_from(values) for key, values in CHOICES.items()},
    account_domain=st.none() | domains,
    sender_domain=st.none() | domains,
    recipient_domain=st.none() | domains | st.just("adatum.com,proseware.com"),
    server=st.none() | domains | st.just("192.168.1.5"),
    port=st.none() | st.integers(1, 65535) | st.just("unknown"),
    tried=st.lists(st.sampled_from(["webmail", "wait"]), unique=True).map(tuple),
)


@given(facts)
def test_the_query_string_brings_the_same_facts_back(told: Facts) -> None:
    given_values: dict[str, object] = {}
    for key, value in parse_qsl(told.query()):
        if key == "tried":
            given_values.setdefault("tried", []).append(value)  # type: ignore[attr-defined]
        else:
            given_values[key] = value
    assert read_facts(given_values) == (told, {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(FACT_KEYS), json_values))
def test_junk_is_refused_by_code_and_never_raises(junk: dict[str, object]) -> None:
    told, wrong = read_facts(junk, frozenset({"webmail"}))
    assert set(wrong) <= set(junk)
    assert read_facts(dict(told.pairs), frozenset({"webmail"}))[1] in (
        {},
        {"tried": wrong.get("tried")},
    )
    assert told.query().isascii()


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("place", "moon", "not-a-choice"),
        ("place", 3, "not-a-choice"),
        ("port", 0, "not-a-port"),
        ("port", 65536, "not-a-port"),
        ("port", True, "not-a-port"),
        ("port", "abc", "not-a-port"),
        ("port", "٢٥x", "not-a-port"),
        ("account_domain", "nodot", "not-a-domain"),
        ("account_domain", ["a.com"], "not-a-domain"),
        ("account_domain", "x" * 321, "too-long"),
        ("recipient_domain", [1], "not-a-domain"),
        ("recipient_domain", ",;", "not-a-domain"),
        ("recipient_domain", "a.com," * 11, "too-many"),
        ("recipient_domain", "x" * 4000, "too-long"),
        ("server", "!!", "not-a-host"),
        ("tried", "dance", "not-a-choice"),
        ("tried", {"a": 1}, "not-a-choice"),
    ],
)
def test_what_cannot_be_taken(key: str, value: object, code: str) -> None:
    told, wrong = read_facts({key: value}, frozenset({"webmail"}))
    assert wrong == {key: code}
    assert told == Facts()


def test_what_is_forgiven() -> None:
    told, wrong = read_facts(
        {
            "port": " \uff15\uff18\uff17 ",  # full-width digits
            "recipient_domain": ["a@Adatum.com", "b@proseware.com", "c@adatum.com"],
            "account_domain": " UNKNOWN ",
            "place": "",
            "colour": "blue",
        }
    )
    assert not wrong
    assert told == Facts(
        port=587, recipient_domain="adatum.com,proseware.com", account_domain="unknown"
    )
