"""Imports run downwards only, and the core needs no web."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
LAYERS = (
    ("knowledge",),
    ("diagnosis", "reading", "files"),
    ("i18n", "portals", "store", "discovery"),
    ("http",),
    ("settings",),
    ("services",),
    ("web",),
    ("presentation",),
    ("wizard", "api", "desk", "cases", "handouts", "device", "developers", "monitoring"),
    ("cli",),
    ("",),
    ("server",),
)
"""The lowest first; what stands side by side does not know of each other."""
LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}
LONGEST = 400
"""Lines of a module; past that it is usually two things."""


def part_of(module: str) -> str:
    """Return the part of the application that a module belongs to, '' for its root."""
    return module.split(".")[1] if "." in module else ""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Return the modules of ours that a module imports."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            name = ".".join(filter(None, base))
            # "from . import a, b" names the modules themselves, or what the package has.
            names = [f"{name}.{alias.name}" for alias in node.names] if name == "app" else [name]
            found |= {inner if part_of(inner) in LEVELS else "app" for inner in names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downwards(path: Path) -> None:
    here = part_of(name_of(path))
    for name in imported(path):
        there = part_of(name)
        assert there == here or LEVELS[there] < LEVELS[here], f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_one_thing(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


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


def test_what_few_need_is_imported_where_it_is_needed() -> None:
    code = (
        "import sys; import wsgi; "
        "heavy = {'authlib', 'joserfc', 'cryptography', 'requests', 'psycopg', 'alembic', 'redis', "
        "'zxcvbn', 'PIL', 'dns', 'yaml', 'granian'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    environ = {**os.environ, "DATABASE_URL": "", "RATE_LIMIT_STORAGE": "memory://"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env=environ)
