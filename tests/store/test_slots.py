"""A few at once, few who wait, and no more."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from app.store.slots import Busy, Slots


def test_so_many_are_inside_so_many_wait_and_the_rest_is_refused_at_once() -> None:
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
        with pytest.raises(Busy), slots.taken():
            pass
        leave.set()
        for one in held:
            one.result(30)
    with slots.taken(), slots.taken():
        pass


def test_who_waits_for_too_long_is_refused() -> None:
    slots = Slots(1, 1, 0.01)
    with slots.taken():
        for _ in range(3):
            with pytest.raises(Busy), slots.taken():
                pass
    with pytest.raises(ZeroDivisionError), slots.taken():
        1 / 0  # noqa: B018
    with slots.taken():
        pass
