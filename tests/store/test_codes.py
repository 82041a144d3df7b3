"""A code survives being said and typed; a wrong one is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.codes import (
    DRAWN,
    LENGTHS,
    SIGNS,
    NotACode,
    check_sign,
    draw_code,
    read_code,
    shown_code,
)

drawn = st.sampled_from(LENGTHS).flatmap(
    lambda length: st.text(st.sampled_from(SIGNS), min_size=length - 1, max_size=length - 1)
)
codes = drawn.map(lambda signs: signs + check_sign(signs))


def is_code(text: str) -> bool:
    try:
        read_code(text)
    except NotACode:
        return False
    return True


def test_nothing_in_it_looks_or_sounds_like_another_sign() -> None:
    alike = [
        "0O",
        "1IL",
        "2Z",
        "5S",
        "6G",
        "8B",
        "59",
        "8H",
        "37",
        "6X",
        "6S",
        "BCDEGPTVZ",
        "MN",
        "AJK",
        "FSX",
        "QU",
        "AEIOUWY",
        "RX",
    ]
    assert not [group for group in alike if len(set(group) & set(SIGNS)) > 1]
    assert not set("AEIOUWY") & set(SIGNS), "an input method makes other letters with these"
    assert len(set(SIGNS)) == len(SIGNS) == 13


def test_a_drawn_code_is_one() -> None:
    for _ in range(200):
        assert is_code(draw_code())
    assert len({draw_code() for _ in range(200)}) == 200


@given(codes, st.sampled_from(["", " ", "-", ". ", "–", "\u00a0"]), st.booleans(), st.booleans())
def test_however_it_is_typed(code: str, between: str, small: bool, wide: bool) -> None:
    typed = between.join(shown_code(code))
    typed = typed.lower() if small else typed
    if wide:  # as an input method for Chinese or Japanese leaves it
        typed = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in typed)
    if len(typed) <= 40:
        assert read_code(typed) == code


@given(codes, st.integers(0, DRAWN), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed(code: str, place: int, sign: str) -> None:
    place %= len(code)
    wrong = code[:place] + sign + code[place + 1 :]
    assert is_code(wrong) == (wrong == code)


@given(codes, st.integers(0, DRAWN), st.integers(0, DRAWN))
def test_two_signs_that_changed_places_are_noticed(code: str, one: int, other: int) -> None:
    signs = list(code)
    one, other = one % len(code), other % len(code)
    signs[one], signs[other] = signs[other], signs[one]
    assert is_code("".join(signs)) == ("".join(signs) == code)


@given(st.text(max_size=60))
def test_anything_else_is_none(text: str) -> None:
    try:
        code = read_code(text)
    except NotACode:
        return
    assert is_code(code)
    assert len(code) in LENGTHS


@pytest.mark.parametrize(
    "lost",
    [
        "",
        "H2K",
        "H2K-M4Q-R69-T3",
        "H2K-M4Q-R69-T3L",
        "H2K-M4Q-R69-T34-2",
        "H2K-M4Q-R6",
        "H2K-M4Q-R690",
        "H2K-M4Q-R60",
        "lan@x.vn",
    ],
)
def test_what_is_no_code(lost: str) -> None:
    assert not is_code(lost)


def test_codes_in_circulation_go_on_working() -> None:
    assert len(draw_code()) == 12
    assert read_code("h2k-m4q-r69-t34") == "H2KM4QR69T34"
    assert read_code("h2k-m4q-r69") == "H2KM4QR69", "as they were drawn until they had twelve signs"


def test_an_l_may_be_read_as_a_one() -> None:
    code = "L2222222" + check_sign("L2222222")
    assert read_code(code.replace("L", "1")) == code == read_code(code.replace("L", "I"))
