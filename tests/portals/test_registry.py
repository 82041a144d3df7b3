"""Portals come and go while the app runs; a bad file changes nothing and says so."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import create_app
from app.knowledge import add_providers, knowledge
from app.portals import PortalRegistry
from app.portals.registry import LARGEST
from app.services import services
from app.settings import Settings
from tests.conftest import PORTALS

TEXT = (
    PORTALS.read_text("utf-8")
    .replace("logo =", "# logo =")
    .replace(', "127.0.0.0/8", "::1/128"', "")  # the test client comes from there
)
BAD = {
    "bad CIDR": TEXT.replace("192.0.2.0/24", "192.0.2.0/33"),
    "overlapping domains": TEXT
    + TEXT.replace('id = "proseware"', 'id = "b"').replace("networks =", "# networks ="),
    "missing translation": TEXT.replace('vi = "Trang hỗ trợ", ', ""),
    "no TOML": TEXT + "[[portal\n",
    "no file": None,
    "too large": TEXT + "#" * LARGEST,
}


@pytest.fixture
def path(tmp_path: Path):
    path = tmp_path / "portals.toml"
    path.write_text(TEXT, "utf-8")
    yield path
    add_providers()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_new_file_keeps_the_old_one_running(path: Path, caplog, fault: str) -> None:
    app = create_app(Settings(portals=str(path)))
    client, book = app.test_client(), services(app).portals
    before = client.get("/at/proseware/en/").data
    if BAD[fault] is None:
        path.unlink()
    else:
        path.write_text(BAD[fault], "utf-8")
    caplog.clear()
    assert book.reload() is False
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert any(line.startswith("portals.toml") for line in said)
    assert any("the previous portals stay in use" in line for line in said)
    assert client.get("/at/proseware/en/").data == before
    assert client.get("/en/").status_code == 200


@pytest.mark.parametrize("text", [None, "", "[portal]", "[[portal]]\nid = 1", "[[portal"])
def test_no_server_starts_without_any_portal(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
    else:
        path.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "app.server"],
        env={**os.environ, "PORTALS": str(path), "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    first, *_, last = done.stderr.splitlines()
    assert "portals.toml" in first
    assert last == f"{path} has no portal that can be used, so nothing is started"


@pytest.mark.parametrize("fault", BAD)
def test_the_wizard_runs_with_a_bad_file(path: Path, caplog, fault: str) -> None:
    if BAD[fault] is None:
        path.unlink()
    else:
        path.write_text(BAD[fault], "utf-8")
    client = create_app(Settings(portals=str(path))).test_client()
    assert client.get("/en/").status_code == 200
    # Of two that claim one domain the first is right.
    there = 200 if fault == "overlapping domains" else 404
    assert client.get("/at/proseware/en/").status_code == there
    assert client.get("/at/b/en/").status_code == 404
    assert any("portals.toml" in record.getMessage() for record in caplog.records)


def test_a_good_new_file_is_used_at_once_and_no_old_page_stays(path: Path) -> None:
    app = create_app(Settings(portals=str(path)))
    client, book = app.test_client(), services(app).portals
    assert "Proseware" in client.get("/at/proseware/en/").text
    path.write_text(
        TEXT.replace('name = "Proseware"', 'name = "Neuware"').replace("port = 465", "port = 2465"),
        "utf-8",
    )
    assert book.reload() is True
    assert "Neuware" in client.get("/at/proseware/en/").text
    assert knowledge().provider_by("domain", "proseware.com").outgoing[0].port == 2465
    path.write_text(TEXT.replace('id = "proseware"', 'id = "other"'), "utf-8")
    book.reload()
    assert client.get("/at/proseware/en/").status_code == 404
    assert client.get("/at/other/en/").status_code == 200


def test_colours_that_were_adjusted_are_said_and_run(path: Path, caplog) -> None:
    path.write_text(TEXT.replace("#7a2048", "#ffee00"), "utf-8")
    client = create_app(Settings(portals=str(path))).test_client()
    assert "#ffee00 has a contrast of" in caplog.text
    page = client.get("/at/proseware/en/")
    assert page.status_code == 200
    assert "#ffee00" not in page.text


def test_without_a_file_there_is_nothing_to_reload() -> None:
    book = PortalRegistry(None, ("vi",), lambda portals: None)
    assert book.reload() is False
    assert book.all() == ()
