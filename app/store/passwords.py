"""Passwords of agents: Argon2id, a minimum length, and a check of their strength."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .hashing_limit import Slots

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256
MIN_GUESSES_LOG10: Final = 9
"""Power of ten of the guesses that a new password must exceed, as zxcvbn estimates."""
JUDGED_LENGTH: Final = 72
"""Characters whose strength is estimated: zxcvbn accepts no more."""
COMMON_WORDS: Final = (
    "thongthu",
    "thong thu",
    "helpdesk",
    "desk",
    "agent",
    "lead",
    "admin",
    "mail",
    "email",
    "matkhau",
    "mat khau",
    "password",
    "tongdai",
    "hotro",
)
"""Obvious words for this service; the words of a desk are added."""
UNKNOWN_DEVICE_SLOTS: Final = Slots(most=2, waiting=4, patience=1.0)
"""Slots for sign-ins from unknown devices: a hash takes 64 MiB and about 0.1 s of a core."""
KNOWN_DEVICE_SLOTS: Final = Slots(most=1, waiting=3, patience=2.0)
"""Slots for known devices and for agents who are signed in, which strangers cannot occupy."""


class GuessablePassword(ValueError):
    """The password is too easy to guess."""


def hash_new_password(password: str, *words: str) -> str:
    """Return the hash of a new password, after a check of its strength.

    :param words: words to avoid: names of the agent and of the desk, its domains
    :raise GuessablePassword: a common password, a pattern, or a few common words
    :raise ValueError: it is too short or too long
    """
    plain = unicodedata.normalize("NFC", password)
    if not MIN_LENGTH <= len(plain) <= MAX_LENGTH:
        raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    _check_strength(password, words)
    return _hasher().hash(plain)


def verify(password: str, hashed: str | None) -> bool:
    """Return whether a password matches a hash; without a hash it takes as long, and is False."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        _hasher().verify(hashed or _dummy_hash(), unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def rehash(password: str, hashed: str) -> str | None:
    """Return a new hash of a correct password if ``hashed`` has outdated parameters, else None."""
    if not _hasher().check_needs_rehash(hashed):
        return None
    return _hasher().hash(unicodedata.normalize("NFC", password))


def _check_strength(password: str, words: Iterable[str]) -> None:
    from zxcvbn import zxcvbn  # imported here: its lists take 15 MB, and new passwords are rare

    known = [*COMMON_WORDS, *words]
    known += [_without_marks(word) for word in known]
    for text in filter(None, (password, _without_marks(password))):
        if zxcvbn(text[:JUDGED_LENGTH], known)["guesses_log10"] <= MIN_GUESSES_LOG10:
            raise GuessablePassword("this password is too easy to guess: use a longer sentence")


def _without_marks(text: str) -> str:
    """Return a text without Vietnamese diacritics: lists of common passwords have none."""
    parts = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's default: the second choice of RFC 9106, 64 MiB


@cache
def _dummy_hash() -> str:
    return _hasher().hash("the password of nobody at all")
