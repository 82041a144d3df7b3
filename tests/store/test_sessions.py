"""Sessions: when they end, and who ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.store import Database
from app.store.agents import Agent, Agents
from app.store.sessions import Outdated, Sessions
from tests.store.fixtures import Clock, hash_quickly


@pytest.fixture
def agents(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Agents:
    hash_quickly(monkeypatch)
    return Agents(database, clock)


@pytest.fixture
def lan(agents: Agents) -> Agent:
    return agents.add("", "lan", "lead", "correct horse battery")


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock, timedelta(minutes=30))


def test_a_session_ends_when_nothing_is_done(sessions: Sessions, lan: Agent, clock: Clock) -> None:
    token = sessions.begin(lan)
    for _ in range(4):
        clock.moment += timedelta(minutes=29)
        assert sessions.agent_of("", token) == lan
    clock.moment += timedelta(minutes=30)
    assert sessions.agent_of("", token) is None


def test_that_something_is_done_is_written_once_a_minute(
    sessions: Sessions, lan: Agent, clock: Clock, database: Database
) -> None:
    token = sessions.begin(lan)
    written = []

    @event.listens_for(database._engine, "before_cursor_execute")
    def note(connection, cursor, statement, *_):  # type: ignore[no-untyped-def]
        if statement.startswith("UPDATE"):
            written.append(statement)

    for _ in range(120):
        clock.moment += timedelta(seconds=1)
        assert sessions.agent_of("", token)
    assert len(written) == 2


def test_a_clock_that_goes_back_lengthens_no_session(
    sessions: Sessions, lan: Agent, clock: Clock
) -> None:
    token = sessions.begin(lan)
    clock.moment -= timedelta(seconds=1)
    assert sessions.agent_of("", token) == lan, "a little is no reason to sign in again"
    clock.moment -= timedelta(days=2)
    assert sessions.agent_of("", token) is None


def test_a_sign_in_under_way_does_not_outlive_the_password(
    sessions: Sessions, agents: Agents, lan: Agent
) -> None:
    thief = agents.check("", "lan", "correct horse battery")
    assert thief
    assert agents.change_password(lan, "correct horse battery", "một con vịt xoè ra")
    with pytest.raises(Outdated):
        sessions.begin(thief)
    assert sessions.of_agent(lan) == []
    assert sessions.begin(lan), "who is signed in goes on"
    late = agents.check("", "lan", "một con vịt xoè ra")
    assert late
    agents.remove("", "lan")
    with pytest.raises(Outdated):
        sessions.begin(late)


def test_sessions_are_listed_and_ended(
    sessions: Sessions, lan: Agent, agents: Agents, clock: Clock
) -> None:
    kim = agents.add("", "kim", "agent", "correct horse battery")
    theirs = sessions.begin(kim)
    first = sessions.begin(lan)
    clock.moment += timedelta(minutes=5)
    second = sessions.begin(lan)
    listed = sessions.of_agent(lan)
    assert [one.begun for one in listed] == [clock.moment, clock.moment - timedelta(minutes=5)]
    assert not {first, second} & {one.id for one in listed}
    (foreign,) = sessions.of_agent(kim)
    assert sessions.end_one(lan, foreign.id) == 0, "only one's own"
    assert sessions.end_one(lan, listed[1].id) == 1
    assert (sessions.agent_of("", first), sessions.agent_of("", second)) == (None, lan)
    third = sessions.begin(lan)
    assert sessions.end_others(lan, third) == 1
    assert (sessions.agent_of("", second), sessions.agent_of("", third)) == (None, lan)
    assert sessions.agent_of("", theirs) == kim
    fourth = sessions.begin(lan, instead=third)
    assert (sessions.agent_of("", third), sessions.agent_of("", fourth)) == (None, lan)


@pytest.mark.parametrize(
    ("allowed", "role"), [("everybody", "lead"), ("agents", "agent"), ("nobody", None)]
)
def test_who_may_work_with_a_password(
    database: Database, clock: Clock, lan: Agent, allowed, role: str | None
) -> None:
    agents, sessions = (
        Agents(database, clock, allowed),
        Sessions(database, clock, passwords=allowed),
    )
    token = sessions.begin(lan)
    found = [agents.check("", "lan", "correct horse battery"), sessions.agent_of("", token)]
    assert [agent and agent.role for agent in found] == [role, role]
    vouched = agents.known_by("", "https://id.example", "42", "lan", "lead")
    assert sessions.agent_of("", sessions.begin(vouched)) == vouched
