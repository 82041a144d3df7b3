"""Codes are read in any typed form, and typing errors are detected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.codes import (
    ALPHABET,
    LENGTHS,
    PAYLOAD_LENGTH,
    MalformedCode,
    check_character,
    format_code,
    generate_code,
    parse_code,
)

drawn = st.sampled_from(LENGTHS).flatmap(
    lambda length: st.text(st.sampled_from(ALPHABET), min_size=length - 1, max_size=length - 1)
)
codes = drawn.map(lambda signs: signs + check_character(signs))


def is_code(text: str) -> bool:
    try:
        parse_code(text)
    except MalformedCode:
        return False
    return True


def test_no_two_characters_look_or_sound_alike() -> None:
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
    assert not [group for group in alike if len(set(group) & set(ALPHABET)) > 1]
    assert not set("AEIOUWY") & set(ALPHABET), "an input method makes other letters with these"
    assert len(set(ALPHABET)) == len(ALPHABET) == 13


def test_generated_codes_are_valid() -> None:
    for _ in range(200):
        assert is_code(generate_code())
    assert len({generate_code() for _ in range(200)}) == 200


@given(codes, st.sampled_from(["", " ", "-", ". ", "–", "\u00a0"]), st.booleans(), st.booleans())
def test_a_code_is_read_in_any_typed_form(code: str, between: str, small: bool, wide: bool) -> None:
    typed = between.join(format_code(code))
    typed = typed.lower() if small else typed
    if wide:  # as an input method for Chinese or Japanese leaves it
        typed = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in typed)
    if len(typed) <= 40:
        assert parse_code(typed) == code


@given(codes, st.integers(0, PAYLOAD_LENGTH), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_detected(code: str, place: int, sign: str) -> None:
    place %= len(code)
    wrong = code[:place] + sign + code[place + 1 :]
    assert is_code(wrong) == (wrong == code)


@given(codes, st.integers(0, PAYLOAD_LENGTH), st.integers(0, PAYLOAD_LENGTH))
def test_two_swapped_characters_are_detected(code: str, one: int, other: int) -> None:
    signs = list(code)
    one, other = one % len(code), other % len(code)
    signs[one], signs[other] = signs[other], signs[one]
    assert is_code("".join(signs)) == ("".join(signs) == code)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        code = parse_code(text)
    except MalformedCode:
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
def test_malformed_codes_are_refused(lost: str) -> None:
    assert not is_code(lost)


def test_codes_of_the_older_length_stay_valid() -> None:
    assert len(generate_code()) == 12
    assert parse_code("h2k-m4q-r69-t34") == "H2KM4QR69T34"
    assert parse_code("h2k-m4q-r69") == "H2KM4QR69", (
        "as they were drawn until they had twelve signs"
    )


def test_an_l_may_be_typed_as_a_one() -> None:
    code = "L2222222" + check_character("L2222222")
    assert parse_code(code.replace("L", "1")) == code == parse_code(code.replace("L", "I"))
