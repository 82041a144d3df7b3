"""People who answer the wizard's questions: one points and clicks, one has only a keyboard."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_KEYS = 100
"""More presses of Tab than any page needs."""


class Person(Protocol):
    """Somebody in front of a page."""

    page: Page

    def follow(self, link: Locator) -> None:
        """Use a link that leads to another page."""

    def choose(self, choice: Locator) -> None:
        """Choose a radio button and continue."""

    def write(self, field: Locator, text: str) -> None:
        """Type into a field and continue."""


class Pointer:
    """Somebody with a mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, link: Locator) -> None:
        with leaving(self.page):
            link.click()

    def choose(self, choice: Locator) -> None:
        choice.click()
        self._continue()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)
        self._continue()

    def _continue(self) -> None:
        self.follow(continue_button(self.page))


class Keyboard:
    """Somebody who uses Tab, the arrows, Space and Enter."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, link: Locator) -> None:
        self.reach(link)
        with leaving(self.page):
            self.page.keyboard.press("Enter")

    def choose(self, choice: Locator) -> None:
        # Tab stops at the radio button that is chosen already, else at the first.
        radios = self.page.locator("fieldset input[type=radio]")
        chosen = radios.and_(self.page.locator(":checked"))
        self.reach(chosen if chosen.count() else radios.first)
        self.page.keyboard.press("Space")
        for _ in range(MOST_KEYS):
            if choice.is_checked():
                break
            self.page.keyboard.press("ArrowDown")
        self.reach(continue_button(self.page))
        with leaving(self.page):
            self.page.keyboard.press("Space")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)
        with leaving(self.page):
            self.page.keyboard.press("Enter")

    def reach(self, target: Locator) -> None:
        """Press Tab until an element has the focus."""
        for _ in range(MOST_KEYS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")


@contextmanager
def leaving(page: Page) -> Iterator[None]:
    """Wait for the page that the body leads to."""
    with page.expect_event("load"):
        yield


def continue_button(page: Page) -> Locator:
    """Return the button that sends the answer."""
    return page.locator("main form:has(#answer) button:not([name])")


def answer_all(person: Person, answers: Mapping[str, str]) -> None:
    """Answer what is asked until the plan is there, then everything that can still change it.

    :raise KeyError: something was asked that has no answer, or was not to be asked again
    """
    left = dict(answers)
    answer_until_ready(person, left)
    everything = person.page.locator('a[href*="plan=full"]')
    if everything.count():
        person.follow(everything)
        answer_until_ready(person, left)
    assert not left


def answer_until_ready(person: Person, answers: dict[str, str]) -> int:
    """Answer what is asked until the plan is there; return how many questions that were.

    Each answer is taken out of ``answers``.

    :raise KeyError: something was asked that has no answer
    """
    number = 0
    while asked := question(person.page):
        answer(person, asked, answers.pop(asked))
        number += 1
    return number


def answer(person: Person, fact: str, text: str) -> None:
    """Answer a question that stands on the page."""
    choice = person.page.locator(f'input[name="{fact}"][value="{text}"]')
    if choice.count():
        person.choose(choice)
    else:
        person.write(person.page.locator("#answer"), text)


def question(page: Page) -> str | None:
    """Return the fact that the page asks for, None when it asks for nothing."""
    field = page.locator("#answer")
    return field.get_attribute("name") if field.count() else None
