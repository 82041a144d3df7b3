"""Slots and their queue are bounded."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest
from argon2 import PasswordHasher

from app.store import Database, passwords
from app.store.agents import Agents
from app.store.hashing_limit import Slots, SlotsFull
from app.store.sign_in_throttle import SignInLocked
from tests.store.fixtures import Clock, hash_quickly


def test_slots_and_queue_are_bounded() -> None:
    slots, inside, leave = Slots(2, 1, 30), Event(), Event()

    def hold() -> None:
        with slots.taken():
            inside.set()
            assert leave.wait(30)

    with ThreadPoolExecutor(3) as pool:
        held = [pool.submit(hold) for _ in range(3)]
        assert inside.wait(30)
        while slots._queue._value:  # type: ignore[attr-defined]
            time.sleep(0)
        with pytest.raises(SlotsFull), slots.taken():
            pass
        leave.set()
        for one in held:
            one.result(30)
    with slots.taken(), slots.taken():
        pass


def test_a_call_that_waits_too_long_is_refused() -> None:
    slots = Slots(1, 1, 0.01)
    with slots.taken():
        for _ in range(3):
            with pytest.raises(SlotsFull), slots.taken():
                pass
    with pytest.raises(ZeroDivisionError), slots.taken():
        1 / 0  # noqa: B018
    with slots.taken():
        pass


class EventCounting:
    """A hasher that counts concurrent checks."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=4096, parallelism=1)
        self._lock, self.now, self.most = Lock(), 0, 0

    def hash(self, password: str) -> str:
        """Hash as usual."""
        return self._hasher.hash(password)

    def verify(self, kept: str, password: str) -> bool:
        """Verify as usual, and count."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            return self._hasher.verify(kept, password)
        finally:
            with self._lock:
                self.now -= 1


def test_few_passwords_are_hashed_at_the_same_time(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = EventCounting()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    agents = Agents(database, clock)

    def attempt(number: int) -> str:
        try:
            agents.check("", f"agent {number}", "wrong", f"10.0.{number}.0/24")
        except SlotsFull:
            return "busy"
        except SignInLocked:
            return "locked"
        return "wrong"

    with ThreadPoolExecutor(60) as pool:
        told = list(pool.map(attempt, range(120)))
    assert set(told) == {"wrong", "busy"}
    assert 1 <= hasher.most <= 2


def test_unknown_devices_do_not_block_known_ones(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_quickly(monkeypatch)
    agents = Agents(database, clock)
    lan = agents.add("", "lan", "agent", "correct horse battery")
    monkeypatch.setattr(passwords, "UNKNOWN_DEVICE_SLOTS", Slots(1, 0, 0))
    with passwords.UNKNOWN_DEVICE_SLOTS.taken():
        with pytest.raises(SlotsFull):
            agents.check("", "lan", "correct horse battery")
        assert agents.change_password(lan, "correct horse battery", "another good password")
