"""What happens out there: what was counted, as charts with their tables, and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import StringIO
from typing import Any, Final

from babel.numbers import format_decimal, format_percent
from flask import Response, abort, request
from sqlalchemy import Connection

from ...diagnosis import Facts, Situation
from ...diagnosis.placeholders import Wording
from ...i18n.languages import shown_day
from ...i18n.messages import N_
from ...knowledge import knowledge
from ...presentation.questions import answer_text, shown_question
from ...services import services, storage
from ...store import DatabaseUnavailable
from ...store.agents import Agent
from ...store.counts import read_counts, read_series, read_sums
from ...web.errors import RETRY_AFTER
from ...web.pages import page
from ...web.site import Site
from ..access import agent_values, desk, lead_only
from .summary import COUNTED, DIMENSIONS, DRAWN, MOST_DAYS, Figures, draw_bars, scale_top, sum_up

DAYS: Final = (7, 30, 90, 365, 730)
USUAL: Final = 30
UNKNOWN: Final = N_("Unknown or not asked")
ANOTHER: Final = N_("Another provider")
AWAY: Final = (
    N_("The figures aren't available right now"),
    N_(
        "The database is not responding. The wizard still works, and the missing "
        "figures will be added later. Please try again in a minute."
    ),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would calculate."""


@desk.get("/<language:site>/desk/insights")
@lead_only
def insights(site: Site, agent: Agent) -> Response:
    """Show what was counted."""
    days, today = _days(), services().today()
    asked = site.portal_id, today - timedelta(days=days - 1)
    with _reporting(site) as connection:
        by_week = days > MOST_DAYS
        sums = read_sums(connection, *asked, COUNTED, by_week)
        series = read_series(connection, *asked, DRAWN, by_week)
    figures = sum_up(sums, series, today, days)
    values = _values(site, figures) | agent_values(agent)
    return page(site, "desk/insights.html", values, keep=False)


@desk.get("/<language:site>/desk/insights.csv")
@lead_only
def insights_csv(site: Site, agent: Agent) -> Response:
    """Return what was counted, a line for each day, what and value."""
    days, portal, today = _days(), site.portal_id, services().today()
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(("day", "portal", "what", "value", "number"))
    with _reporting(site) as connection:
        counts = read_counts(connection, portal, today - timedelta(days=days - 1), COUNTED)
    for count in counts:
        words = (_cell(word) for word in (portal, count.what, count.value))
        writer.writerow((count.day.isoformat(), *words, count.number))
    name = "-".join(filter(None, ("insights", portal, str(days), today.isoformat())))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), headers=headers, mimetype="text/csv")


def _days() -> int:
    told = request.args.get("days", "")
    return int(told) if told in map(str, DAYS) else USUAL


@contextmanager
def _reporting(site: Site) -> Iterator[Connection]:
    """Read what was counted, of this process up to now.

    :raise 503: the database does not answer
    """
    try:
        with suppress(DatabaseUnavailable):  # somebody else writes them just now
            storage().counters.flush()
        with storage().database.reporting() as connection:
            yield connection
    except DatabaseUnavailable:
        abort(_away(site))


def _away(site: Site) -> Response:
    title, advice = map(site.language.gettext, AWAY)
    values = {"here": site.insights(_days()), "at_desk": True, "code": 503}
    values |= {"title": title, "advice": advice}
    response = page(site, "shared/error.html", values, 503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _values(site: Site, figures: Figures) -> dict[str, Any]:
    code, worded, periods = site.language.code, _wording(site), figures.periods
    plans, worked = [period.plans for period in periods], [period.worked for period in periods]
    top = scale_top(max(*plans, *worked))
    bars = {}
    for what in DIMENSIONS:
        ranked = figures.ranked(what)
        lengths = draw_bars([number for _, number in ranked])
        bars[what] = [
            (value, worded(what, value), number, length)
            for (value, number), length in zip(ranked, lengths, strict=True)
        ]
    tried = figures.tried
    most = max((max(remedy.worked, remedy.not_worked) for remedy in tried), default=0)
    return {
        "here": site.insights(figures.days),
        "figures": figures,
        "choices": DAYS,
        "top": top,
        "columns": (draw_bars(plans, top), draw_bars(worked, top)),
        "best": max(periods, key=lambda period: period.plans),
        "bars": bars,
        "remedies": [
            (worded("remedy", each.remedy), each, *draw_bars([each.worked, each.not_worked], most))
            for each in tried
        ],
        "leaving": [
            (shown_question(code, asked.fact).text, asked, *draw_bars([asked.left], asked.shown))
            for asked in figures.leaving
            if asked.fact in knowledge().questions
        ],
        "number": lambda number: format_decimal(number, locale=code),
        "share": lambda part, whole: format_percent(part / whole if whole else 0, locale=code),
        "day": lambda day, length="medium": shown_day(day, code, length),
    }


def _wording(site: Site) -> Callable[[str, str], str]:
    """Return what words a value that was counted; one that is no more is its own word."""
    translate = site.language.gettext
    content = knowledge()
    fill = Wording(Situation(Facts()), translate).fill

    def worded(what: str, value: str) -> str:
        if what == "scenario" and value in content.scenarios:
            return fill(content.scenarios[value].title)
        if what == "remedy" and value in content.remedies:
            return fill(content.remedies[value].title)
        if value == "unknown":
            return translate(UNKNOWN)
        if what == "provider":
            known = content.provider_by("id", value)
            return known.name if known else translate(ANOTHER) if value == "other" else value
        if what in content.questions:
            return answer_text(site.language.code, what, value)
        return value

    return worded


def _cell(word: str) -> str:
    return f"'{word}" if word.startswith(_FORMULA) else word
