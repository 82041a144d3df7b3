"""Changes by copying are undone, and every place maps to the original."""

import base64
import html
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.normalise import clean, fold

WORDS = "554 5.7.1 <lan@adatum.com>: Relay access denied"


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        (WORDS, WORDS),
        (WORDS.replace(" ", "\u00a0"), WORDS),
        ("\ufeff" + "\u200b".join(WORDS), WORDS),
        ("５５４　Ｒｅｌａｙ", "554 Relay"),
        ("> > 554 Relay\n> denied", "    554 Relay\n  denied"),
        (">>> RCPT To:<a@b.example>", ">>> RCPT To:<a@b.example>"),
        ("<p>554 <b>Relay</b><br>denied</p>", "\n554 Relay\ndenied\n"),
        ("554 &lt;lan@adatum.com&gt; Rel&agrave;y", "554 <lan@adatum.com> Relày"),
        ("<lan nguyen@adatum.com> x <br>", "<lan nguyen@adatum.com> x \n"),
        ("554=20Relay=\n =3D b=E1=BB=8B", "554 Relay = bị"),
        ("b=E1=BB=\n=8B t=E1=BB=AB", "bị từ"),
        ("=?utf-8?B?VHLhuqMgbOG6oWk=?= =?utf-8?q?th=C6=B0_n=C3=A0y?=", "Trả lạithư này"),
        ("=?no-such-charset?B?QUJD?=", "=?no-such-charset?B?QUJD?="),
        ("a\r\nb\rc", "a \nb\nc"),
        ("“x” ‘y’ – z", "\"x\" 'y' - z"),
        ("a=b, c=d: 25=", "a=b, c=d: 25="),
    ],
)
def test_changes_by_copying_are_undone(pasted: str, expected: str) -> None:
    assert clean(pasted).text == expected


def test_a_base64_part_is_decoded_and_an_attached_picture_is_left() -> None:
    head = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    encoded = base64.encodebytes((WORDS + " " * 60).encode()).decode()
    assert WORDS in clean(head + encoded + "\n--x").text
    picture = base64.encodebytes(bytes(range(256)) * 3).decode()
    assert clean(head + picture).text == head + picture


def test_letters_are_folded_one_by_one() -> None:
    assert fold("Chuyển tiếp bị TỪ CHỐI, đã") == "chuyen tiep bi tu choi, da"
    assert fold("tu\u031b\u0300") == "tu"  # decomposed letters, as some systems paste them


@given(st.text(), st.text(), st.sampled_from(["plain", "html", "qp", "nbsp", "zero", "quoted"]))
def test_a_span_is_mapped_to_the_original(before: str, after: str, how: str) -> None:
    marked = "Qx7relayzz"
    pasted = {
        "plain": lambda t: t,
        "html": lambda t: f"<p>{html.escape(t)}</p>",
        "qp": lambda t: quopri.encodestring(t.encode("utf-8", "replace")).decode(),
        "nbsp": lambda t: t.replace(" ", "\u00a0"),
        "zero": lambda t: "\u200b" + t + "\u200b",
        "quoted": lambda t: "> " + t,
    }[how](f"{before} {marked} {after}")
    cleaned = clean(pasted)
    at = cleaned.text.find(marked)
    if at < 0 or pasted.count(marked) != 1:
        return  # a soft line break of quoted-printable may stand within the word
    start, end = cleaned.span(at, at + len(marked))
    assert pasted[start:end] == marked


@given(st.text())
def test_places_stay_within_the_original(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.folded) == len(cleaned.text)
    for place in range(0, len(cleaned.text), max(1, len(cleaned.text) // 7)):
        start, end = cleaned.span(place, place + 1)
        assert 0 <= start < end <= len(text)


def test_letters_that_have_no_accent_to_take_off_are_folded_too() -> None:
    assert fold("Błąd ışık Ærø Œuvre λάθος") == "blad isik aro ouvre λαθοσ"


def test_codes_that_touch_a_script_without_blanks_are_set_apart() -> None:
    cleaned = clean("返回550错误，端口587")
    assert cleaned.text == "返回 550 错误,端口 587"
    assert cleaned.span(3, 6) == (2, 5), "places are those of the original"
