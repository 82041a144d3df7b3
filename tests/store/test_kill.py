"""Nothing is lost that was acknowledged: kill -9 in the middle of a stream of writes."""

from __future__ import annotations

from contextlib import closing
from itertools import count

from app.store import Database, DatabaseUnavailable
from tests.store.postgres import PostgresServer
from tests.store.stream import check_kept, cut, keep, writer


def test_acknowledged_writes_survive_kill_9_of_the_process(database_url: str) -> None:
    with writer(database_url) as process:

        def next_key() -> str:
            line = process.stdout.readline()
            if not line.endswith("\n"):
                raise EOFError
            return line.strip()

        acknowledged = cut(next_key, process.kill, EOFError)
    assert acknowledged == sorted(acknowledged)
    with closing(Database(database_url)) as database:
        check_kept(database, acknowledged)
        keep(database, "goes on")


def test_acknowledged_writes_survive_kill_9_of_postgresql(postgres: PostgresServer) -> None:
    url, numbers = postgres.new_url(), count()
    with postgres.turned_on("fsync"):
        assert postgres.setting("synchronous_commit") == "on"
        with closing(Database(url)) as database:
            acknowledged = cut(
                lambda: keep(database, f"{next(numbers):08}"),
                postgres.kill,
                DatabaseUnavailable,
                writers=3,
            )
        postgres.start()
        with closing(Database(url)) as database:
            check_kept(database, acknowledged, writers=3)
            keep(database, "goes on")
