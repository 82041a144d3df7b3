"""Requests are counted in memory and in a real Redis alike."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from app.http.rate_limits import Rate, RedisCounter, check_storage, network_keys, read_limit
from tests.api.redisserver import RedisServer, running

THREE = read_limit("3 per hour")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """Return a real Redis, or say why there is none."""
    with running(tmp_path) as server:
        yield server


def check_counting(*rates: Rate) -> None:
    """Take turns at the rates, which share one storage."""
    told = [rates[turn % len(rates)].take("somebody") for turn in range(5)]
    assert all(told)
    assert [a.allowed for a in told if a] == [True, True, True, False, False]
    assert [a.remaining for a in told if a] == [2, 1, 0, 0, 0]
    for allowance in told:
        assert allowance
        assert (allowance.limit, allowance.window) == (3, 3600)
        assert 0 < allowance.wait <= 3600
    other = rates[0].take("somebody else")
    assert other
    assert other.remaining == 2


def test_counting_in_memory() -> None:
    check_counting(Rate(THREE))


def test_counting_in_redis_is_shared_by_machines(redis: RedisServer) -> None:
    check_counting(*(Rate(THREE, RedisCounter(redis.uri)) for _ in range(2)))
    assert len(redis.kept()) == 2


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("198.51.100.1", ("198.51.100.1", "198.51.100.0/24")),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2::/64", "2001:db8:1::/48", "2001:db8::/32")),
        (None, ("untold", "untold")),
    ],
)
def test_what_is_counted_together(address: str | None, keys: tuple[str, ...]) -> None:
    assert network_keys(address and ip_address(address)) == keys


@pytest.mark.parametrize(
    "text", ["often", "0 per minute", "120", "-1/minute", "5 per second; 9 per day"]
)
def test_a_limit_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(ValueError, match="RATE_LIMIT is like"):
        read_limit(text)


def test_no_limit() -> None:
    assert read_limit("") is read_limit("  ") is None


@pytest.mark.parametrize(
    "uri", ["", "redis", "memcached://127.0.0.1", "redis://secret@host:port", "mysql://secret@x"]
)
def test_a_storage_that_cannot_be_used(uri: str) -> None:
    with pytest.raises(ValueError, match="RATE_LIMIT_STORAGE is memory:// or like") as fault:
        check_storage(uri)
    assert "secret" not in str(fault.value)
