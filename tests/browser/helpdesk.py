"""A helpdesk for the browser's tests: an agent who leads it, a case, and some counts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page

from app.diagnosis import Facts, read_facts
from app.store import Database
from app.store.agents import Agents
from app.store.cases import Cases
from app.store.counts import add_counts

CODE = "H2KM4QR69T34"
AGENT, PASSWORD = "lan", "correct horse battery"


COUNTED = (
    ("plan", "settled"),
    ("scenario", "other-network"),
    ("error", "relay-denied"),
    ("provider", "other"),
    ("program", "thunderbird"),
    ("place", "work"),
    ("worked", "use-login"),
    ("not-worked", "wait"),
    ("shown", "place"),
    ("answered", "vpn"),
    ("shown", "vpn"),
)
"""What the insights show: what it is and its value."""


def prepare(folder: Path, plan: str) -> dict[str, str]:
    """Make a database with an agent, a case and some counts; return settings for a server."""
    url = f"sqlite:///{folder}/desk.sqlite3"
    database = Database(url)
    Agents(database).add("", AGENT, "lead", PASSWORD)
    cases = Cases(database, timedelta(days=30), new_code=lambda: CODE)
    case = cases.change(cases.open("", "vi", merge_reading(plan)), AGENT, note="Call back at noon.")
    assert case.code == CODE
    with database.writing() as connection:
        numbers = {key: number for number, key in enumerate(COUNTED, 3)}
        add_counts(connection, {(date.today(), "", *key): n for key, n in numbers.items()})
    database.close()
    return {"DATABASE_URL": url, "DESK_OPEN": "yes"}


def merge_reading(url: str) -> Facts:
    """Return the facts of a plan's URL."""
    facts, wrong = read_facts(dict(parse_qsl(urlsplit(url).query)))
    assert not wrong
    return facts


def sign_in(page: Page) -> None:
    """Sign the agent in."""
    page.goto("/en/desk/sign-in")
    page.fill("#name", AGENT)
    page.fill("#password", PASSWORD)
    with page.expect_event("load"):
        page.keyboard.press("Enter")
