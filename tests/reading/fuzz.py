"""Give the reader random, mutated and hostile texts: nothing may be raised.

``python -m tests.reading.fuzz [count] [seed]``: a million by hand, a small share in the tests.
"""

import random
import sys
import time
from collections.abc import Iterator

from app.reading import LARGEST, read
from tests.reading.corpus import ordinary, pastes, replies

LETTERS = (
    "abcdefghijklmnopqrstuvwxyz0123456789 \t\n\r.,:;=<>@'\"-_()[]{}&#%/\\|*~^`$!?+"
    "ạđệ拒否リレーａ５\u00a0\u200b\u0301\ufeff\x00\x1b\ud800\U0001f642"
)

HOSTILE = [
    "a",
    "5",
    "550 ",
    "550-",
    "550 5.7.1 relay not denied ",
    "\n",
    "a\n",
    "> \n",
    ">\n",
    ":",
    "port: 25, ",
    "Server: 'a.b.example', ",
    "Final-Recipient: rfc822; a@b.example\n",
    "<",
    "<a ",
    "&lt;",
    "=3D",
    "=3Da",
    "=\n",
    "\x00",
    "\x00a",
    "\u200b",
    "ａ",
    "từ chối ",
    "リレー拒否",
    "a@",
    "a.",
    "a-",
    "not relay ",
    "host a.b[1] said: 550 x\n",
    "=?u?B?QUJD?=",
    "X-A: b\n",
    " ",
    "\t",
    "Content-Transfer-Encoding: base64\n\nQUJD\n",
    "'",
    '"',
    "(",
    "0x800CCC79 ",
    "to=",
    "--",
    "recipient ",
    "by a.b.c.d ",
    "🙂",
    "\r\n",
    "<style>a",
    "<p>550 relay</p>",
    "(reason: 550 x)\n",
    "Received: a\n b\n",
    "554 mailbox full user unknown domain not found relay denied\n",
]
"""Pieces that, repeated to the limit, make a reader slow that has one careless pattern."""


def fill(piece: str, size: int = LARGEST) -> str:
    """Return a piece repeated to at most ``size`` bytes."""
    return piece * (size // len(piece.encode("utf-8")))


def mutate(text: str, chance: random.Random) -> str:
    """Return a text with some stretches deleted, doubled, swapped or overwritten."""
    for _ in range(chance.randrange(1, 8)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randrange(1, 40))
        piece = chance.choice(
            (
                "",
                text[start:end] * 2,
                chance.choice(HOSTILE) * chance.randrange(1, 6),
                "".join(chance.choices(LETTERS, k=chance.randrange(1, 20))),
            )
        )
        text = text[:start] + piece + text[end:]
    return text[:4000]


def texts(count: int, seed: int) -> Iterator[str]:
    """Yield so many texts: one in five wholly random, the others mutated from real ones."""
    chance = random.Random(seed)
    real = [case.text for case in (*replies(), *pastes(), *ordinary())]
    short = [text for text in real if len(text) < 400]
    for number in range(count):
        if number % 5 == 0:
            yield "".join(chance.choices(LETTERS, k=chance.randrange(120)))
        else:
            yield mutate(chance.choice(real if number % 50 == 1 else short), chance)


def main() -> None:
    """Read them all; a text that raises is printed and ends the run."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begun = time.monotonic()
    for text in texts(count, seed):
        try:
            read(text)
        except Exception:
            print(f"raised by: {text!r}")
            raise
    print(f"{count:,} texts read, nothing raised, {time.monotonic() - begun:.0f} s (seed {seed})")


if __name__ == "__main__":
    main()
