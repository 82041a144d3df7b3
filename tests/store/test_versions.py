"""Two releases on one database: the older one goes on beside the newer, and comes back."""

from __future__ import annotations

import http.client
import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.server import BIN, HOST, ROOT, Served, serving
from tests.desk.test_kill import open_case
from tests.server.test_start import copy_project

NEXT = '''
"""What the next release adds."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("cases", sa.Column("mood", sa.String(9)))
    op.create_table("moods", sa.Column("id", sa.Integer, primary_key=True))
    op.create_index("ix_cases_mood", "cases", ["mood"])


def downgrade() -> None:
    op.drop_index("ix_cases_mood")
    op.drop_table("moods")
    op.drop_column("cases", "mood")
'''


def newest() -> str:
    """Return the newest revision of this release."""
    versions = ROOT / "app" / "store" / "migrations" / "versions"
    return max(file.stem[:4] for file in versions.glob("[0-9]*.py"))


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """Return a copy of the project that has one more migration."""
    folder = copy_project(tmp_path / "next")
    versions = folder / "app" / "store" / "migrations" / "versions"
    (versions / "9001_next.py").write_text(NEXT.format(head=newest()))
    return folder


def upgrade(folder: Path, url: str, revision: str = "head") -> None:
    command = [BIN / "flask", "--app", "wsgi", "database", "upgrade", revision]
    subprocess.run(command, cwd=folder, env=os.environ | {"DATABASE_URL": url}, check=True)


def sees(server: Served, code: str) -> bool:
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=20)) as connection:
        connection.request("GET", f"/vi/case/{code}")
        return connection.getresponse().status == 200


def test_the_older_release_goes_on_beside_the_newer(
    database_url: str, next_release: Path, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database_url, "CASE_LIMIT": ""}
    with serving(tmp_path / "old", None, **settings) as old:
        codes = [open_case(old.port)]
        upgrade(next_release, database_url)
        with serving(tmp_path / "new", None, folder=next_release, **settings) as new:
            codes += [open_case(new.port), open_case(old.port)]
            assert all(sees(server, code) for server in (old, new) for code in codes)
    with serving(tmp_path / "rolled-back", None, **settings) as old:
        codes.append(open_case(old.port))
        assert all(sees(old, code) for code in codes)
    upgrade(next_release, database_url, newest())
    with serving(tmp_path / "migrated-back", None, **settings) as old:
        assert all(sees(old, code) for code in codes)
    for log in ("old", "new", "rolled-back", "migrated-back"):
        assert "database is" not in (tmp_path / log).read_text()
