"""What a checker and a reader's software find on every kind of page."""

from typing import Literal, TypedDict

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.portals.looks import defaults
from tests.browser.pages import LANGUAGES, in_every_language, on_every_kind, open_kind

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
OF_COLOURS = RULES | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}
"""What can differ between a page and the same page in other colours."""


class Colours(TypedDict):
    """How a page is coloured."""

    color_scheme: Literal["light", "dark"]
    forced_colors: Literal["active", "none"]


COLOURS: dict[str, Colours] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}


WITHOUT_ROUTE = (
    "start",
    "portal-start",
    # Nothing is known there that it could show.
    "choice",
    "choice-error",
    "typed",
    "typed-error",
    "telex",
    "nothing-understood",
    "paste-error",
    "code-alone",
    "test",
    "published",
    "not-found",
    "sheet",
    "api",
    "portal-sheet",
    "developers",
    "links",
    "links-error",
    "may-embed",
    "may-not-embed",
    "help",
    "case-error",
    "sign-in",
    "desk-cases",
    "desk-cases-error",
    "insights",
    "audit",
    "account",
)

FIND_VIOLATIONS = """async rules => (await axe.run(document, rules)).violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`)
)"""


# A browser forces text, grounds and edges by itself, drawings and gradients it does not.
FIND_BRAND = """brand => [...document.querySelectorAll("body, body *")].flatMap(element =>
  ["", "::before"].flatMap(part => {
    const style = getComputedStyle(element, part || null);
    const drawn = element.closest("svg") && style.display !== "none";
    const shown = [style.backgroundImage, ...(drawn ? [style.fill, style.stroke] : [])];
    return shown.filter(value => brand.some(colour => value.includes(colour)))
      .map(value => `${element.outerHTML.slice(0, 80)} ${part}: ${value}`);
  }))"""


def _brand() -> list[str]:
    """Return the colours of ours, by day, that are not black or white or grey."""
    light, _ = defaults()
    return [light[name] for name in ("accent", "stop", "doubt", "tint", "paper")]


@in_every_language
@on_every_kind
def test_axe_finds_nothing(shared_page: Page, language: str, kind: str) -> None:
    open_kind(shared_page, language, kind)
    shared_page.evaluate(Axe().axe_script)
    found = []
    brand = [f"rgb({', '.join(str(int(c[i : i + 2], 16)) for i in (1, 3, 5))})" for c in _brand()]
    for name, colours in COLOURS.items():
        shared_page.emulate_media(**colours)
        rules = RULES if name == "light" else OF_COLOURS
        violations = shared_page.evaluate(FIND_VIOLATIONS, rules)
        found += [f"{name}: {violation}" for violation in violations]
        if name == "forced":
            found += [f"{name}: {left}" for left in shared_page.evaluate(FIND_BRAND, brand)]
    assert not found, "\n".join(found)


@in_every_language
@on_every_kind
def test_languages_are_marked(shared_page: Page, language: str, kind: str) -> None:
    open_kind(shared_page, language, kind)
    assert shared_page.locator("html").get_attribute("lang") == language
    switch = "links => links.map(link => [link.lang, link.hreflang, link.ariaCurrent])"
    assert shared_page.locator("header nav a").evaluate_all(switch) == [
        [code, code, "true" if code == language else None] for code in LANGUAGES
    ]
    if language != "en":
        assert not shared_page.locator("samp:not([lang=en])").all_inner_texts()


@pytest.mark.parametrize("kind", ["start", "plan"])
def test_protocol_words_are_marked_as_english(shared_page: Page, kind: str) -> None:
    open_kind(shared_page, "vi", kind)
    assert shared_page.locator("main samp[lang=en]").count()


@on_every_kind
def test_the_page_has_a_heading_and_a_route_in_words(shared_page: Page, kind: str) -> None:
    open_kind(shared_page, "en", kind)
    (heading,) = shared_page.locator("h1").all_inner_texts()
    title = shared_page.title()  # without the full stop of a plan's sentence
    assert heading.removesuffix(".") in title or "start" in kind or kind == "developers"
    if kind not in WITHOUT_ROUTE:
        route = shared_page.get_by_role("figure")
        assert route.locator("svg").get_attribute("aria-hidden") == "true"
        assert route.get_by_role("listitem").count() == 4
