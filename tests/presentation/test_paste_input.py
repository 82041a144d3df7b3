"""A reading becomes facts."""

from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import CHOICES, Facts
from app.presentation.paste_input import merge_reading, recall
from app.reading import Reading


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
