"""How pages are made."""

from app.web.folding import FoldingEnvironment
from app.web.pages import TEMPLATES, Pages


def test_what_is_compiled_beforehand_is_not_compiled_again(monkeypatch) -> None:
    pages = Pages("https://wizard.example")
    compiled = []
    real = FoldingEnvironment._parse

    def parse(self, source, name, filename):
        compiled.append((self.language.code, name))
        return real(self, source, name, filename)

    monkeypatch.setattr(FoldingEnvironment, "_parse", parse)
    pages.compile()
    files = {path.name for path in TEMPLATES.iterdir()}
    assert {(code, name) for code, name in compiled} == {
        (code, name) for code in ("en", "vi") for name in files
    }
    compiled.clear()
    pages.compile()
    assert not compiled
