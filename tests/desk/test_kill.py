"""kill -9 of the whole web server in the middle of a stream of cases: none is lost."""

from __future__ import annotations

import http.client
import os
import signal
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from app.diagnosis import Facts
from app.store import Database
from app.store.cases import Cases
from tests.browser.server import HOST, Served, serving
from tests.store.postgres import processes_below
from tests.store.stream import check_sound, cut

FACTS = "place=work&account_domain=proseware.com"


def open_case(port: int) -> str:
    """Get a code, as a browser does; return it once the server has acknowledged it.

    :raise ConnectionError: the server is gone
    """
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("POST", f"/vi/help?{FACTS}")
        answer = connection.getresponse()
        assert answer.status == 303
        return str(answer.headers["Location"]).rpartition("/")[2]
    except (OSError, http.client.HTTPException) as fault:
        raise ConnectionError from fault
    finally:
        connection.close()


def kill(server: Served) -> None:
    """End the server and its workers with SIGKILL."""
    for pid in [server.pid, *processes_below(server.pid)]:
        os.kill(pid, signal.SIGKILL)


def test_no_case_is_lost(database_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database_url, "CASE_LIMIT": "", "WEB_WORKERS": "2"}
    with serving(tmp_path / "output", None, **settings) as server:
        codes = cut(
            lambda: open_case(server.port), lambda: kill(server), ConnectionError, writers=3
        )
    with serving(tmp_path / "again", None, **settings) as server:
        codes.append(open_case(server.port))
    with closing(Database(database_url)) as database:
        cases = Cases(database, timedelta(days=30))
        kept = [cases.find("", code).facts for code in codes]
        check_sound(database)
    assert set(kept) == {Facts(place="work", account_domain="proseware.com")}
    assert len(set(codes)) == len(codes)
