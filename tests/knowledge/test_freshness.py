"""A fact that was last checked too long ago is listed, and a plan that rests on it says so."""

from datetime import date

import pytest

from app import create_app
from app.diagnosis import Facts, Plan, Situation
from app.knowledge import knowledge
from app.knowledge.freshness import dated_facts, is_stale
from app.settings import Settings
from tests.linting import LintingClient, visible_text

GMAIL = Facts(error="relay-denied", account_domain="gmail.com", program="thunderbird")


@pytest.mark.parametrize(
    ("checked", "on", "stale"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), False),
        (date(2026, 11, 24), date(2027, 11, 24), False),
        (date(2026, 11, 24), date(2027, 11, 25), True),
        (date(2024, 2, 29), date(2025, 3, 1), False),
        (date(2024, 2, 29), date(2025, 3, 2), True),
        (None, date(2026, 1, 1), True),
    ],
)
def test_a_fact_holds_for_twelve_months(checked, on, stale: bool) -> None:
    assert is_stale(checked, on) is stale


def test_all_facts_that_can_grow_old_are_listed() -> None:
    names = {fact.name for fact in dated_facts(knowledge())}
    assert {"provider gmail", "provider gmail, note", "program thunderbird, labels"} <= names
    assert {"reply zoho-relaying-disallowed-as", "vendor google, app-password"} <= names
    assert "program other, labels" not in names
    assert all(fact.source for fact in dated_facts(knowledge()))


def test_a_plan_that_rests_on_an_old_fact_says_so() -> None:
    assert Plan(Situation(GMAIL), on=date(2026, 12, 1)).stale == ()
    old = Plan(Situation(GMAIL), on=date(2028, 1, 1)).stale
    assert [fact.name for fact in old] == [
        "provider gmail",
        "program thunderbird, labels",
        "vendor google, app-password",
    ]
    general = GMAIL.but(account_domain="proseware.com", program="other")
    assert Plan(Situation(general), on=date(2028, 1, 1)).stale == ()


@pytest.mark.parametrize(("day", "said"), [(date(2026, 12, 1), False), (date(2028, 1, 1), True)])
def test_the_page_goes_by_the_day_it_is(day: date, said: bool) -> None:
    app = create_app(Settings(page_cache=0), today=day)
    app.test_client_class = LintingClient
    text = visible_text(app.test_client().get(f"/en/check?{GMAIL.query()}&plan=now"))
    assert ("more than a year ago" in text) is said
