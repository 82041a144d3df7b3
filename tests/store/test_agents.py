"""Agents: passwords, sessions, and locks after wrong passwords."""

from __future__ import annotations

import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.store import Database, passwords
from app.store.agents import Agents
from app.store.keys import signing_keys
from app.store.schema import agents as table
from app.store.schema import attempts, sessions
from app.store.sessions import Sessions
from app.store.sign_in_throttle import SignInLocked
from tests.store.fixtures import Clock, hash_quickly

PASSWORD = "mật khẩu đủ dài"


@pytest.fixture
def agents(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Agents:
    hash_quickly(monkeypatch)
    return Agents(database, clock)


@pytest.fixture
def sessions_of(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock)


def test_only_a_hash_of_a_password_is_stored(database: Database, clock: Clock) -> None:
    agents = Agents(database, clock)
    lan = agents.add("", "lan", "agent", PASSWORD)
    with database.reading() as connection:
        kept = connection.execute(select(table.c.password)).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=65536,")
    assert agents.check("", "lan", PASSWORD) == lan
    # The same letters, as another keyboard composes them.
    assert agents.check("", "lan", "mật khẩu đủ dài") == lan
    assert agents.check("", "lan", PASSWORD.upper()) is None
    assert agents.check("", "nobody", PASSWORD) is None
    assert agents.check("proseware", "lan", PASSWORD) is None


def test_an_outdated_hash_is_renewed_at_the_next_sign_in(
    agents: Agents, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str:
        with database.reading() as connection:
            return str(connection.execute(select(table.c.password)).scalar_one())

    agents.add("", "lan", "agent", PASSWORD)
    old = kept()
    agents.check("", "lan", PASSWORD)
    assert kept() == old
    stronger = PasswordHasher(time_cost=2, memory_cost=2048, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: stronger)
    assert agents.check("", "lan", PASSWORD.upper()) is None
    assert kept() == old
    assert agents.check("", "lan", PASSWORD)
    assert "m=2048,t=2," in kept()
    assert agents.check("", "lan", PASSWORD)


def test_no_new_password_is_hashed_unless_the_old_one_is_right(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan, hashed = agents.add("", "lan", "agent", PASSWORD), []
    monkeypatch.setattr(passwords, "hash_new_password", lambda *given: hashed.append(given) or "x")
    for _ in range(5):
        assert not agents.change_password(lan, "wrong", "một con vịt xoè ra")
    with pytest.raises(SignInLocked):
        agents.change_password(lan, PASSWORD, "một con vịt xoè ra")
    assert not hashed


def test_of_two_concurrent_password_changes_one_fails(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan, right = agents.add("", "lan", "agent", PASSWORD), passwords.verify
    owners, thiefs = "một con vịt xoè ra", "hai con thằng lằn con"

    def slowly(given: str, kept: str | None) -> bool:
        monkeypatch.setattr(passwords, "verify", right)
        fits = right(given, kept)
        assert agents.set_password("", "lan", owners)
        return fits

    monkeypatch.setattr(passwords, "verify", slowly)
    assert not agents.change_password(lan, PASSWORD, thiefs)
    assert agents.check("", "lan", owners)


@pytest.mark.parametrize("password", ["", "elevensigns", "x" * 257])
def test_a_password_has_a_minimum_and_a_maximum_length(agents: Agents, password: str) -> None:
    with pytest.raises(ValueError, match="12"):
        agents.add("", "lan", "agent", password)
    assert agents.check("", "lan", password) is None


def test_a_name_is_unique_at_each_desk(agents: Agents) -> None:
    agents.add("", "lan", "agent", PASSWORD)
    agents.add("proseware", "lan", "lead", PASSWORD)
    with pytest.raises(ValueError, match="already"):
        agents.add("", "lan", "lead", PASSWORD)
    assert [(agent.portal, agent.role) for agent in agents.all()] == [
        ("", "agent"),
        ("proseware", "lead"),
    ]


def test_concurrent_attempts_are_all_counted(agents: Agents) -> None:
    agents.add("", "lan", "agent", PASSWORD)

    def attempt(number: int) -> str:
        try:
            return str(agents.check("", "lan", f"wrong password {number}"))
        except SignInLocked:
            return "locked"

    with ThreadPoolExecutor(6) as pool:  # as many as may wait for their turn
        assert Counter(pool.map(attempt, range(12))) == {"None": 5, "locked": 7}


def test_the_lock_doubles_and_ends(agents: Agents, clock: Clock) -> None:
    agents.add("", "lan", "agent", PASSWORD)
    for _ in range(5):
        assert agents.check("", "lan", "wrong") is None
    waited = []
    for _ in range(9):
        with pytest.raises(SignInLocked) as lock:
            agents.check("", "lan", PASSWORD)
        waited.append(lock.value.args[0] - 1)
        clock.moment += timedelta(seconds=waited[-1])
        assert agents.check("", "lan", "wrong") is None
    assert waited == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    clock.moment += timedelta(days=1, hours=1)
    assert agents.check("", "lan", PASSWORD)
    assert agents.check("", "lan", "wrong") is None, "all is forgotten"


def test_a_session_belongs_to_one_desk_and_ends(
    agents: Agents, sessions_of: Sessions, clock: Clock, database: Database
) -> None:
    lan = agents.add("", "lan", "agent", PASSWORD)
    token = sessions_of.begin(lan)
    with database.reading() as connection:
        assert token not in str(connection.execute(select(sessions)).all())
    assert sessions_of.find_agent("", token) == lan
    assert sessions_of.find_agent("proseware", token) is None
    assert sessions_of.find_agent("", token[:-1]) is None
    clock.moment += timedelta(hours=12)
    assert sessions_of.find_agent("", token) is None


def test_a_new_password_ends_every_session(agents: Agents, sessions_of: Sessions) -> None:
    token = sessions_of.begin(agents.add("", "lan", "agent", PASSWORD))
    assert not agents.set_password("", "kim", PASSWORD)
    assert agents.set_password("", "lan", "another good password")
    assert sessions_of.find_agent("", token) is None
    assert agents.check("", "lan", "another good password")


def test_a_federated_agent_is_updated_at_each_sign_in(agents: Agents) -> None:
    first = agents.provision("", "https://id.example", "42", "lan", "agent")
    again = agents.provision("", "https://id.example", "42", "Lan T.", "lead")
    assert (again.id, again.name, again.role) == (first.id, "Lan T.", "lead")
    assert agents.provision("", "https://id.example", "43", "lan", "agent").id != first.id
    assert agents.provision("proseware", "https://id.example", "42", "lan", "agent").id != first.id
    ours = agents.add("", "Lan T.", "agent", PASSWORD)
    assert ours.signature == "Lan T."
    assert again.signature == f"Lan T. (#{again.id})", "who did what is never in doubt"
    assert agents.check("", "Lan T.", PASSWORD), "a name is no more than a name"
    assert agents.remove("", "Lan T.") == 2


def test_removing_an_agent_keeps_the_same_name_at_other_desks(
    agents: Agents, sessions_of: Sessions
) -> None:
    for portal in ("", "proseware"):
        agents.add(portal, "lan", "agent", PASSWORD)
    token = sessions_of.begin(agents.check("proseware", "lan", PASSWORD))
    assert agents.remove("", "lan") == 1
    assert agents.check("", "lan", PASSWORD) is None
    assert sessions_of.find_agent("proseware", token)
    assert agents.remove("", "lan") == 0


def test_a_name_matches_in_any_unicode_composition(agents: Agents) -> None:
    one, other = (unicodedata.normalize(form, "Lân Đỗ") for form in ("NFD", "NFC"))
    assert one != other
    lan = agents.add("", one, "agent", PASSWORD)
    assert lan.name == other
    with pytest.raises(ValueError, match="already"):
        agents.add("", other, "agent", PASSWORD)
    assert agents.check("", one, PASSWORD) == agents.check("", other, PASSWORD) == lan
    for name in (one, other, one, other, one):
        assert agents.check("", name, "wrong") is None
    with pytest.raises(SignInLocked):
        agents.check("", one, PASSWORD)
    agents.unlock("", one)
    assert agents.set_password("", one, "another good password")
    assert agents.check("", one, "another good password") == lan
    assert agents.provision("", "https://id.example", "42", one, "agent").name == other
    assert agents.remove("", one) == 2


def test_only_a_digest_of_a_typed_name_is_stored(agents: Agents, database: Database) -> None:
    assert agents.check("", PASSWORD, "") is None
    with database.reading() as connection:
        rows = connection.execute(select(attempts)).all()
    assert {(len(row.name), len(row.place)) for row in rows} == {(6, 4), (6, 1)}, "many have them"
    assert PASSWORD not in str(rows)


def test_a_lock_is_logged_without_the_name(agents: Agents, caplog) -> None:
    agents.add("", "lan", "agent", PASSWORD)
    for _ in range(4):
        agents.check("", "lan", "wrong")
    assert agents.check("", "lan", PASSWORD), "the fifth one was right"
    for _ in range(5):
        assert not caplog.records
        agents.check("", "lan", "wrong")
    (line,) = caplog.records
    assert "locked for 0:00:30" in line.getMessage()
    assert "lan" not in line.getMessage()


def test_concurrent_processes_generate_one_key(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: signing_keys(database, Clock().moment), range(8)))
    assert len(keys) == 1
    assert [len(key) > 40 for key in keys.pop()] == [True]
