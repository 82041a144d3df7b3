"""Imports run downwards only, modules stay small, and the core needs no web."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
FLOORS = {"knowledge": 0, "diagnosis": 1, "reading": 1, "portal": 2, "store": 2, "web": 3,
          "api": 4, "wizard": 4, "device": 4, "handouts": 4, "developers": 4, "cases": 4,
          "desk": 4}  # fmt: skip
TOP = 5


def floor_of(path: Path) -> int:
    return FLOORS.get(path.relative_to(ROOT / "app").parts[0], TOP)


def imported(path: Path) -> list[str]:
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            found.append(".".join([*base, *(node.module or "").split(".")]).strip("."))
            found += [f"{found[-1]}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards(path: Path) -> None:
    for name in imported(path):
        parts = name.split(".")
        if len(parts) > 1 and parts[0] == "app" and parts[1] in FLOORS:
            assert FLOORS[parts[1]] <= floor_of(path), f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_thing(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250


def test_the_core_needs_neither_flask_nor_a_file_of_the_web() -> None:
    code = (
        "import sys; from app.diagnosis import Facts, diagnose; diagnose(Facts()); "
        "assert not {'flask', 'jinja2', 'wtforms', 'babel'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_reader_needs_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules); from app.reading import read; "
        "read('550 5.7.1 <lan@adatum.com>: Relay access denied'); "
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "assert names <= {'app', *sys.stdlib_module_names}, names"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
