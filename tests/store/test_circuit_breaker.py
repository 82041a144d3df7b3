"""One call in a pause finds out whether something is back, and says so once."""

from __future__ import annotations

from app.store.circuit_breaker import CircuitBreaker
from tests.store.test_database import Clock


def test_it_is_asked_once_a_pause_while_it_is_away() -> None:
    clock = Clock()
    breaker = CircuitBreaker(5, clock)
    assert [breaker.admit() for _ in range(3)] == [True] * 3
    assert [breaker.succeed(), breaker.fail(), breaker.fail()] == [False, True, False]
    for _ in range(3):
        assert not breaker.admit()
        clock.now += 5
        assert breaker.is_open
        assert breaker.admit()
        assert not breaker.admit(), "only one finds out"
        assert not breaker.fail()
    clock.now += 5
    assert breaker.admit()
    assert [breaker.succeed(), breaker.succeed()] == [True, False]
    assert [breaker.admit() for _ in range(3)] == [True] * 3
    assert breaker.fail(), "a new outage is said again"
