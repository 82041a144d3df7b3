"""Templates are compiled once for each language."""

import sys
from dataclasses import replace
from pathlib import Path

from app.i18n.languages import languages
from app.i18n.templates import FOLDER, Templates, TranslatingEnvironment


def test_what_is_compiled_beforehand_is_not_compiled_again(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))  # nothing kept yet
    copies = {code: replace(language) for code, language in languages().items()}
    monkeypatch.setattr("app.i18n.templates.languages", lambda: copies)  # nothing compiled yet
    templates = Templates()
    compiled = []
    real = TranslatingEnvironment._parse

    def parse(self, source, name, filename):
        compiled.append((self.language.code, name))
        return real(self, source, name, filename)

    monkeypatch.setattr(TranslatingEnvironment, "_parse", parse)
    templates.load()
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*")}
    assert {(code, name) for code, name in compiled} == {
        (code, name) for code in languages() for name in files
    }
    compiled.clear()
    templates.load()
    assert not compiled
