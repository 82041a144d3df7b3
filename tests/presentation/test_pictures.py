"""The route picture: stations fill in, and the verdict stands where the mail stops."""

import pytest

from app.diagnosis import Facts, diagnose
from app.knowledge import knowledge
from app.presentation.pictures import draw_route, through


def test_stations_fill_in_as_facts_become_known() -> None:
    route = draw_route(Facts(place="work", recipient_domain="a.com,b.com,c.com"), str)
    assert [station.known for station in route.stations] == [False, True, False, True]
    assert [station.detail for station in route.stations] == ["", "work", "", "a.com, b.com …"]
    assert route.caption == ""


@pytest.mark.parametrize(
    ("facts", "reached", "mark"),
    [
        (Facts(error="no-connection"), 2, "stop"),
        (Facts(error="relay-denied"), 3, "stop"),
        (Facts(), 3, "doubt"),
        (Facts(error="mailbox-full"), 4, "stop"),
        (Facts(error="temporary"), 4, "doubt"),
        (Facts(login="password"), 4, "through"),
        (Facts(error="silent"), 3, "doubt"),
        (Facts(error="other"), 0, ""),
    ],
)
def test_the_verdict_stands_where_the_mail_stops(facts, reached, mark) -> None:
    route = draw_route(facts, str, diagnose(facts))
    assert route.reached == reached
    assert [s.mark for s in route.stations if s.mark] == ([mark] if mark else [])
    assert bool(route.caption) == bool(mark)


def test_after_the_fix_it_goes_through() -> None:
    assert through(draw_route(Facts(), str), str).stations[-1].mark == "through"


def test_every_scenario_can_be_drawn() -> None:
    assert {s.stops for s in knowledge().scenarios.values()} == {
        "line",
        "server",
        "recipient",
        "nowhere",
        "lost",
        "unclear",
    }


def test_a_route_of_which_nothing_is_known_is_idle() -> None:
    assert draw_route(Facts(error="relay-denied"), str).idle
    assert not draw_route(Facts(place="work"), str).idle
    silent = Facts(error="silent")
    assert not draw_route(silent, str, diagnose(silent)).idle
