"""Sessions: when they end, and who ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.store import Database
from app.store.agents import Agent, Agents
from app.store.sessions import CredentialsChanged, Sessions
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


def test_an_idle_session_ends(sessions: Sessions, lan: Agent, clock: Clock) -> None:
    token = sessions.begin(lan)
    for _ in range(4):
        clock.moment += timedelta(minutes=29)
        assert sessions.find_agent("", token) == lan
    clock.moment += timedelta(minutes=30)
    assert sessions.find_agent("", token) is None


def test_use_of_a_session_is_recorded_once_a_minute(
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
        assert sessions.find_agent("", token)
    assert len(written) == 2


def test_a_clock_set_back_does_not_extend_a_session(
    sessions: Sessions, lan: Agent, clock: Clock
) -> None:
    token = sessions.begin(lan)
    clock.moment -= timedelta(seconds=1)
    assert sessions.find_agent("", token) == lan, "a little is no reason to sign in again"
    clock.moment -= timedelta(days=2)
    assert sessions.find_agent("", token) is None


def test_a_concurrent_sign_in_does_not_survive_a_new_password(
    sessions: Sessions, agents: Agents, lan: Agent
) -> None:
    thief = agents.check("", "lan", "correct horse battery")
    assert thief
    assert agents.change_password(lan, "correct horse battery", "một con vịt xoè ra")
    with pytest.raises(CredentialsChanged):
        sessions.begin(thief)
    assert sessions.list_for(lan) == []
    assert sessions.begin(lan), "who is signed in goes on"
    late = agents.check("", "lan", "một con vịt xoè ra")
    assert late
    agents.remove("", "lan")
    with pytest.raises(CredentialsChanged):
        sessions.begin(late)


def test_sessions_are_listed_and_ended(
    sessions: Sessions, lan: Agent, agents: Agents, clock: Clock
) -> None:
    kim = agents.add("", "kim", "agent", "correct horse battery")
    theirs = sessions.begin(kim)
    first = sessions.begin(lan)
    clock.moment += timedelta(minutes=5)
    second = sessions.begin(lan)
    listed = sessions.list_for(lan)
    assert [one.begun for one in listed] == [clock.moment, clock.moment - timedelta(minutes=5)]
    assert not {first, second} & {one.id for one in listed}
    (foreign,) = sessions.list_for(kim)
    assert sessions.end_by_id(lan, foreign.id) == 0, "only one's own"
    assert sessions.end_by_id(lan, listed[1].id) == 1
    assert (sessions.find_agent("", first), sessions.find_agent("", second)) == (None, lan)
    third = sessions.begin(lan)
    assert sessions.end_others(lan, third) == 1
    assert (sessions.find_agent("", second), sessions.find_agent("", third)) == (None, lan)
    assert sessions.find_agent("", theirs) == kim
    fourth = sessions.begin(lan, replaced=third)
    assert (sessions.find_agent("", third), sessions.find_agent("", fourth)) == (None, lan)


@pytest.mark.parametrize(
    ("allowed", "role"), [("everybody", "lead"), ("agents", "agent"), ("nobody", None)]
)
def test_the_password_policy(
    database: Database, clock: Clock, lan: Agent, allowed, role: str | None
) -> None:
    agents, sessions = (
        Agents(database, clock, allowed),
        Sessions(database, clock, passwords=allowed),
    )
    token = sessions.begin(lan)
    found = [agents.check("", "lan", "correct horse battery"), sessions.find_agent("", token)]
    assert [agent and agent.role for agent in found] == [role, role]
    federated = agents.provision("", "https://id.example", "42", "lan", "lead")
    assert sessions.find_agent("", sessions.begin(federated)) == federated
