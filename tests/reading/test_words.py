"""Phrases of every language are found in a sequence of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading import read
from app.reading.normalise import clean, fold
from app.reading.words import Lexicon, tokenise

LEXICON = Lexicon(
    {
        "relay": ["relay", "relaying", "chuyển tiếp", "リレー", "릴레이", "รีเลย์"],
        "deny": ["denied", "refus*", "từ chối", "拒否", "거부", "ปฏิเสธ"],
        "far": ["not ~ relay"],
        "list": ["@spamhaus"],
        "sent": ["e-mail sent"],
    }
)


def found(text: str) -> set[str]:
    return set(LEXICON.find(tokenise(fold(text))))


@pytest.mark.parametrize(
    ("text", "ideas"),
    [
        ("Relaying denied", {"relay", "deny"}),
        ("Refused to relay", {"relay", "deny"}),
        ("Chuyển tiếp bị từ chối", {"relay", "deny"}),
        ("CHUYEN TIEP bi TU CHOI", {"relay", "deny"}),
        ("リレー拒否", {"relay", "deny"}),
        ("릴레이가 거부되었습니다", {"relay", "deny"}),
        ("เซิร์ฟเวอร์ปฏิเสธการรีเลย์ของข้อความ", {"relay", "deny"}),
        ("랄라이 고비", set()),
        ("not one two three four relay", {"relay", "far"}),
        ("not one two three four five relay", {"relay"}),
        ("relay=mx.adatum.com[192.0.2.1]:25", set()),
        ("<relay@relay.example.com> relay.example.com relay_domains", set()),
        ("denied.Please wait", {"deny"}),
        ("see zen.spamhaus.org", {"list"}),
        ("Email sent, e-mail sent, E-Mail sent", {"sent"}),
        ("5.7.1 550 relay2", set()),
    ],
)
def test_ideas(text: str, ideas: set[str]) -> None:
    assert found(text) == ideas


@pytest.mark.parametrize("phrase", ["", "~ relay", "relay ~", "re*", "550"])
def test_a_phrase_that_cannot_match_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"begins or ends|too short"):
        Lexicon({"x": [phrase]})


def test_syllables_and_vowel_signs_are_no_accents() -> None:
    assert fold("릴레이 서버") == "릴레이 서버"
    cleaned = clean("ข้อผิดพลาด ไม่สำเร็จ")
    assert cleaned.text == cleaned.original
    assert cleaned.folded.replace(" ", "").isalpha()  # a word stays one word


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("SMTP 오류 (550): lan@adatum.com를 릴레이할 수 없습니다", "adatum.com"),
        ("SMTP 错误 (550)：拒绝中继lan@adatum.com的邮件", "adatum.com"),
        ("SMTP 错误 (550)：拒绝中继 lan@邮件.公司 的邮件", "邮件.公司"),
        ("554 5.7.1 <lan@bücher.example>: Relay access denied", "bücher.example"),
    ],
)
def test_a_domain_ends_where_another_script_begins(text: str, domain: str) -> None:
    assert read(text).facts["recipient_domain"] == domain


@given(st.text(alphabet="ab .~*@-_'=\n\u3042", max_size=80))
def test_tokens_have_their_place(text: str) -> None:
    folded = fold(text)
    for word, start, end in tokenise(folded):
        assert word.startswith("@") or folded[start:end].replace("e-mail", "email") == word
