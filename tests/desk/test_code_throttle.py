"""Guessing a case's code: hopeless from many addresses, and in nobody else's way."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from app.http.code_throttle import CodeThrottle, Throttled
from app.http.rate_limits import Rate, RedisCounter, network_keys, read_limit
from app.services import services
from app.settings import Settings
from app.store import Database, DatabaseUnavailable
from app.store.cases import UnknownCode
from app.store.codes import PAYLOAD_LENGTH, check_character
from app.store.counts import CodeBudget
from tests.api.redisserver import RedisServer, running
from tests.browser.server import HOST, serving
from tests.desk.conftest import SETTINGS, let_go, look_up, sign_in
from tests.linting import LintingClient
from tests.securitylog import listening
from tests.store.fixtures import Clock

WRONG = "2" * PAYLOAD_LENGTH + check_character("2" * PAYLOAD_LENGTH)


def ask(app: Flask, address: str, code: str = WRONG) -> int:
    """Ask for a case from an address, and return the status."""
    client = app.test_client()
    return client.get(f"/en/case/{code}", environ_base={"REMOTE_ADDR": address}).status_code


def new_code(app: Flask) -> str:
    return app.test_client().post("/en/help").location.rpartition("/")[2]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def make_app(database_url: str, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """Return a function that makes an app on one database, as another machine has it."""
    made = []

    def make(**settings) -> Flask:
        told = Settings(**{**SETTINGS, "database_url": database_url, **settings})
        made.append(create_app(told, today=date(2026, 11, 25), now=clock))
        made[-1].test_client_class = LintingClient
        return made[-1]

    yield make
    for app in made:
        let_go(app)


@pytest.mark.parametrize("fault", ["gone", "hanging"])
def test_200_guesses_while_redis_goes_away(
    make_app: Callable[..., Flask], redis: RedisServer, fault: str
) -> None:
    app = make_app(rate_limit_storage=redis.uri)
    code = new_code(app)
    told = [ask(app, "198.51.100.1") for _ in range(5)]
    redis.stop() if fault == "gone" else redis.hang()
    told += [ask(app, "198.51.100.1") for _ in range(195)]
    assert Counter(told) == {404: 10, 429: 190}
    assert ask(app, "203.0.113.1", code) == 200


def test_200_guesses_at_two_workers(tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite3", "WEB_WORKERS": "2"}
    told: Counter[int] = Counter()
    with serving(tmp_path / "output", None, **settings) as server:
        for _ in range(200):
            connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
            connection.request("GET", f"/en/case/{WRONG}")
            told[connection.getresponse().status] += 1
            connection.close()
    assert 0 < told[404] <= 10
    assert told[404] + told[429] == 200


def test_a_network_with_all_its_addresses_opens_no_more_cases(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    client = make_app(case_limit="2 per hour").test_client()
    addresses = [f"2001:db8:1:{number:x}::1" for number in range(30)]
    with listening(caplog) as events:
        told = [
            client.post("/en/help", environ_base={"REMOTE_ADDR": address}).status_code
            for address in addresses
        ]
    assert told == [303] * 20 + [429] * 10
    assert events == [{"event": "limit-hit", "limit": "case", "portal": ""}]


def test_guesses_at_once_are_no_way_around(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    new_code(app)
    ready = Barrier(16)

    def guess(_: int) -> list[int]:
        ready.wait()
        return [ask(app, "198.51.100.1") for _ in range(4)]

    with ThreadPoolExecutor(16) as threads:
        told = Counter(status for found in threads.map(guess, range(16)) for status in found)
    assert told[404] <= 10
    assert told[404] + told[429] + told[503] == 64


def test_what_fits_is_no_miss(make_app: Callable[..., Flask]) -> None:
    app = make_app(code_budget=1)
    code = new_code(app)
    assert {ask(app, "198.51.100.1", code) for _ in range(30)} == {200}
    assert ask(app, "198.51.100.1") == 404
    assert {ask(app, "198.51.100.1", code) for _ in range(30)} == {200}


def test_many_networks_run_into_the_budget_and_people_do_not(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    machines = [make_app(code_budget=50) for _ in range(2)]
    code = new_code(machines[0])
    attackers = [f"192.0.{number}.1" for number in range(20)]
    with listening(caplog) as events:
        told = Counter(
            ask(machines[turn % 2], address) for turn in range(12) for address in attackers
        )
    # Without a budget these are 20 times 10.  With it, 50, and at most three more of each network.
    assert told[404] <= 50 + 3 * len(attackers) * len(machines)
    assert events.count({"event": "limit-hit", "limit": "code-budget", "amount": 50}) == 1
    for app in machines:
        assert ask(app, "203.0.113.7", code) == 200, "a quiet address"
        assert ask(app, "203.0.113.8", WRONG) == 404
        assert ask(app, "203.0.113.8", code) == 200, "one miss is no reason yet"
        assert ask(app, attackers[0], code) == 429


def test_an_address_is_held_up_for_what_it_did_before_too(make_app: Callable[..., Flask]) -> None:
    app = make_app(code_budget=3)
    code = new_code(app)
    assert [ask(app, "2001:db8:1:2::3") for _ in range(3)] == [404] * 3
    assert ask(app, "2001:db8:1:2::4", code) == 429
    assert ask(app, "2001:db8:1:3::4", code) == 200, "a neighbour"


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:1:{n:x}::1" for n in range(20)], 6),
        ([f"198.51.100.{n}" for n in range(20)], 6),
        ([f"2001:db8:{n:x}::1" for n in range(20)], 12),
        ([f"198.51.{n}.1" for n in range(20)], 20),
    ],
    ids=["/48", "/24", "/32", "IPv4 networks"],
)
def test_a_network_with_all_its_addresses_is_held_up(
    database: Database, addresses: list[str], most: int
) -> None:
    strict = [Rate(read_limit(f"{number} per day")) for number in (1, 6, 12)]
    budget = CodeBudget(database, 1, lambda: date(2026, 11, 25))
    budget.spend()
    throttle = CodeThrottle((), strict, budget)

    def is_looked_up(address: str) -> bool:
        who = network_keys(ip_address(address))
        try:
            with throttle.trying(who, ""):
                raise UnknownCode
        except UnknownCode:
            return True
        except Throttled:
            return False

    told = [is_looked_up(address) for address in addresses]
    assert told == [True] * most + [False] * (20 - most)
    assert is_looked_up("2001:db9::1")


def test_agents_go_on_when_the_budget_is_used_up(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(code_budget=1)
    code = new_code(app)
    services(app).storage.agents.add("", "lan", "agent", "correct horse battery")
    agent = app.test_client()
    assert sign_in(agent).status_code == 303
    with listening(caplog) as events:
        for _ in range(9):
            assert look_up(agent, WRONG).status_code == 404
        assert look_up(agent, code).status_code == 303
        assert look_up(agent, WRONG).status_code == 404
        assert look_up(agent, code).status_code == 429
    assert {"event": "limit-hit", "limit": "guess", "portal": ""} in events


def test_metrics_tell_what_is_left(make_app: Callable[..., Flask]) -> None:
    app = make_app(code_budget=3)
    new_code(app)
    found = []
    for _ in range(5):
        ask(app, "198.51.100.1")
        text = app.test_client().get("/metrics").get_data(as_text=True)
        samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
        told = {sample.name: sample.value for sample in samples}
        found.append((told["thongthu_codes_missed_total"], told["thongthu_code_budget_remaining"]))
    assert found == [(1, 2), (2, 1), (3, 0), (3, 0), (3, 0)]


def test_every_day_has_a_budget_of_its_own(database: Database) -> None:
    days = [date(2026, 11, 25)]
    budgets = [CodeBudget(database, 2, lambda: days[-1]) for _ in range(2)]
    assert [budget.spend() for budget in [*budgets, budgets[0]]] == [False, True, False]
    assert [budget.remaining() for budget in budgets] == [0, 0]
    days.append(date(2026, 11, 26))
    assert [budget.remaining() for budget in budgets] == [2, 2]


def test_a_miss_that_cannot_be_counted_is_no_answer(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    new_code(app)

    def away(_: CodeBudget) -> bool:
        raise DatabaseUnavailable

    monkeypatch.setattr(CodeBudget, "spend", away)
    assert ask(app, "198.51.100.1") == 503


def test_people_of_one_network_at_once_are_in_nobodys_way(make_app: Callable[..., Flask]) -> None:
    app = make_app(code_budget=1, web_workers=16)
    code = new_code(app)
    assert ask(app, "203.0.113.1") == 404
    ready = Barrier(4)

    def look(number: int) -> list[int]:
        ready.wait()
        return [ask(app, f"198.51.100.{number}", code) for _ in range(8)]

    with ThreadPoolExecutor(4) as threads:
        told = Counter(status for found in threads.map(look, range(4)) for status in found)
    assert told == {200: 32}


def test_nobody_waits_for_long_behind_a_look_up_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.http.code_throttle.MAX_WAIT", 0.05)
    throttle = CodeThrottle([Rate(read_limit("10 per hour"))])
    with (
        throttle.trying(("198.51.100.1", "198.51.100.0/24"), ""),
        pytest.raises(DatabaseUnavailable),
        throttle.trying(("198.51.100.2", "198.51.100.0/24"), ""),
    ):
        pass


def test_a_network_that_is_held_up_fills_no_redis(
    database: Database, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.http.rate_limits.SLOW", 10.0)  # a busy machine is no reason
    counter = RedisCounter(redis.uri)
    strict = [Rate(read_limit(f"{number} per day"), counter, name=str(number)) for number in (3, 6)]
    budget = CodeBudget(database, 1, lambda: date(2026, 11, 25))
    budget.spend()
    throttle = CodeThrottle((), strict, budget)
    for number in range(100):
        address = f"2001:db8:1:{number:x}::1"
        with (
            pytest.raises((UnknownCode, Throttled)),
            throttle.trying(network_keys(ip_address(address)), ""),
        ):
            raise UnknownCode
    assert len(redis.kept()) == 6 + 1, "the addresses that were looked up for, and the network"
