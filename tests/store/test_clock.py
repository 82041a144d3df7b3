"""A wrong clock erases nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import create_app
from app.services import services
from app.settings import Settings
from app.store import Database
from app.store.cases import Cases, EndedCase, UnknownCode, utc_now
from app.store.retention import MAX_JUMP, PROBATION, ClockCheck
from tests.store.fixtures import Clock
from tests.store.test_cases import DAY, FACTS

HOUR = timedelta(hours=1)


class Machine:
    """A running machine, whose wall clock may be wrong."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self._ran = 0.0
        self._clock_check = ClockCheck(lambda: self._ran)
        self.cases = Cases(database, 30 * DAY, clock, clock_check=self._clock_check)

    def run(self, time: timedelta) -> None:
        """Let time pass, with a sweep each hour."""
        for _ in range(time // HOUR):
            self.clock.moment += HOUR
            self._ran += HOUR.total_seconds()
            self.cases.sweep()


@pytest.fixture
def machine(database: Database, clock: Clock) -> Machine:
    return Machine(database, clock)


def exists(machine: Machine, code: str) -> bool:
    try:
        machine.cases.find("", code)
    except (EndedCase, UnknownCode):
        return False
    return True


@pytest.mark.parametrize("swept_before", [True, False])
def test_a_clock_that_is_ahead_erases_nothing(machine: Machine, swept_before: bool, caplog) -> None:
    code = machine.cases.open("", "vi", FACTS).code
    if swept_before:
        machine.cases.sweep()
    machine.clock.moment += 400 * DAY
    machine.run(5 * HOUR)
    assert not exists(machine, code), "by that clock it has expired"
    machine.clock.moment -= 400 * DAY
    machine.cases.sweep()
    assert exists(machine, code)
    (line,) = caplog.records
    assert line.levelname == "ERROR"
    assert "400 days ahead" in line.getMessage()


def test_a_clock_that_is_ahead_is_trusted_after_a_steady_day(machine: Machine, caplog) -> None:
    code = machine.cases.open("", "vi", FACTS).code
    machine.cases.sweep()
    machine.clock.moment += 60 * DAY
    machine.run(PROBATION)
    machine.clock.moment -= 60 * DAY
    assert exists(machine, code)
    machine.clock.moment += 60 * DAY
    machine.run(HOUR)
    machine.clock.moment -= 60 * DAY
    assert not exists(machine, code)
    assert len(caplog.records) == 1


def test_a_clock_that_keeps_jumping_is_not_trusted(machine: Machine) -> None:
    code = machine.cases.open("", "vi", FACTS).code
    before = machine.clock.moment
    for _ in range(3):
        machine.clock.moment += 60 * DAY
        machine.run(PROBATION - HOUR)
    machine.clock.moment = before
    assert exists(machine, code)


def test_a_weekend_off_is_trusted_at_once(machine: Machine, caplog) -> None:
    code = machine.cases.open("", "vi", FACTS).code
    machine.cases.sweep()
    for _ in range(10):
        machine.clock.moment += MAX_JUMP
        machine.cases.sweep()
    machine.clock.moment -= 10 * MAX_JUMP
    assert not exists(machine, code)
    assert not caplog.records


def test_another_machine_with_the_right_clock_still_sweeps(
    machine: Machine, database: Database, clock: Clock
) -> None:
    wrong = Clock()
    wrong.moment += 400 * DAY
    code = machine.cases.open("", "vi", FACTS).code
    ahead = Machine(database, wrong)
    for _ in range(40):
        machine.clock.moment += DAY
        machine.cases.sweep()
        ahead.run(HOUR)
        if clock.moment < Clock().moment + 30 * DAY:
            assert exists(machine, code)
    assert not exists(machine, code)


def test_the_operator_can_confirm_the_clock(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url))
    clock = Clock()
    clock.moment = utc_now() - 400 * DAY
    early = Cases(services(app).storage.database, 30 * DAY, clock)
    code = early.open("", "vi", FACTS).code
    run = app.test_cli_runner().invoke
    answer = run(args=["database", "sweep"])
    assert answer.exit_code == 1
    assert "--clock-is-right" in answer.output
    assert early.find("", code)
    assert run(args=["database", "sweep", "--clock-is-right"]).exit_code == 0
    with pytest.raises(UnknownCode):
        early.find("", code)
    assert run(args=["database", "sweep"]).exit_code == 0
    services(app).storage.database.close()
