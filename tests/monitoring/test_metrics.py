"""Metrics: totals that all workers agree on, for those who may read them and nobody else."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from app.http.client_ip import read_networks
from app.services import services
from app.settings import Settings
from app.store import Database, DatabaseUnavailable

HERE = {"REMOTE_ADDR": "127.0.0.1"}


def app_with(tmp_path: Path, **settings) -> Flask:
    url = f"sqlite:///{tmp_path}/counts.sqlite3"
    return create_app(Settings(**{"database_url": url} | settings))


def read(client: FlaskClient) -> dict[str, float]:
    """Return each sample as it is written, with its number."""
    answer = client.get("/metrics", environ_base=HERE)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
    return {
        f"{s.name}{{{','.join(f'{k}={v}' for k, v in s.labels.items())}}}": s.value for s in samples
    }


def test_totals_add_up_over_workers_and_never_go_down(tmp_path: Path) -> None:
    one, other = (app_with(tmp_path) for _ in range(2))
    one.test_client().get("/en/check?error=mailbox-full")
    other.test_client().get("/vi/check?error=mailbox-full")
    other.test_client().get("/vi/check?error=mailbox-full&worked=wait")
    other.test_client().get("/vi/check?error=mailbox-full&tried=wait&failed=wait")
    other.test_client().post("/vi/read", data={"text": "552 5.2.2 Mailbox full"})
    one.test_client().get("/en/check?plan=now")
    one.test_client().get("/en/check?asked=place&place=home")
    services(other).storage.counters.flush()
    found = read(one.test_client())
    assert found["thongthu_database_up{}"] == 1
    assert found["thongthu_plans_total{portal=,scenario=mailbox-full}"] == 2
    assert found["thongthu_plans_early_total{portal=,question=error}"] == 1
    assert found["thongthu_questions_shown_total{portal=,question=error}"] == 1
    assert found["thongthu_questions_answered_total{portal=,question=place}"] == 1
    assert found["thongthu_worked_total{portal=,remedy=wait}"] == 1
    assert found["thongthu_not_worked_total{portal=,remedy=wait}"] == 1
    assert found["thongthu_pastes_read_total{portal=,reason=mailbox-full}"] == 1
    assert found["thongthu_responses_total{status=200}"] == 6
    assert found["thongthu_responses_total{status=303}"] == 1
    assert read(other.test_client()) == found, "reading them is not counted"
    one.test_client().get("/nothing")
    more = read(one.test_client())
    assert more.pop("thongthu_responses_total{status=404}") == 1
    assert all(more[name] >= number for name, number in found.items())


def test_a_database_that_is_away_is_all_there_is_to_say(tmp_path: Path, monkeypatch) -> None:
    app = app_with(tmp_path)
    app.test_client().get("/en/check")

    def away(self: Database) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(Database, "reading", away)
        assert read(app.test_client()) == {"thongthu_database_up{}": 0}
    assert read(app.test_client())["thongthu_questions_shown_total{portal=,question=error}"] == 1
    assert read(create_app(Settings()).test_client()) == {"thongthu_database_up{}": 0}


FORWARDED = {"X-Forwarded-For": "198.51.100.7"}


@pytest.mark.parametrize(
    ("peer", "headers", "allowed", "trusted", "status"),
    [
        ("127.0.0.1", {}, "127.0.0.0/8", "", 200),
        ("::1", {}, "127.0.0.0/8, ::1/128", "", 200),
        ("::ffff:127.0.0.1", {}, "127.0.0.0/8", "", 200),
        ("198.51.100.7", {}, "127.0.0.0/8", "", 404),
        ("10.0.0.5", {}, "10.0.0.0/8", "", 200),
        ("127.0.0.1", {}, "", "", 404),
        ("", {}, "127.0.0.0/8", "", 404),
        # A proxy that nobody named must not open it to the world.
        ("127.0.0.1", FORWARDED, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"Forwarded": "for=198.51.100.7"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"X-Real-IP": "198.51.100.7"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"CF-Connecting-IP": "198.51.100.7"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"True-Client-IP": "198.51.100.7"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"X-Forwarded-Host": "help.example"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, "127.0.0.0/8", "", 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.0/8", "", 404),
        # One that is named is believed.
        ("127.0.0.1", FORWARDED, "127.0.0.0/8", "127.0.0.0/8", 404),
        ("127.0.0.1", FORWARDED, "198.51.100.0/24", "127.0.0.0/8", 200),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.5"}, "10.0.0.0/8", "127.0.0.1", 200),
        ("127.0.0.1", {"Forwarded": "for=9.9.9.9"}, "127.0.0.0/8", "127.0.0.0/8", 404),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.5, 9.9.9.9"}, "10.0.0.0/8", "127.0.0.1", 404),
        ("127.0.0.1", {}, "127.0.0.0/8", "127.0.0.0/8", 200),
    ],
)
def test_only_those_named_may_read_them(
    tmp_path: Path, peer, headers, allowed, trusted, status
) -> None:
    app = app_with(
        tmp_path, metrics_from=read_networks(allowed), trusted_proxies=read_networks(trusted)
    )
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    assert ("thongthu_" in answer.text) == (status == 200)


def test_they_are_no_part_of_a_portal(portal_app: Flask) -> None:
    answer = portal_app.test_client().get("/at/proseware/metrics", environ_base=HERE)
    assert answer.status_code == 404
