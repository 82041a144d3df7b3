"""Read and write the operator's own file of providers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from .model import Provider
from .rows import KnowledgeError, build


def write_providers(path: Path, providers: Iterable[Provider]) -> None:
    """Write a file of providers atomically."""
    rows = [asdict(p) | {"checked": p.checked.isoformat(), "notes": []} for p in providers]
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    new.replace(path)


def read_providers(path: Path) -> tuple[Provider, ...]:
    """Return the providers of a file that ``write_providers`` wrote; none if there is no file.

    :raise KnowledgeError: a row is wrong; the message names file and row
    """
    if not path.exists():  # the command that makes it needs an app that starts
        return ()
    try:
        rows = json.loads(path.read_text("utf-8"))
        return tuple(_provider(path, row) for row in rows)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise KnowledgeError(f"{path}: {fault}") from None


def _provider(path: Path, row: dict[str, object]) -> Provider:
    row = {key: value for key, value in row.items() if key != "notes"}
    row["checked"] = date.fromisoformat(str(row["checked"]))
    return build(Provider, f"{path.name}: {row['id']}", row)
