"""The project as it is fetched starts, keeps what it has made, and starts again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.server import ROOT

PARTS = ("app", "templates", "static", "wsgi.py")
ASK = """
from wsgi import app
client = app.test_client()
for language in ("vi", "en"):
    assert client.get(f"/{language}/check?error=mailbox-full").status_code == 200
"""


def copy_project(folder: Path) -> Path:
    """Copy what the application is, without anything that was made of it."""
    folder.mkdir(exist_ok=True)
    for part in PARTS:
        source, made = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, made, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, made)
    return folder


def start(folder: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", ASK]
    # With nothing of this environment: it may say that no compiled code is kept.
    subprocess.run(command, cwd=folder, env={"DATABASE_URL": ""}, check=True)


def test_it_starts_anew_again_and_with_what_is_kept_damaged(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    files = {path for path in folder.rglob("*") if "__pycache__" not in path.parts}
    start(folder)
    kept = [path for path in folder.rglob("*.pyc") if path.stem.split(".")[0] not in _modules()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    for _ in range(2):
        start(folder)
    assert {path for path in folder.rglob("*") if "__pycache__" not in path.parts} == files


def _modules() -> set[str]:
    return {path.stem for path in (ROOT / "app").rglob("*.py")} | {"wsgi"}
