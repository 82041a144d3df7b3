"""Bytes become text whatever they were saved as, and a reading becomes facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import CHOICES, Facts
from app.presentation.paste_input import decode, merge_reading, recall
from app.reading import Reading

SAID = "Chuyển tiếp bị từ chối: 550 Relaying denied"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_it_was_saved(coding: str) -> None:
    assert decode(SAID.encode(coding)) == SAID


def test_big_endian_by_its_mark() -> None:
    assert decode(b"\xfe\xff" + SAID.encode("utf-16-be")) == SAID


def test_what_windows_saves() -> None:
    # In windows-1258 most Vietnamese tones are letters of their own, composed once read.
    apart = "Chuyê\u0309n tiê\u0301p bi\u0323 tư\u0300 chô\u0301i"
    assert decode(apart.encode("cp1258")) == "Chuyển tiếp bị từ chối"
    assert decode("zurückgewiesen".encode("latin-1")) == "zurückgewiesen"
    assert decode(b"\xd2 550 denied \x9a") == "\xd2 550 denied \x9a", "not windows-1258 either"


def test_one_letter_cut_in_two_does_not_change_the_coding() -> None:
    assert decode(SAID.encode()[:21] + b" 550").startswith("Chuyển tiếp b")


def test_outlooks_own_files_hold_letters_of_two_bytes() -> None:
    assert decode("550 relaying denied".encode("utf-16-le")) == "550 relaying denied"


@given(st.binary(max_size=300))
def test_any_bytes_are_some_text(data: bytes) -> None:
    decode(data).encode("utf-8")


def reading(**facts: str | int | None) -> Reading:
    return Reading("relay-denied", 0.9, (), "own-server", facts, ())


def test_a_paste_goes_before_the_link_and_leaves_the_rest() -> None:
    known = Facts(error="spam", place="work", port=587, recipient_domain="adatum.com")
    found = merge_reading(reading(server="SMTP.Proseware.com.", port=25), known)
    assert found == known.but(
        error="relay-denied", refused_by="own-server", server="smtp.proseware.com", port=25
    )


def test_what_the_diagnosis_refuses_is_left_out() -> None:
    found = merge_reading(reading(server="!!", port=0, security="ssl", recipient_domain="x" * 5000))
    assert found == Facts(error="relay-denied", refused_by="own-server")


def test_not_known_is_not_an_answer() -> None:
    unclear = Reading("spam", 0.9, (), "unknown", {"server": None}, ())
    assert merge_reading(unclear, Facts(refused_by="own-server")).refused_by == "own-server"
    assert merge_reading(unclear).refused_by is None


@given(
    st.sampled_from(CHOICES["error"]),
    st.sampled_from([None, *CHOICES["refused_by"]]),
    st.sampled_from([None, 25, 587]),
    st.sampled_from([None, "smtp.proseware.com"]),
)
def test_what_was_read_is_recalled_from_the_facts(error, refused_by, port, server) -> None:
    facts = Facts(error=error, refused_by=refused_by, port=port, server=server, place="home")
    reading = recall(facts)
    if error == "unknown":
        assert reading is None
    else:
        assert reading is not None
        assert merge_reading(reading, facts) == facts


def test_a_code_alone_is_recalled_with_its_meanings() -> None:
    facts = Facts(error="unknown", reply_code=550)
    reading = recall(facts)
    assert reading is not None
    assert reading.alternatives
    assert merge_reading(reading, facts) == facts
