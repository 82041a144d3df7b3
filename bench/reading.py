"""Measure the reader: single replies, whole pastes, and the slowest 256 KB that we could think of.

The ratios are to Python's own ``email`` parser on the same texts in the same run; it only cuts a
mail into its parts.
"""

import email
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles

from app.reading import read
from tests.reading.composed import composed
from tests.reading.corpus import ordinary, pastes, replies
from tests.reading.fuzz import HOSTILE, fill

ROUNDS = 5
AIMS = {"replies": 3000, "pastes": 400}
"""Readings a second on one core."""
WORST = 150
"""Milliseconds for the slowest of a hundred pastes of 256 KB."""


def seconds(call: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the processor time that all the texts take."""
    begun = time.process_time()
    for text in texts:
        call(text)
    return time.process_time() - begun


def main() -> None:
    """Measure, and print."""
    read("550 Relaying denied")  # loads the words
    kinds = {"replies": replies(), "pastes": (*composed(), *pastes()), "ordinary": ordinary()}
    for kind, cases in kinds.items():
        texts = [case.text for case in cases]
        rounds = [
            (
                len(texts) / seconds(read, texts),
                len(texts) / seconds(email.message_from_string, texts),
            )
            for _ in range(ROUNDS)
        ]
        own, plain = (median(rates) for rates in zip(*rounds, strict=True))
        aim = AIMS.get(kind)
        verdict = f", aim {aim}: {'met' if own >= aim else 'NOT met'}" if aim else ""
        print(f"{kind}: {own:,.0f} readings a second, {own / plain:.2f} of email's parser{verdict}")
    times = {piece: [seconds(read, [fill(piece)]) * 1000 for _ in range(3)] for piece in HOSTILE}
    slowest = max(times, key=lambda piece: median(times[piece]))
    percentile = quantiles([one for each in times.values() for one in each], n=100)[98]
    print(
        f"256 KB of one thing: slowest {median(times[slowest]):.0f} ms ({slowest!r}), "
        f"99th percentile {percentile:.0f} ms, aim below {WORST}: "
        f"{'met' if percentile < WORST else 'NOT met'}"
    )
