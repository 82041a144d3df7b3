"""Which new passwords are refused because they are easy to guess."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.store import passwords
from app.store.passwords import MIN_LENGTH, GuessablePassword, hash_new_password
from tests.store.fixtures import hash_quickly

WORDS = ("lan", "proseware", "Proseware Internet", "proseware.com")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


@pytest.mark.parametrize(
    "easy",
    [
        "passwordpassword",
        "123456789012",
        "qwertyuiop123",
        "matkhau123456",
        "mật khẩu mật khẩu",
        "Thongthu2026!",
        "ThôngThư2026!!",
        "proseware2026",
        "proseware-helpdesk",
        "Proseware Internet",
        "proseware.com1",
        "lan lan lan lan",
        "lanlanlanlan1",
        "aaaaaaaaaaaaaaaaaaaa",
        "P@ssw0rdP@ssw0rd",
        "iloveyouiloveyou",
        "abcdefghijklmnop",
    ],
)
def test_guessable_passwords_are_refused(easy: str) -> None:
    with pytest.raises(GuessablePassword):
        hash_new_password(easy, *WORDS)


def test_common_passwords_of_sufficient_length_are_refused() -> None:
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH]
    assert len(common) > 50
    for word in common:
        with pytest.raises(GuessablePassword):
            hash_new_password(word)


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "mật khẩu đủ dài",
        "một con vịt xoè ra",
        "x7#kQ9!zLm2@",
        "kräftig und müde",
        "ba mươi sáu phố phường Hà Nội",
        "tường vi nở muộn " + "y" * 200,
    ],
)
def test_a_sentence_is_accepted(good: str) -> None:
    assert hash_new_password(good, *WORDS)


def test_zxcvbn_is_imported_for_new_passwords_only() -> None:
    code = (
        "import sys; from app.store.passwords import _dummy_hash, verify; "
        "assert verify('the password of nobody at all', _dummy_hash()); "
        "assert 'zxcvbn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)


def test_a_long_password_is_checked_quickly() -> None:
    assert passwords.JUDGED_LENGTH <= 72
    hash_new_password("".join(chr(33 + (7 * n) % 90) for n in range(256)))
