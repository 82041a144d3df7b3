"""Measure the reader: single replies, whole pastes, and the slowest 256 KB that we could think of.

The ratios are to Python's own ``email`` parser on the same texts in the same run; it only cuts a
mail into its parts.
"""

import email
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles

from app.reading import LARGEST, read
from tests.reading.composed import composed
from tests.reading.corpus import ordinary, pastes, replies

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

ROUNDS = 5
AIMS = {"replies": 3000, "pastes": 400}
"""Readings a second on one core."""
WORST = 150
"""Milliseconds for the slowest of a hundred pastes of 256 KB."""


def fill(piece: str, size: int = LARGEST) -> str:
    """Return a piece repeated to at most ``size`` bytes."""
    return piece * (size // len(piece.encode("utf-8")))


def rate(call: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return how many texts a second are done, the median over the rounds, in processor time."""
    rates = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for text in texts:
            call(text)
        rates.append(len(texts) / (time.process_time() - begun))
    return median(rates)


def milliseconds(text: str) -> float:
    """Return the processor time that one reading takes."""
    begun = time.process_time()
    read(text)
    return (time.process_time() - begun) * 1000


def main() -> None:
    """Measure, and print."""
    read("550 Relaying denied")  # loads the words
    kinds = {"replies": replies(), "pastes": (*composed(), *pastes()), "ordinary": ordinary()}
    for kind, cases in kinds.items():
        texts = [case.text for case in cases]
        own, plain = rate(read, texts), rate(email.message_from_string, texts)
        print(f"{kind}: {own:,.0f} readings a second, {own / plain:.2f} of email's parser", end="")
        aim = AIMS.get(kind)
        print(f", aim {aim}: {'met' if own >= aim else 'NOT met'}" if aim else "")
    times = {piece: [milliseconds(fill(piece)) for _ in range(3)] for piece in HOSTILE}
    slowest = max(times, key=lambda piece: median(times[piece]))
    percentile = quantiles([one for each in times.values() for one in each], n=100)[98]
    print(
        f"256 KB of one thing: slowest {median(times[slowest]):.0f} ms ({slowest!r}), "
        f"99th percentile {percentile:.0f} ms, aim below {WORST}: "
        f"{'met' if percentile < WORST else 'NOT met'}"
    )


if __name__ == "__main__":
    main()
