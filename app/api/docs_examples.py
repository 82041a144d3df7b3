"""Requests to try, and what the API answers to them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ..diagnosis import Situation, read_facts
from ..presentation.plan_json import plan_object
from ..presentation.reading_json import reading_object
from ..reading import read
from ..web.site import Site
from .docs_content import Operation


def write_request(operation: Operation, site: Site, host: str) -> str:
    """Return a command for the terminal.

    :param host: scheme and host that the API is reached at
    """
    body = json.dumps(operation.example, ensure_ascii=False)
    address = f"{host}{site.root}{operation.path}?lang={site.language.code}"
    return f"curl '{address}' \\\n  -d '{body}'"


def write_answer(operation: Operation, site: Site, on: date) -> str:
    """Return the answer, each list in it cut to its first entry."""
    asked = operation.example
    if "text" in asked:
        answer = reading_object(read(asked["text"]), site)
    else:
        answer = plan_object(Situation(read_facts(asked)[0]), site, on)
    return json.dumps(_cut(answer), ensure_ascii=False, indent=1)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    return [_cut(inner) for inner in value[:1]] if isinstance(value, list) else value
