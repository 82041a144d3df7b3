"""Passwords of agents: Argon2id, a least length, and none that is easily guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .hashing_limit import Slots

SHORTEST: Final = 12
LONGEST: Final = 256
HARD: Final = 9
"""A new password takes more than 10 to the power of this guesses, as zxcvbn estimates."""
JUDGED: Final = 72
"""Characters of a password that are judged: zxcvbn takes no more."""
CONTEXT: Final = (
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
"""What everybody thinks of first here; a desk's own names come on top."""
STRANGERS: Final = Slots(most=2, waiting=4, patience=1.0)
"""For whoever signs in from an unknown device: a hash takes 64 MiB and some 0.1 s of a core."""
KNOWN: Final = Slots(most=1, waiting=3, patience=2.0)
"""For known devices and for agents who are signed in, so that strangers never keep them out."""


class TooEasy(ValueError):
    """A password that is among the first that anybody would try."""


def hash_password(password: str) -> str:
    """Return what is kept of a password.

    :raise ValueError: it is too short or too long
    """
    password = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    return _hasher().hash(password)


def hash_new(password: str, *words: str) -> str:
    """Return what is kept of a password that somebody has chosen.

    :param words: that mean something here: names of the agent, of the desk, its domains
    :raise TooEasy: it is a common one, a pattern, or made of few common words
    :raise ValueError: it is too short or too long
    """
    kept = hash_password(password)
    _check_strength(password, words)
    return kept


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one kept; without one it takes as long, and is wrong."""
    if len(password) > LONGEST:
        return False
    try:
        _hasher().verify(kept or _nobodys(), unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def renewed(password: str, kept: str) -> str | None:
    """Return what to keep of a right password from now on, None where that is kept already.

    What was made with other parameters than today's is made anew.
    """
    if not _hasher().check_needs_rehash(kept):
        return None
    return _hasher().hash(unicodedata.normalize("NFC", password))


def _check_strength(password: str, words: Iterable[str]) -> None:
    from zxcvbn import zxcvbn  # only here: its lists take 15 MB, and new passwords are rare

    known = [*CONTEXT, *words]
    plain = [_plain(word) for word in known]
    told = [password, _plain(password)]
    if any(
        zxcvbn(text[:JUDGED], [*known, *plain])["guesses_log10"] <= HARD for text in told if text
    ):
        raise TooEasy("this password is too easy to guess: a longer sentence is harder")


def _plain(text: str) -> str:
    """Return a text without its Vietnamese marks: the lists of common passwords have none."""
    parts = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's choice: RFC 9106's second, 64 MiB


@cache
def _nobodys() -> str:
    return _hasher().hash("the password of nobody at all")
