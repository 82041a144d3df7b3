"""Counting needs a bounded memory, a clock that is never set, and no Redis that answers."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.http.rate_limits import COLUMNS, PAUSE, CountMinSketch, Rate, RedisCounter, read_limit
from app.services import services
from app.settings import Settings
from tests.api.redisserver import RedisServer, running

TEN = read_limit("10 per 10 minutes")
DAYS = 86400.0


class Seconds:
    """A clock that only moves when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def limited() -> Flask:
    return create_app(Settings(sign_in_limit="10 per 10 minutes"))


def test_memory_stays_bounded_however_many_addresses_ask() -> None:
    rate = services(limited()).rates.sign_in
    rate.take("first")
    tracemalloc.start()
    for number in range(50_000):
        rate.take(f"2001:db8:{number:x}::/64")
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000
    assert peak < 3_000_000


def test_a_flood_of_other_addresses_makes_none_forgotten() -> None:
    rate = services(limited()).rates.sign_in
    for _ in range(10):
        rate.take("somebody")
    for number in range(100_000):
        rate.take(f"2001:db8:{number:x}::/64")
    assert not rate.take("somebody").allowed


def test_hardly_anybody_is_taken_for_one_of_10_000_attackers() -> None:
    sketch = CountMinSketch(60)
    for number in range(10_000):
        sketch.add(f"attacker {number}", 10)
    wrong = sum(sketch.add(f"person {number}", 0)[0] >= 10 for number in range(20_000))
    # (1 - exp(-10,000 / 65,536)) to the 4th is 0.0004: eight of 20,000.
    assert wrong < 40
    assert COLUMNS == 65_536


@pytest.mark.parametrize("jump", [2 * DAYS, -2 * DAYS, 400 * DAYS])
def test_a_wall_clock_that_jumps_frees_nobody_and_locks_nobody(
    monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    rate = services(limited()).rates.sign_in
    for _ in range(10):
        rate.take(("somebody",))
    told = time.time
    monkeypatch.setattr(time, "time", lambda: told() + jump)
    refused = rate.take(("somebody",))
    assert not refused.allowed
    assert 500 < refused.wait <= 600
    assert 500 < rate.wait(("somebody",)) <= 600
    assert rate.take(("somebody else",)).allowed


def test_a_window_begins_anew(seconds: Seconds) -> None:
    sketch = CountMinSketch(60, seconds)
    assert [sketch.add("a") for _ in range(2)] == [(1, 60.0), (2, 60.0)]
    seconds.now = 59.0
    assert sketch.add("a", 0) == (2, 1.0)
    assert sketch.add("a", -1) == (1, 1.0)
    seconds.now = 60.0
    assert sketch.add("a", -1) == (0, 60.0), "what was counted before is no debt"
    assert sketch.add("a") == (1, 60.0)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with running(tmp_path) as server:
        yield server


FAULTS: dict[str, Callable[[RedisServer], None]] = {
    "gone": RedisServer.stop,
    "hanging": RedisServer.hang,
    "full": RedisServer.fill,
    "refusing the password": RedisServer.change_password,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_limit_holds_without_redis(
    redis: RedisServer, seconds: Seconds, caplog, fault: Callable[[RedisServer], None]
) -> None:
    rate = Rate(TEN, RedisCounter(redis.uri, seconds))
    for _ in range(5):
        assert rate.take("somebody").allowed
    fault(redis)
    begun = time.monotonic()
    assert sum(rate.take("somebody").allowed for _ in range(195)) == 5
    assert rate.wait("somebody")
    assert time.monotonic() - begun < 2, "it is asked once, not for each request"
    (line,) = caplog.records
    assert "Redis is away" in line.getMessage()
    assert "somebody" not in caplog.text
    seconds.now += PAUSE
    assert not rate.take("somebody").allowed
    assert len(caplog.records) == 1, "it is said once"


def test_a_redis_that_comes_back_empty_is_used_again_and_grants_nothing_anew(
    redis: RedisServer, seconds: Seconds, tmp_path: Path, caplog
) -> None:
    rate = Rate(TEN, RedisCounter(redis.uri, seconds))
    for _ in range(10):
        rate.take("somebody")
    redis.stop()
    assert not rate.take("somebody").allowed
    with running(tmp_path, redis.port) as again:
        assert not rate.take("somebody").allowed
        assert not again.kept(), "it is not asked during the pause"
        seconds.now += PAUSE
        assert not rate.take("somebody").allowed
        assert again.kept()
        other = Rate(TEN, RedisCounter(again.uri, seconds))
        assert other.take("somebody").count == 2, "they count together again"
    assert [record.getMessage() for record in caplog.records][1:] == ["Redis is back"]


def test_a_redis_that_hangs_and_goes_on(redis: RedisServer, seconds: Seconds) -> None:
    rate = Rate(TEN, RedisCounter(redis.uri, seconds))
    redis.hang()
    for _ in range(11):
        assert rate.take("somebody").count <= 11
    redis.go_on()
    seconds.now += PAUSE
    assert rate.take("somebody else").allowed
    assert Rate(TEN, RedisCounter(redis.uri)).take("somebody else").count == 2


def test_one_that_is_slow_is_left_alone_too(redis: RedisServer, caplog) -> None:
    moments = iter([0.0, 0.0, 0.2, 0.2, 0.2])  # it is asked, and answers a fifth of a second later
    counter = RedisCounter(redis.uri, lambda: next(moments))
    assert counter.add("somebody", 60) == (1, pytest.approx(60, abs=2))
    assert counter.add("somebody", 60) is None
    assert "slow" in caplog.text


def test_workers_share_a_limit_without_redis(redis: RedisServer) -> None:
    workers = [Rate(TEN, workers=4) for _ in range(4)]
    assert sum(worker.take("somebody").allowed for worker in workers for _ in range(50)) == 8
    assert Rate(TEN, workers=16).take("somebody").allowed
    workers = [Rate(TEN, RedisCounter(redis.uri), workers=4) for _ in range(4)]
    assert sum(worker.take("somebody").allowed for worker in workers for _ in range(50)) == 10
