"""Measure the choice of the next question in states that were never seen.

The ratio is to looking a whole case up in the decision table, in the same run.
"""

import random
import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

from app.diagnosis import CHOICES, Facts, Situation
from app.knowledge import knowledge

STATES = 400
AIM = 5
"""Milliseconds for a question in a state never seen, at the 95th percentile."""
TYPED = {
    "account_domain": ("gmail.com", "proseware.com", "outlook.com", "unknown"),
    "recipient_domain": ("gmail.com", "adatum.com", "unknown"),
    "sender_domain": ("proseware.com", "fabrikam.com", "unknown"),
    "server": ("smtp.gmail.com", "smtp.proseware.com", "unknown"),
    "port": (25, 465, 587, 2525, "unknown"),
}


def states(chance: random.Random) -> Iterator[Situation]:
    """Yield situations with some facts; where the error is known, remedies may have been tried."""
    answers: dict[str, tuple[Any, ...]] = {**CHOICES, **TYPED}
    remedies = sorted(knowledge().remedies)
    seen: set[Facts] = set()
    while len(seen) < STATES:
        told = chance.sample(sorted(answers), chance.randint(0, 6))
        facts = Facts().but(**{fact: chance.choice(answers[fact]) for fact in told})
        if facts.error:
            facts = facts.but(tried=tuple(chance.sample(remedies, chance.choice((0, 0, 1, 2)))))
        if facts not in seen:
            seen.add(facts)
            yield Situation(facts)


def main() -> None:
    """Measure, and print."""
    _ = Situation(Facts()).next  # as at the start of the server
    times, lookups = [], []
    for situation in states(random.Random(1995)):
        _ = situation.case, situation.offer
        begun = time.perf_counter()
        _ = situation.next
        times.append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        _ = situation.match
        lookups.append(1000 * (time.perf_counter() - begun))
    percentile = quantiles(times, n=20)[18]
    print(
        f"next question, state never seen: median {median(times):.2f} ms, "
        f"{median(times) / median(lookups):.0f} of a look-up in the table, "
        f"95th percentile {percentile:.1f} ms, aim below {AIM}: "
        f"{'met' if percentile < AIM else 'NOT met'}"
    )
