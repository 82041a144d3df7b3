"""What happens out there: each portal its own numbers, with a table behind each chart, as CSV."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask

from app import create_app
from app.desk.insights import views as insights
from app.desk.insights.summary import sum_up
from app.services import services
from app.settings import Settings
from app.store import Database, DatabaseUnavailable
from app.store.counts import add_counts
from tests.conftest import PORTALS
from tests.desk.conftest import PASSWORD, let_go, sign_in
from tests.linting import SPACE, LintingClient, visible_text

TODAY = date(2026, 3, 4)
PAGE = "/en/desk/insights"


@pytest.fixture
def counted(database_url: str) -> Iterator[Flask]:
    settings = Settings(
        page_cache=0, database_url=database_url, portals=str(PORTALS), count_days=3660
    )
    app = create_app(settings, TODAY)
    app.test_client_class = LintingClient
    yield app
    let_go(app)


def lead_of(app: Flask, portal: str = "") -> LintingClient:
    services(app).storage.agents.add(portal, "lan", "lead", PASSWORD)
    client = app.test_client()
    assert sign_in(client, root=f"/at/{portal}" if portal else "").status_code == 303
    return client


@pytest.fixture
def client(counted: Flask) -> LintingClient:
    return lead_of(counted)


@pytest.fixture
def keep(counted: Flask) -> Callable[..., None]:
    """Put numbers into the database, some days ago, as (what, value) = number."""

    def put(numbers: dict[tuple[str, str], int], portal: str = "", ago: int = 0) -> None:
        day = TODAY - timedelta(days=ago)
        added = {(day, portal, *key): number for key, number in numbers.items()}
        with services(counted).storage.database.writing() as connection:
            add_counts(connection, added)

    return put


def table(page, section: str) -> list[list[str]]:
    """Return the rows of a section's table."""
    sections = html5lib.parse(page.text).iter(f"{SPACE}section")
    part = next(s for s in sections if s.get("aria-labelledby") == section)
    rows = next(part.iter(f"{SPACE}tbody")).iter(f"{SPACE}tr")
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]


def bars(page, section: str) -> list[float]:
    sections = html5lib.parse(page.text).iter(f"{SPACE}section")
    part: Element = next(s for s in sections if s.get("aria-labelledby") == section)
    found = part.iter("{http://www.w3.org/2000/svg}svg")
    rects = [svg[0] for svg in found if (svg.get("class") or "").startswith("bar")]
    return [float(rect.get("width") or 0) for rect in rects]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_with_nothing_counted_it_says_so_calmly(client: LintingClient, lang: str) -> None:
    page = client.get(f"/{lang}/desk/insights")
    assert page.status_code == 200
    assert "<figure" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    told = {"en": "There's no data for this period.", "vi": "Chưa có số liệu"}
    assert told[lang] in visible_text(page)


def test_what_was_just_counted_is_there_and_looking_on_does_not_count(client) -> None:
    client.get("/en/check?error=mailbox-full")
    client.post("/en/read", data={"text": "mailbox full"})
    for _ in range(2):
        page = client.get(PAGE)
    assert table(page, "scenario") == [
        ["The recipient's mailbox is full. mailbox-full", "1", "100%"]
    ]
    assert table(page, "error")[0][1:] == ["1", "100%"]
    assert table(page, "provider") == [["Unknown or not asked unknown", "1", "100%"]]
    assert "Error messages analysed 1" in visible_text(page)
    assert table(page, "time")[0] == ["4 Mar 2026", "1", "0"]


@pytest.mark.parametrize(
    ("lang", "number", "share"), [("vi", "1.234", "25%"), ("en", "1,234", "25%")]
)
def test_numbers_are_written_as_the_language_does(client, keep, lang, number, share) -> None:
    keep({("plan", "settled"): 1234, ("early", "login"): 766, ("worked", "wait"): 500})
    text = visible_text(client.get(f"/{lang}/desk/insights"))
    assert f" {number} " in text
    assert f" {share} " in text


def test_values_are_said_in_words_and_one_that_is_no_more_is_its_own(client, keep) -> None:
    keep(
        {
            ("plan", "settled"): 10,
            ("provider", "gmail"): 5,
            ("provider", "other"): 3,
            ("provider", "gone-one"): 2,
            ("scenario", "no-such-row"): 1,
            ("place", "home"): 4,
            ("program", "iphone"): 2,
            ("scenario", "oauth-lapsed"): 3,
        }
    )
    page = client.get("/vi/desk/insights")
    assert [row[0] for row in table(page, "provider")] == [
        "Gmail gmail",
        "Nhà cung cấp khác other",
        "gone-one gone-one",
    ]
    assert table(page, "place") == [["Ở nhà home", "4", "40%"]]
    assert table(page, "scenario")[1][0] == "no-such-row no-such-row"
    assert bars(page, "provider") == [100, 60, 40]
    assert "{" not in visible_text(page)


def test_remedies_and_questions(client, keep) -> None:
    keep(
        {
            ("worked", "use-login"): 3,
            ("not-worked", "use-login"): 1,
            ("not-worked", "wait"): 2,
            ("shown", "place"): 10,
            ("answered", "place"): 7,
            ("early", "place"): 1,
            ("shown", "vpn"): 4,
            ("answered", "vpn"): 6,
            ("shown", "no-question"): 9,
        }
    )
    page = client.get(PAGE)
    assert [row[1:] for row in table(page, "remedies")] == [["3", "1", "75%"], ["0", "2", "0%"]]
    assert bars(page, "remedies") == [100, 33.3, 0, 66.7]
    left = table(page, "leaving")
    assert [row[1:] for row in left] == [["10", "7", "1", "2", "20%"], ["4", "6", "0", "0", "0%"]]
    assert left[0][0].endswith(" place")
    assert bars(page, "leaving") == [20, 0]


def test_only_the_first_eight_are_drawn_and_all_are_in_the_table(client, keep) -> None:
    keep({("provider", f"p{number}"): number for number in range(1, 13)})
    page = client.get(PAGE)
    assert len(bars(page, "provider")) == 8
    assert len(table(page, "provider")) == 12
    assert "The table has all 12." in visible_text(page)


def test_every_picture_has_words_or_stands_beside_them(client, keep) -> None:
    keep({("plan", "settled"): 5, ("worked", "wait"): 2, ("place", "home"): 5}, ago=3)
    page = client.get(f"{PAGE}?days=7")
    drawn = re.findall(r"<svg (?!xmlns)[^>]*>", page.text)
    hidden = [tag for tag in drawn if 'aria-hidden="true"' in tag]
    (chart,) = (tag for tag in drawn if tag not in hidden)
    assert 'role="img"' in chart
    words = "From 26 February 2026 to 4 March 2026. Fixes viewed: 5."
    words += " Reported as working: 2. The highest number was 5 (1 March 2026)."
    assert f'aria-label="{words}"' in chart


@pytest.mark.parametrize("swept", [False, True])
def test_days_and_weeks_in_the_time_asked_for(counted, client, keep, swept: bool) -> None:
    for ago in (0, 6, 7, 29, 30, 89, 90, 364, 365, 729, 730):
        keep({("plan", "settled"): 1}, ago=ago)
    if swept:
        services(counted).storage.cases.sweep(sure=True)
    for days, plans in ((7, 2), (30, 4), (90, 6), (365, 8), (730, 10)):
        page = client.get(f"{PAGE}?days={days}")
        assert f"Fixes viewed {plans} " in visible_text(page)
        rows = table(page, "time")
        assert sum(int(row[1]) for row in rows) == plans
        assert len(rows) == {365: 53, 730: 105}.get(days, days)
    assert rows[0][0] == "2 Mar 2026", "a week begins on Monday"
    for wrong in ("", "?days=8", "?days=x", "?days=-1"):
        assert 'insights?days=30" aria-current="true"' in client.get(PAGE + wrong).text


def test_columns_stand_side_by_side_in_proportion(client, keep) -> None:
    keep({("plan", "settled"): 40, ("worked", "wait"): 10})
    keep({("plan", "settled"): 20}, ago=6)
    chart = client.get(f"{PAGE}?days=7").text
    assert 'class="columns" viewBox="0 0 70 100"' in chart
    box = r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="(\d)" height="([\d.]+)"'
    assert re.findall(box, chart) == [
        ("all", "1.0", "50.0", "8", "50.0"),
        ("all", "61.0", "0.0", "8", "100.0"),
        ("part", "63.0", "75.0", "4", "25.0"),
    ]


def test_a_portal_sees_its_own_numbers_and_nobody_elses(counted, client, keep) -> None:
    theirs = lead_of(counted, "proseware")
    keep({("plan", "settled"): 7})
    keep({("plan", "settled"): 3}, portal="proseware")
    assert "Fixes viewed 7 " in visible_text(client.get(PAGE))
    assert client.get(f"/at/proseware{PAGE}").status_code == 303
    page = theirs.get(f"/at/proseware{PAGE}")
    assert "Fixes viewed 3 " in visible_text(page)
    assert 'href="/at/proseware/en/desk/insights.csv?days=30"' in page.text
    lines = theirs.get(f"/at/proseware{PAGE}.csv").text.splitlines()
    assert lines[1:] == ["2026-03-04,proseware,plan,settled,3"]


def test_csv_can_be_read_back_and_calculates_nothing(client, keep) -> None:
    odd = ("=1+1", "+a", "-b", "@c", "a,b", 'a"b', "wait")
    keep({("worked", word): 1 for word in odd} | {("response", "200"): 5}, ago=2)
    answer = client.get(f"{PAGE}.csv?days=7")
    assert answer.content_type == "text/csv; charset=utf-8"
    name = 'attachment; filename="insights-7-2026-03-04.csv"'
    assert answer.headers["Content-Disposition"] == name
    head, *rows = csv.reader(StringIO(answer.text, newline=""))
    assert head == ["day", "portal", "what", "value", "number"]
    values = {row[3] for row in rows}
    assert values == {"'=1+1", "'+a", "'-b", "'@c", "a,b", 'a"b', "wait"}
    assert {tuple(row[:3]) for row in rows} == {("2026-03-02", "", "worked")}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_the_database_it_says_so(counted, client, monkeypatch, lang: str) -> None:
    def away(self: Database) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Database, "reporting", away)
    for url in (f"/{lang}/desk/insights?days=7", f"/{lang}/desk/insights.csv"):
        page = client.get(url)
        assert page.status_code == 503
        assert int(page.headers["Retry-After"]) > 0
        assert page.mimetype == "text/html"


def test_without_a_database_there_are_none() -> None:
    none = create_app(Settings(page_cache=0))
    assert none.test_client().get(PAGE).status_code == 404


def test_an_agent_who_is_no_lead_sees_none_of_it(counted: Flask) -> None:
    services(counted).storage.agents.add("", "kim", "agent", PASSWORD)
    client = counted.test_client()
    sign_in(client, name="kim")
    for url in (PAGE, f"{PAGE}.csv", "/en/desk/audit"):
        assert client.get(url).status_code == 403
    assert counted.test_client().get(PAGE).status_code == 303


def test_nothing_of_the_desk_is_counted(counted: Flask, client: LintingClient) -> None:
    client.get(PAGE)
    client.get(f"{PAGE}.csv")
    held = services(counted).storage.counters.pending()
    assert {what for _, _, what, _ in held} <= {"response"}


def test_sums_of_nothing() -> None:
    figures = sum_up([], [], TODAY, 7)
    assert not figures.anything
    assert [period.first for period in figures.periods][:: len(figures.periods) - 1] == [
        date(2026, 2, 26),
        TODAY,
    ]
    figures = sum_up([("plan", "settled", 2)], [(TODAY, "plan", 2)], TODAY, 7)
    assert figures.anything
    assert insights.DAYS[0] == 7
