"""What was made of files is kept until one of them changes, and never needed."""

import sys
from datetime import date
from pathlib import Path

import pytest

from app.knowledge.kept import kept

DAY = date(2026, 11, 24)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for file in files:
        file.write_text(file.name)
    return files


class Maker:
    def __init__(self, sources: list[Path]) -> None:
        self.sources = sources
        self.calls = 0

    def __call__(self) -> dict[str, object]:
        self.calls += 1
        return {"text": [file.read_text() for file in self.sources], "day": DAY}

    def made(self, *versions: str) -> list[str]:
        found = kept(self.sources[0].with_name("both"), self.sources, self, *versions)
        assert found["day"] == DAY
        return found["text"]


def test_it_is_made_once(sources: list[Path]) -> None:
    make = Maker(sources)
    assert [make.made() for _ in range(3)] == [["one.toml", "two.toml"]] * 3
    assert make.calls == 1
    assert [path.name for path in sources[0].parent.glob("__pycache__/*")] == [
        f"both.{sys.implementation.cache_tag}.pyc"
    ]


def test_it_is_made_anew_once_a_source_or_a_version_is_another(sources: list[Path]) -> None:
    make = Maker(sources)
    make.made("1")
    sources[1].write_text("new.toml")  # as long as before
    assert make.made("1") == ["one.toml", "new.toml"]
    make.made("2")
    assert make.calls == 3
    sources[0].write_text("one.tomln")
    sources[1].write_text("ew.toml")  # the same bytes, cut elsewhere
    assert make.made("2") == ["one.tomln", "ew.toml"]


def test_a_file_that_was_cut_off_anywhere_is_made_anew(sources: list[Path]) -> None:
    make = Maker(sources)
    make.made()
    (file,) = sources[0].parent.glob("__pycache__/*")
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert make.made() == ["one.toml", "two.toml"]
    assert make.calls == 1 + len(whole)


def test_a_file_with_any_other_byte_is_made_anew(sources: list[Path]) -> None:
    make = Maker(sources)
    make.made()
    (file,) = sources[0].parent.glob("__pycache__/*")
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert make.made() == ["one.toml", "two.toml"]
    assert make.calls == 1 + len(whole)


def test_where_nothing_may_be_written_nothing_is(sources: list[Path], monkeypatch) -> None:
    make = Maker(sources)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        make.made()
    assert not list(sources[0].parent.glob("__pycache__"))
    monkeypatch.setattr(sys, "pycache_prefix", str(sources[0]))  # a file is no folder
    assert make.made() == ["one.toml", "two.toml"]
    assert make.calls == 2
