"""Case codes: short, with a check character, easy to say in Vietnamese and in English.

A code is twelve characters in groups of three, ``H2K-M4Q-R69-T34``.  The alphabet holds characters
that neither look nor sound alike in either language:

- no vowel and no W or Y: Vietnamese input methods would make other letters of what follows them;
- of the letters whose names rhyme (bê xê dê giê pê tê vê; bee cee dee pee tee vee) only T;
- M but not N; of eff, ess and ex only F (six sounds like ex); K but not A or J;
- no 0 and O, 1 and I, 5 and S, 8 and B; 9 but not 5 (nine, five); 3 but not 7 (ba, bảy);
  H but not 8 (aitch, eight).

There are thirteen, a prime, so a weighted sum detects every single wrong character and every swap
of two (as in ISBN-10, ISO 2108) in codes of at most twelve, where no two weights are equal.  Eleven
are random: 13 to the 11th, 1.8 million million codes; docs/cases.md says why so many.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "23469FHKLMQRT"
PAYLOAD_LENGTH: Final = 11
LENGTHS: Final = (PAYLOAD_LENGTH + 1, 9)
"""Characters of a code with its check character: today's codes, and older ones."""
MAX_TYPED_LENGTH: Final = 40
"""Characters of a typed code, blanks and dashes included."""
_LOOKALIKES: Final = str.maketrans("1I", "LL")
"""How people misread a small L."""


class MalformedCode(ValueError):
    """Not a code; ``args[0]`` is its number of characters if that is what is wrong."""


def generate_code() -> str:
    """Return a random code without dashes."""
    payload = "".join(secrets.choice(ALPHABET) for _ in range(PAYLOAD_LENGTH))
    return payload + check_character(payload)


def check_character(payload: str) -> str:
    """Return the character that makes the weighted sum a multiple of thirteen."""
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(payload, 2))
    return ALPHABET[-total % len(ALPHABET)]


def parse_code(typed: str) -> str:
    """Return a typed code in its stored form; case, blanks and dashes do not matter.

    :raise MalformedCode: wrong length, alphabet or check character
    """
    if len(typed) > MAX_TYPED_LENGTH:
        raise MalformedCode
    plain = unicodedata.normalize("NFKC", typed).upper()
    characters = "".join(filter(str.isalnum, plain)).translate(_LOOKALIKES)
    if not set(characters) <= set(ALPHABET):
        raise MalformedCode
    if len(characters) not in LENGTHS:
        raise MalformedCode(len(characters)) if characters else MalformedCode
    if check_character(characters[:-1]) != characters[-1]:
        raise MalformedCode
    return characters


def format_code(code: str) -> str:
    """Return a code in groups of three, as it is shown and said."""
    return "-".join(code[at : at + 3] for at in range(0, len(code), 3))
