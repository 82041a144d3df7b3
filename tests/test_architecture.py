"""What docs/architecture.md says of parts, paths and words is so."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.test_layers import LEVELS

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PATH = re.compile(r"`((?:app|tests|templates|static|docs|bench)/[\w./-]*[\w/])[`:]")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    for path in PATH.findall(document.read_text("utf-8")):
        assert (ROOT / path).exists(), path


def test_the_table_of_layers_is_complete_and_in_order() -> None:
    parts = re.findall(r"^\| `app/(\w*)(?:/|\.py)` \|", TEXT, re.MULTILINE)
    names = ["" if part == "__init__" else part for part in parts]
    assert sorted(names) == sorted(LEVELS)
    assert all(LEVELS[above] >= LEVELS[below] for above, below in pairwise(names))
