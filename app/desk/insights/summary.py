"""Sum up what was counted: by day or week, by value, by remedy, by question; and scale charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ...store.counts import monday

SERIES: Final = ("plan", "early", "worked", "not-worked", "read")
DIMENSIONS: Final = ("scenario", "error", "provider", "program", "place")
QUESTIONS: Final = ("shown", "answered")
COUNTED: Final = (*SERIES, *DIMENSIONS, *QUESTIONS, "lang")
"""All that a portal's own people may look at."""
DRAWN: Final = ("plan", "worked")
"""What is drawn for each period."""
Sum = tuple[str, str, int]
"""Event, value, number."""
Point = tuple[date, str, int]
"""Day, event, number."""
MOST_DAYS: Final = 90
"""Up to so many days each is shown by itself, above that each week."""


@dataclass(frozen=True)
class Period:
    """A day, or the week that begins on it."""

    first: date
    plans: int
    worked: int


@dataclass(frozen=True)
class Tried:
    """A remedy, and how often it was said to have worked or not."""

    remedy: str
    worked: int
    not_worked: int

    @property
    def told(self) -> int:
        """How often anything was said about it."""
        return self.worked + self.not_worked


@dataclass(frozen=True)
class Leaving:
    """A question: how often it was shown, answered, and passed over for the plan."""

    fact: str
    shown: int
    answered: int
    early: int

    @property
    def left(self) -> int:
        """How often nothing came after it; a page from a browser's own memory is not counted."""
        return max(0, self.shown - self.answered - self.early)


@dataclass(frozen=True)
class Figures:
    """What was counted in some days."""

    days: int
    by: Mapping[str, Mapping[str, int]]
    periods: tuple[Period, ...]

    def total(self, what: str) -> int:
        """Return how often something was counted, whatever its value."""
        return sum(self.by[what].values())

    @property
    def by_week(self) -> bool:
        """Whether a period is a week."""
        return self.days > MOST_DAYS

    @property
    def anything(self) -> bool:
        """Whether anything was counted."""
        return any(self.by.values())

    def ranked(self, what: str) -> list[tuple[str, int]]:
        """Return the values of something, the most frequent first."""
        return sorted(self.by[what].items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def tried(self) -> list[Tried]:
        """The remedies of which anything was said, the most told first."""
        worked, failed = self.by["worked"], self.by["not-worked"]
        told = [Tried(id, worked.get(id, 0), failed.get(id, 0)) for id in {*worked, *failed}]
        return sorted(told, key=lambda tried: (-tried.told, tried.remedy))

    @property
    def leaving(self) -> list[Leaving]:
        """The questions, the one where most leave first."""
        answered, early = self.by["answered"], self.by["early"]
        asked = [
            Leaving(fact, shown, answered.get(fact, 0), early.get(fact, 0))
            for fact, shown in self.by["shown"].items()
        ]
        return sorted(asked, key=lambda asked: (-asked.left, -asked.shown, asked.fact))


def sum_up(sums: Iterable[Sum], series: Iterable[Point], until: date, days: int) -> Figures:
    """Return the figures of the days that end with ``until``."""
    by: dict[str, dict[str, int]] = {what: {} for what in COUNTED}
    for what, value, number in sums:
        by[what][value] = number
    drawn: dict[str, Counter[date]] = {what: Counter() for what in DRAWN}
    for day, what, number in series:
        drawn[what][_first(day, days)] += number
    firsts = dict.fromkeys(
        _first(until - timedelta(days=back), days) for back in reversed(range(days))
    )
    periods = tuple(Period(first, *(drawn[what][first] for what in DRAWN)) for first in firsts)
    return Figures(days, by, periods)


def _first(day: date, days: int) -> date:
    return monday(day) if days > MOST_DAYS else day


def scale_top(most: int) -> int:
    """Return the next number that is easy to read and has a whole half: 2, 4, 10, 20, 40, 100."""
    power = 1
    while True:
        for step in (2, 4, 10):
            if step * power >= most:
                return step * power
        power *= 10


def draw_bars(numbers: Sequence[int], most: int | None = None) -> tuple[float, ...]:
    """Return how long each bar is, the longest 100.

    :param most: what a bar of 100 stands for, by default the greatest number
    """
    whole = max(numbers, default=0) if most is None else most
    return tuple(round(100 * min(number, whole) / whole, 1) if whole else 0 for number in numbers)
