"""Wrong passwords lock the network or device that sends them, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from app.store import Database
from app.store.agents import Agents
from app.store.schema import attempts, secrets
from app.store.schema import devices as device_table
from app.store.sessions import DEVICE_LIFETIME, Devices
from app.store.sign_in_throttle import BURST, SignInLocked
from tests.store.fixtures import Clock, hash_quickly

PASSWORD = "mật khẩu đủ dài"
HOME, AWAY = "192.0.2.0/24", "198.51.100.0/24"
Try = Callable[..., str]


@pytest.fixture
def agents(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Agents:
    hash_quickly(monkeypatch)
    agents = Agents(database, clock)
    agents.add("", "lan", "agent", PASSWORD)
    return agents


@pytest.fixture
def devices(database: Database, clock: Clock) -> Devices:
    return Devices(database, clock)


@pytest.fixture
def attempt(agents: Agents, devices: Devices) -> Try:
    """Return a function that tries a password and returns the result."""

    def make(password: str, network: str = AWAY, token: str = "", name: str = "lan") -> str:
        device = devices.find("", name, token)
        try:
            agent = agents.check("", name, password, network, device)
        except SignInLocked:
            return "locked"
        return "right" if agent else "wrong"

    return make


def test_a_lock_is_for_one_network_only(attempt: Try) -> None:
    assert [attempt("wrong") for _ in range(6)] == ["wrong"] * 5 + ["locked"]
    assert attempt(PASSWORD) == "locked", "there the right one is no way around"
    assert attempt(PASSWORD, HOME) == "right"
    assert attempt(PASSWORD) == "locked", "and it opens nothing for others"


def test_a_known_device_is_never_locked_by_others(
    agents: Agents, devices: Devices, attempt: Try, clock: Clock
) -> None:
    lan = agents.check("", "lan", PASSWORD, HOME)
    assert lan
    token = devices.remember(lan, "")
    for number in range(BURST + 20):  # many networks, its own among them
        attempt("wrong", f"2001:db8:{number:x}::/48")
        attempt("wrong", HOME)
    assert attempt(PASSWORD, HOME) == "locked"
    assert attempt(PASSWORD, "203.0.113.0/24") == "locked", "the limit over all networks"
    assert attempt(PASSWORD, HOME, token) == "right"


def test_a_stolen_device_is_throttled_on_its_own(
    agents: Agents, devices: Devices, attempt: Try, clock: Clock
) -> None:
    lan = agents.check("", "lan", PASSWORD, HOME)
    assert lan
    stolen, own = devices.remember(lan, ""), devices.remember(lan, "")
    assert [attempt("wrong", AWAY, stolen) for _ in range(7)] == ["wrong"] * 5 + ["locked"] * 2
    assert attempt(PASSWORD, AWAY, stolen) == "locked"
    assert attempt(PASSWORD, HOME, own) == "right"
    assert attempt(PASSWORD, HOME) == "right"
    clock.moment += timedelta(seconds=31)
    assert attempt(PASSWORD, AWAY, stolen) == "right"


def test_a_device_is_known_by_agent_and_for_a_time(
    agents: Agents, devices: Devices, clock: Clock, database: Database
) -> None:
    lan = agents.check("", "lan", PASSWORD, HOME)
    kim = agents.add("", "kim", "agent", PASSWORD)
    assert lan
    first = devices.remember(lan, "")
    assert devices.find("", "kim", first) is None
    assert devices.find("proseware", "lan", first) is None
    shared = devices.remember(kim, first)
    assert devices.find("", "lan", shared)
    assert devices.find("", "kim", shared)
    assert devices.find("", "lan", first) is None, "a copy of the old token is worth nothing"
    for wrong in ("", "x", shared[:-1], "x" * 5000, "\ud800"):
        assert devices.find("", "lan", wrong) is None
    with database.reading() as connection:
        assert shared not in str(connection.execute(select(device_table)).all())
    clock.moment += DEVICE_LIFETIME
    assert devices.find("", "lan", shared) is None
    devices.remember(kim, "")
    with database.reading() as connection:
        assert len(connection.execute(select(device_table)).all()) == 1, "the old ones are gone"


def test_a_sign_in_does_not_reset_a_colleagues_attempts(
    agents: Agents, devices: Devices, attempt: Try
) -> None:
    lan, kim = agents.check("", "lan", PASSWORD), agents.add("", "kim", "agent", PASSWORD)
    assert lan
    token = devices.remember(kim, devices.remember(lan, ""))
    for _ in range(5):
        assert attempt("wrong", HOME, token) == "wrong"
    token = devices.remember(kim, token)
    assert attempt("wrong", HOME, token) == "locked"


@pytest.mark.parametrize("change", ["password", "sign-out", "own"])
def test_a_new_password_makes_every_device_unknown(
    agents: Agents, devices: Devices, change: str
) -> None:
    lan = agents.check("", "lan", PASSWORD)
    assert lan
    token = devices.remember(lan, "")
    if change == "password":
        agents.set_password("", "lan", "another good password")
    elif change == "own":
        assert agents.change_password(lan, PASSWORD, "another good password")
    else:
        assert agents.sign_out("", "lan") == 1
    assert devices.find("", "lan", token) is None


def test_attempts_from_many_networks_are_bounded_by_day(attempt: Try, clock: Clock) -> None:
    tried = 0
    for number in range(400):
        tried += attempt("wrong", f"2001:db8:{number:x}::/48") == "wrong"
    assert tried == BURST
    for _ in range(24 * 6):
        clock.moment += timedelta(minutes=10)
        results = [attempt("wrong", f"2001:db8:{number + 500:x}::/48") for number in range(3)]
        tried += results.count("wrong")
    assert tried == BURST + 144
    clock.moment += timedelta(days=1)
    assert attempt(PASSWORD, HOME) == "right"


def test_one_network_cannot_use_up_the_limit_of_all(attempt: Try, clock: Clock) -> None:
    for _ in range(3 * 48):
        attempt("wrong")
        clock.moment += timedelta(minutes=30, seconds=1)
    assert attempt(PASSWORD, HOME) == "right"


def test_a_clock_set_back_does_not_extend_a_lock(attempt: Try, clock: Clock) -> None:
    for number in range(BURST + 1):
        attempt("wrong", f"2001:db8:{number:x}::/48")
    for _ in range(6):
        attempt("wrong", HOME)
    clock.moment -= timedelta(days=2)
    waited = 0
    while attempt(PASSWORD, HOME) != "right":
        clock.moment += timedelta(minutes=1)
        waited += 1
    assert waited <= 10, "minutes"


def test_a_delayed_attempt_is_locked_too(attempt: Try, clock: Clock) -> None:
    came = clock.moment  # and waited for a slot, while five others were looked at
    clock.moment += timedelta(seconds=1)
    for _ in range(5):
        assert attempt("wrong", HOME) == "wrong"
    clock.moment = came
    assert attempt(PASSWORD, HOME) == "locked"
    clock.moment += timedelta(seconds=1)
    for number in range(BURST - 5):
        assert attempt("wrong", f"2001:db8:{number:x}::/48") == "wrong"
    clock.moment = came
    assert attempt(PASSWORD, "192.0.2.0/24") == "locked"


def test_a_delayed_attempt_is_not_locked_too_early(attempt: Try, clock: Clock) -> None:
    came = clock.moment
    clock.moment += timedelta(seconds=1)
    for _ in range(4):
        assert attempt("wrong", HOME) == "wrong"
    clock.moment = came
    assert attempt(PASSWORD, HOME) == "right"


def test_unlocking_a_name_unlocks_its_devices(
    agents: Agents, devices: Devices, attempt: Try
) -> None:
    lan = agents.check("", "lan", PASSWORD, HOME)
    assert lan
    token = devices.remember(lan, "")
    for _ in range(5):
        attempt("wrong", HOME, token)
    assert attempt(PASSWORD, HOME, token) == "locked"
    agents.unlock("", "lan")
    assert attempt(PASSWORD, HOME, token) == "right"


def test_a_stored_attempt_reveals_neither_name_nor_network(
    attempt: Try, database: Database
) -> None:
    attempt("wrong", name=PASSWORD)
    with database.reading() as connection:
        rows = connection.execute(select(attempts)).all()
        key = connection.scalar(select(secrets.c.value).where(secrets.c.name == "attempts"))
    assert key
    assert len(key) > 40
    digest = sha256(PASSWORD.encode()).hexdigest()
    assert not any(digest.startswith(row.name) for row in rows), "it is keyed"
    assert {len(row.name) for row in rows} == {6}, "24 bits: many texts have them"
    assert {len(row.place) for row in rows} == {4, 1}, "16 bits: 256 networks of IPv4 have them"
