"""Days and moments as a language writes them, in the time zone of the server."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime, format_timedelta


def shown_day(day: date, language: str, length: str = "medium") -> str:
    """Return a day: ``25 Dec 2026``, or ``long``, ``25 December 2026``."""
    return format_date(day, length, locale=_locale(language))


def long_date(moment: datetime, language: str) -> str:
    """Return the day of a moment: ``25 December 2026``."""
    return shown_day(moment.astimezone().date(), language, "long")


def short_moment(moment: datetime, language: str) -> str:
    """Return a moment to the minute."""
    return format_datetime(moment.astimezone(), "short", locale=_locale(language))


def shown_wait(seconds: int, language: str) -> str:
    """Return how long somebody has to wait: ``45 seconds``, ``10 minutes``."""
    return format_timedelta(timedelta(seconds=seconds), threshold=2, locale=_locale(language))


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language.replace("-", "_")
