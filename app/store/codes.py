"""Codes of cases: short, sayable on the phone in Vietnamese and in English, self-checking.

A code is twelve signs in groups of three, ``H2K-M4Q-R69-T34``.  The signs are those that neither
the eye nor the ear confuses with another of them, in either language:

- no vowel and no W or Y: Vietnamese input methods would make other letters of what follows them;
- of the letters whose names rhyme (bê xê dê giê pê tê vê; bee cee dee pee tee vee) only T;
- M but not N; of eff, ess and ex only F (six sounds like ex); K but not A or J;
- no 0 and O, 1 and I, 5 and S, 8 and B; 9 but not 5 (nine, five); 3 but not 7 (ba, bảy);
  H but not 8 (aitch, eight).

There are thirteen, a prime, so a weighted sum notices every single wrong sign and every two signs
that changed places (as in ISBN-10, ISO 2108), as long as a code has twelve signs at most: then no
two of them have the same weight.  Eleven are drawn: 13 to the 11th, 1.8 million million codes.
docs/cases.md says why so many.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

SIGNS: Final = "23469FHKLMQRT"
DRAWN: Final = 11
LENGTHS: Final = (DRAWN + 1, 9)
"""How many signs a code has, its check sign included: today's, and those drawn before."""
LONGEST: Final = 40
"""Characters that a code may have as somebody types it, blanks and dashes included."""
_SEEN_AS: Final = {"1": "L", "I": "L"}
"""A small L, as people read it."""


class NotACode(ValueError):
    """No code can be this; ``args[0]`` is how many signs it has, where that is what is wrong."""


def draw_code() -> str:
    """Return a code that cannot be guessed, without its dashes."""
    drawn = "".join(secrets.choice(SIGNS) for _ in range(DRAWN))
    return drawn + check_sign(drawn)


def check_sign(drawn: str) -> str:
    """Return the sign that makes the weighted sum of all signs a multiple of thirteen."""
    total = sum(weight * SIGNS.index(sign) for weight, sign in enumerate(drawn, 2))
    return SIGNS[-total % len(SIGNS)]


def read_code(typed: str) -> str:
    """Return a code as it is kept, whatever it was typed with: small letters, blanks, dashes.

    :raise NotACode: it is none, or a sign of it is wrong
    """
    if len(typed) > LONGEST:
        raise NotACode
    plain = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(_SEEN_AS.get(sign, sign) for sign in plain if sign.isalnum())
    if not set(signs) <= set(SIGNS):
        raise NotACode
    if len(signs) not in LENGTHS:
        raise NotACode(len(signs)) if signs else NotACode
    if check_sign(signs[:-1]) != signs[-1]:
        raise NotACode
    return signs


def shown_code(code: str) -> str:
    """Return a code as it is shown and said: in groups of three."""
    return "-".join(code[at : at + 3] for at in range(0, len(code), 3))
