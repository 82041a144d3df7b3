"""Catalogues are whole and right, and nothing on a page escapes them."""

import re
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from flask.testing import FlaskClient
from jinja2 import DictLoader

from app.i18n import catalogues
from app.i18n.languages import DEFAULT, languages, published, read_language
from app.i18n.templates import TranslatingEnvironment, breakable
from app.knowledge import knowledge
from app.settings import Settings
from tests.linting import LintingClient, visible_text

MARK = "⦗"


def test_the_catalogues_are_fresh_whole_and_right() -> None:
    assert list(catalogues.faults()) == []


def spoil(tmp_path: Path, monkeypatch, change) -> list[str]:
    """Return the faults found once a copy of the Vietnamese catalogue has been changed."""
    source = catalogues.FOLDER / "vi/LC_MESSAGES/messages.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    change(catalogue)
    copy = tmp_path / "vi/LC_MESSAGES/messages.po"
    copy.parent.mkdir(parents=True)
    with copy.open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr("app.i18n.languages.FOLDER", tmp_path)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    return list(catalogues.faults())


def missing(catalogue: Catalog) -> None:
    catalogue.get("Back").string = ""


def fuzzy(catalogue: Catalog) -> None:
    catalogue.get("Back").flags.add("fuzzy")


def misfilled(catalogue: Catalog) -> None:
    catalogue.get("For example: {name}").string = "Ví dụ {nam}"


def decomposed(catalogue: Catalog) -> None:
    catalogue.get("Back").string = unicodedata.normalize("NFD", "Quay lại")


def unmarked(catalogue: Catalog) -> None:
    text = next(m.id for m in catalogue if isinstance(m.id, str) and m.id.count("`") == 2)
    catalogue.get(text).string = catalogue.get(text).string.replace("`", "")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (missing, "no translation of 'Back'"),
        (fuzzy, "fuzzy"),
        (misfilled, "other placeholders"),
        (decomposed, "not NFC"),
        (unmarked, "other English words"),
    ],
)
def test_a_fault_in_a_catalogue_is_found(tmp_path, monkeypatch, change, fault) -> None:
    (found,) = spoil(tmp_path, monkeypatch, change)
    assert fault in found


def test_a_stale_template_is_found(tmp_path, monkeypatch) -> None:
    stale = tmp_path / "messages.pot"
    stale.write_text(catalogues.TEMPLATE.read_text("utf-8").replace("Back", "Return"), "utf-8")
    monkeypatch.setattr(catalogues, "TEMPLATE", stale)
    assert "app/translations/messages.pot is stale: run `make catalogues`" in list(
        catalogues.faults()
    )


def pseudo_catalogue() -> Catalog:
    """Return a language in which every translated text is bracketed."""
    catalogue = read_po(BytesIO(catalogues.collect()), locale="eo")
    for message in catalogue:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            marked = tuple(f"{MARK}{text}⦘" for text in ids)
            message.string = marked if len(ids) > 1 else marked[0]
    return catalogue


@pytest.fixture
def with_language(tmp_path, monkeypatch):
    """Return a function that makes a client of an app with Esperanto, from its catalogue alone."""
    from app import create_app
    from app.presentation import questions

    def make(catalogue: Catalog, *, draft: bool) -> FlaskClient:
        path = tmp_path / "messages.po"
        with path.open("wb") as file:
            write_po(file, catalogue)
        language = read_language("eo", path)
        found, offered = {**languages(), "eo": language}, dict(published())
        offered |= {} if draft else {"eo": language}
        for module in ("i18n.languages", "i18n.templates", "web.site", "presentation.questions"):
            monkeypatch.setattr(f"app.{module}.languages", lambda: found)
        for module in ("i18n.languages", "web.site", "api.openapi"):
            monkeypatch.setattr(f"app.{module}.published", lambda: offered)
        questions.shown_question.cache_clear()
        app = create_app(Settings(page_cache=0, public_url="https://proseware.com"))
        app.test_client_class = LintingClient
        return app.test_client()

    yield make
    questions.shown_question.cache_clear()


@pytest.fixture
def pseudo(with_language) -> FlaskClient:
    return with_language(pseudo_catalogue(), draft=False)


FACTS = (
    "error=relay-denied&place=work&connection=other&vpn=no&refused_by=own-server&program=iphone"
    "&login=none&account_domain=gmail.com&recipient_domain=adatum.com"
)
OWN_NAMES = (
    "Thông Thư",
    "Tiếng Việt",
    "English",
    "Esperanto",
    "gmail.com",
    "adatum.com",
    "a.com",
    "b.com",
    "proseware.com",
    "smtp.gmail.com",
    "465",
    "587",
    "25",
    "2525",
    "SSL/TLS",
    "STARTTLS",
    "Relaying denied",
    "Authentication required",
    "Cannot connect, time-out",
    "–",
)


@pytest.mark.parametrize(
    "state",
    [
        "",
        "check",
        "check?change=port",
        "check?change=account_domain",
        "check?place=moon",
        "check?asked=place",
        f"check?{FACTS}",
        f"check?{FACTS}&tried=use-login",
        "nothing",
        f"check?{FACTS}&worked=use-login",
        "check?plan=now",
        "check?error=mailbox-full&tried=wait",
        "check?change=sender_domain&account_domain=gmail.com",
        "check?account_domain=a.com&recipient_domain=a.com,b.com&plan=now&place=work",
    ],
)
def test_no_text_on_a_page_escapes_translation(pseudo, state: str) -> None:
    page = pseudo.get(f"/eo/{state}")
    text = visible_text(page)
    # Brackets nest where a translated name stands in a translated sentence.
    while MARK in text:
        text = re.sub(f"{MARK}[^{MARK}⦘]*⦘", " ", text)
    # A label that nobody has confirmed in this language stands as the program shows it.
    labels = {label for _, label in knowledge().programs.find("iphone").named()}
    for name in sorted({*OWN_NAMES, *labels}, key=len, reverse=True):
        text = text.replace(name, " ")
    left = re.sub(r"[\s\d.,:()“”\"'/…›]+", "", text)
    assert not left
    for attribute in re.findall(r'(?:aria-label|content|data-copy|data-done)="([^"]+)"', page.text):
        assert MARK in attribute or attribute in (
            "width=device-width, initial-scale=1",
            "telephone=no",
            "light dark",
            "noindex",
        )


def test_a_published_language_is_offered(pseudo) -> None:
    page = pseudo.get("/eo/check?place=work")
    assert page.headers["Content-Language"] == "eo"
    assert 'hreflang="eo"' in pseudo.get("/en/").text
    asked = pseudo.get("/", headers={"Accept-Language": "eo"})
    assert asked.headers["Location"] == "/eo/"
    answer = pseudo.post("/api/v1/diagnoses?lang=eo", json={})
    assert answer.get_json()["summary"].startswith(MARK)


def test_a_draft_is_there_for_those_who_name_it(with_language) -> None:
    client = with_language(pseudo_catalogue(), draft=True)
    page = client.get("/eo/")
    assert MARK in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert client.post("/api/v1/diagnoses?lang=eo", json={}).get_json()["summary"].startswith(MARK)


def test_a_draft_is_offered_nowhere(with_language) -> None:
    client = with_language(pseudo_catalogue(), draft=True)
    for path in ("/eo/", "/en/", "/en/check?place=work", "/en/developers"):
        page = client.get(path)
        assert page.status_code == 200
        assert 'hreflang="eo"' not in page.text
        assert ">Esperanto<" not in page.text
    asked = client.get("/", headers={"Accept-Language": "eo"})
    assert asked.headers["Location"] == f"/{DEFAULT}/"
    said = client.post("/api/v1/diagnoses", json={}, headers={"Accept-Language": "eo"})
    assert said.headers["Content-Language"] == DEFAULT
    assert '"eo"' not in client.get("/api/v1/openapi.json").text


def test_a_page_that_mixes_languages_claims_none(with_language) -> None:
    catalogue = pseudo_catalogue()
    assert 'lang="eo"' in with_language(catalogue, draft=True).get("/eo/").text
    missing(catalogue)
    page = with_language(catalogue, draft=True).get("/eo/")
    assert '<html lang="" dir="ltr">' in page.text
    assert page.headers["Content-Language"] == "eo, en"
    assert "Answer a few questions" in page.text


def test_what_a_draft_lacks_is_no_fault(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(catalogues, "PUBLISHED", ("en",))

    def change(catalogue: Catalog) -> None:
        missing(catalogue)
        catalogue.get("For example: {name}").string = "Ví dụ {nam}"

    (found,) = spoil(tmp_path, monkeypatch, change)
    assert "other placeholders" in found
    (line,) = catalogues.progress()
    done, total = map(int, re.findall(r"\d+", line))
    assert line == f"vi is a draft: {done} of {total} texts are translated"
    assert done == total - 1


def test_translations_are_folded_into_the_compiled_template() -> None:
    vi = languages()["vi"]
    source = {
        "page": '{{ _("Back") }}|{{ _("For example: {name}", name=name) }}|{{ "a `b`" | inline }}'
    }
    environment = TranslatingEnvironment(DictLoader(source), vi)
    text = environment.get_template("page").render(name="<x>")
    shown = vi.gettext("For example: {name}").replace("{name}", "&lt;x&gt;")
    assert text == f'{vi.gettext("Back")}|{shown}|a <samp lang="en">b</samp>'
    assert vi.gettext("Back") in environment.compile(source["page"], raw=True)


def test_only_constants_can_be_translated() -> None:
    environment = TranslatingEnvironment(DictLoader({"page": "{{ _(name) }}"}), languages()["vi"])
    with pytest.raises(TypeError, match="only a constant"):
        environment.get_template("page")


def test_plural_forms_follow_the_language() -> None:
    one, many = "Probably the last question.", "Probably %(n)s questions left, including this one."
    assert languages()["en"].ngettext(one, many, 1) == one
    assert languages()["en"].ngettext(one, many, 2) == many
    assert languages()["vi"].ngettext(one, many, 1) == "Có lẽ đây là câu hỏi cuối."
    assert "%(n)s" in languages()["vi"].ngettext(one, many, 2)


def test_a_domain_breaks_after_its_dots() -> None:
    assert breakable("a.<b>") == "a.<wbr>&lt;b&gt;"


def test_languages_call_themselves_by_their_own_names() -> None:
    assert [language.name for language in published().values()] == ["Tiếng Việt", "English"]


def test_every_published_language_is_whole() -> None:
    assert all(language.whole for language in published().values())


def test_a_folder_that_is_no_language_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "messages.po"
    path.touch()
    with pytest.raises(ValueError, match=r"^app/translations/xq: no known language: name"):
        read_language("xq", path)


def test_a_published_language_without_catalogue_is_one_line(monkeypatch) -> None:
    monkeypatch.setattr("app.i18n.languages.PUBLISHED", ("vi", "xq"))
    with pytest.raises(ValueError, match=r"^app/i18n/languages\.py: PUBLISHED: 'xq' has no cat"):
        languages.__wrapped__()
