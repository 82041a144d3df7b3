"""Published versions of the script never change, and are small."""

import base64
import hashlib
from pathlib import Path

import brotli
import pytest

from app.developers.embedding import FOLDER, loaders, newest, newest_of

PUBLISHED = {
    "v1.0.0.js": "sha384-qAFUxjaIUMX0anKffndsyVOkSCbBrWIMf2RlWK/1xeh5jCSjIcTmZIYr7gx0EtLH",
}
"""What sites insist on. A new version is a new line; no line ever changes."""


def test_what_is_published_stays_as_it_is() -> None:
    found = {name: loader.integrity for name, loader in loaders().items()}
    assert found == PUBLISHED


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_small(name: str) -> None:
    assert len(brotli.compress((FOLDER / name).read_bytes())) < 2048


def test_the_hash_is_the_one_that_browsers_compute() -> None:
    content = Path(FOLDER / newest().name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert newest().integrity == f"sha384-{digest}"


def test_the_newest_of_a_kind() -> None:
    assert newest_of("v1.js") == newest()
    assert newest_of("v1.0.js").name.startswith("v1.0.")
    assert newest_of("v2.js") is None
