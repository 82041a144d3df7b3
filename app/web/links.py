"""Canonical links: the one place that writes the path of a page.

Canonical values are words, numbers and A-labels, so nothing in them needs escaping.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ..diagnosis import Facts, Situation
from ..i18n.languages import Language

NOTHING = Facts()


@dataclass(frozen=True)
class WizardState:
    """A place in the wizard: the facts, and what is looked at besides.

    ``change`` is a fact being changed, ``way`` the remedy looked at in place of the first untried
    one, ``worked`` the remedy that did it, ``plan`` asks for the plan before all questions are
    answered.
    """

    facts: Facts = NOTHING
    change: str | None = None
    way: str | None = None
    worked: str | None = None
    plan: bool = False

    @cached_property
    def situation(self) -> Situation:
        """What follows from the facts."""
        return Situation(self.facts)

    def query(self) -> str:
        """Return the canonical query string."""
        facts = self.facts.query()
        parts = [facts] if facts else []
        if self.change:
            parts.append(f"change={self.change}")
        if self.way:
            parts.append(f"way={self.way}")
        if self.worked:
            parts.append(f"worked={self.worked}")
        if self.plan:
            parts.append("plan=now")
        return "&".join(parts)

    def at(self, **changes: object) -> WizardState:
        """Return the state with something about it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


BEGINNING = WizardState()


def with_defaults(facts: Facts, known: Facts) -> Facts:
    """Return the facts, with those that are missing taken from ``known``."""
    missing = {key: getattr(known, key) for key, _ in known.pairs if getattr(facts, key) is None}
    return facts.but(**missing) if missing else facts


def extend(url: str, pair: str) -> str:
    """Return a URL with one more ``key=value`` at its end."""
    return f"{url}{'&' if '?' in url else '?'}{pair}"


@dataclass(frozen=True)
class Links:
    """The pages in one language, under one root: a method for each returns its URL.

    ``query`` is a query string without its question mark.
    """

    language: Language
    root: str = ""

    @cached_property
    def base(self) -> str:
        """The path that every page of this language begins with."""
        return f"{self.root}/{self.language.code}"

    def in_language(self, other: Language, url: str) -> str:
        """Return one of these URLs in another language."""
        return f"{self.root}/{other.code}{url.removeprefix(self.base)}"

    def start(self, facts: Facts = NOTHING) -> str:
        """Return the URL of the start page."""
        return self._page("", facts.query())

    def read(self, facts: Facts = NOTHING) -> str:
        """Return the URL that a paste is sent to."""
        return self._page("read", facts.query())

    def check(self, state: WizardState = BEGINNING) -> str:
        """Return the URL of a question or a plan."""
        return self._page("check", state.query())

    def step_picture(self, state: WizardState) -> str:
        """Return the URL of the pictures of a way's steps, without the number of the step."""
        return self._page("step.svg", state.query())

    def profile(self, state: WizardState) -> str:
        """Return the URL of the configuration profile for Apple's devices."""
        return self._page("profile.mobileconfig", state.query())

    def autoconfig(self, state: WizardState) -> str:
        """Return the URL of the settings file for Thunderbird."""
        return self._page("autoconfig.xml", state.query())

    def sheet(self, state: WizardState) -> str:
        """Return the URL of the plan as a sheet to print."""
        return self._page("sheet", state.query())

    def qr(self, state: WizardState) -> str:
        """Return the URL of the plan's QR code."""
        return self._page("qr.svg", state.query())

    def ticket(self, state: WizardState) -> str:
        """Return the URL of the plan as plain text."""
        return self._page("ticket.txt", state.query())

    def markdown_ticket(self, state: WizardState) -> str:
        """Return the URL of the plan in Markdown."""
        return self._page("ticket.md", state.query())

    def help(self, state: WizardState) -> str:
        """Return the URL of the page that makes a case of the facts."""
        return self._page("help", state.query())

    def enter_code(self) -> str:
        """Return the URL of the page that asks for a case's code."""
        return self._page("case")

    def case(self, code: str) -> str:
        """Return the URL of a case, for the person whose it is."""
        return self._page(f"case/{code}")

    def delete_case(self, code: str) -> str:
        """Return the URL of the form that erases a case."""
        return self._page(f"case/{code}/delete")

    def developers(self, query: str = "") -> str:
        """Return the URL of the page about embedding."""
        return self._page("developers", query)

    def embed_test(self, query: str = "") -> str:
        """Return the URL of the test whether a site may embed the wizard."""
        return self._page("developers/test", query)

    def support_link(self, facts: Facts = NOTHING) -> str:
        """Return the URL of the page that makes a link with facts filled in."""
        return self._page("developers/links", facts.query())

    def demo(self) -> str:
        """Return the URL of the page that embeds the wizard."""
        return self._page("demo")

    def logo(self, name: str) -> str:
        """Return the URL of the portal's logo."""
        return f"{self.root}/logo/{name}"

    def loader(self, name: str) -> str:
        """Return the URL of a version of the script that embeds the wizard, the same everywhere."""
        return f"/embed/{name}"

    def api_docs(self) -> str:
        """Return the URL of the page about the API."""
        return self._page("developers/api")

    def openapi(self) -> str:
        """Return the URL of the API's description, its texts in this language."""
        return f"{self.root}/api/v1/openapi.json?lang={self.language.code}"

    def desk(self, query: str = "") -> str:
        """Return the URL of the desk's screen."""
        return self._page("desk", query)

    def desk_cases(self, query: str = "") -> str:
        """Return the URL of the agent's cases."""
        return self._page("desk/cases", query)

    def keep_case(self, query: str = "") -> str:
        """Return the URL of the form that makes a case of what stands on the desk."""
        return self._page("desk/cases/new", query)

    def desk_case(self, code: str, query: str = "") -> str:
        """Return the URL of a case on the desk."""
        return self._page(f"desk/cases/{code}", query)

    def conclude_case(self, code: str, query: str = "") -> str:
        """Return the URL of the form for a case's outcome."""
        return self._page(f"desk/cases/{code}/outcome", query)

    def delete_desk_case(self, code: str) -> str:
        """Return the URL of the agent's form that erases a case."""
        return self._page(f"desk/cases/{code}/delete")

    def insights(self, days: int | None = None) -> str:
        """Return the URL of what was counted in the last days."""
        return self._page("desk/insights", f"days={days}" if days else "")

    def insights_csv(self, days: int) -> str:
        """Return the URL of the same as CSV."""
        return self._page("desk/insights.csv", f"days={days}")

    def audit(self) -> str:
        """Return the URL of the audit."""
        return self._page("desk/audit")

    def account(self, query: str = "") -> str:
        """Return the URL of the agent's account."""
        return self._page("desk/account", query)

    def change_password(self) -> str:
        """Return the URL of the form for another password."""
        return self._page("desk/account/password")

    def end_sessions(self) -> str:
        """Return the URL of the form that ends the agent's other sessions."""
        return self._page("desk/account/end")

    def sign_in(self, query: str = "") -> str:
        """Return the URL of the sign-in page."""
        return self._page("desk/sign-in", query)

    def sign_in_at_provider(self, query: str = "") -> str:
        """Return the URL that leads to the identity provider."""
        return self._page("desk/sign-in/provider", query)

    def signed_in(self) -> str:
        """Return the URL that the identity provider leads back to."""
        return self._page("desk/signed-in")

    def sign_out(self) -> str:
        """Return the URL of the form that signs the agent out."""
        return self._page("desk/sign-out")

    def below(self, place: str) -> str:
        """Return the URL of a place below the language, as ``within`` returns it."""
        return self._page(place)

    def within(self, url: str) -> str:
        """Return what stands behind the language in one of these URLs."""
        return url.removeprefix(f"{self.base}/")

    def _page(self, path: str, query: str = "") -> str:
        url = f"{self.base}/{path}"
        return f"{url}?{query}" if query else url
