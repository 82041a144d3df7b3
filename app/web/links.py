"""Canonical links: the one place that writes the path of a page.

Canonical values are words, numbers and A-labels, so nothing in them needs escaping.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from ..diagnosis import Facts, Situation
from ..i18n.languages import Language

NOTHING = Facts()


@dataclass(frozen=True)
class WizardState:
    """A place in the wizard: the facts, and what is looked at besides.

    ``change`` is a fact being changed, ``way`` the remedy looked at in place of the first untried
    one, ``worked`` the remedy that did it.  ``plan`` is ``now`` to see the plan before it is ready,
    ``full`` to be asked first whatever can still change it, and '' for the usual.
    """

    facts: Facts = NOTHING
    change: str | None = None
    way: str | None = None
    worked: str | None = None
    plan: str = ""

    @cached_property
    def situation(self) -> Situation:
        """What follows from the facts."""
        return Situation(self.facts)

    @property
    def asked(self) -> str | None:
        """The fact to ask for before the plan is shown, None to show the plan."""
        step = self.situation.next
        return {"now": None, "full": step.fact}.get(self.plan, step.asked)

    def query(self) -> str:
        """Return the canonical query string."""
        parts = (
            self.facts.query(),
            self.change and f"change={self.change}",
            self.way and f"way={self.way}",
            self.worked and f"worked={self.worked}",
            self.plan and f"plan={self.plan}",
        )
        return "&".join(filter(None, parts))

    def at(self, **changes: object) -> WizardState:
        """Return the state with something about it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def with_defaults(facts: Facts, known: Facts) -> Facts:
    """Return the facts, with those that are missing taken from ``known``."""
    missing = {key: getattr(known, key) for key, _ in known.pairs if getattr(facts, key) is None}
    return facts.but(**missing) if missing else facts


def extend(url: str, pair: str) -> str:
    """Return a URL with one more ``key=value`` at its end."""
    return f"{url}{'&' if '?' in url else '?'}{pair}"


Query = str | Facts | WizardState
"""What a URL carries behind its question mark."""


def _with_query(url: str, query: Query) -> str:
    text = query if isinstance(query, str) else query.query()
    return f"{url}?{text}" if text else url


def _page(path: str) -> Callable[..., str]:
    """Return a method of ``Links`` for a page below the language."""

    def url(links: Links, query: Query = "") -> str:
        return _with_query(f"{links.base}/{path}", query)

    return url


def _case(path: str) -> Callable[..., str]:
    """Return a method of ``Links`` for a page of one case, whose code comes first."""

    def url(links: Links, code: str, query: str = "") -> str:
        return _with_query(f"{links.base}/{path.format(code)}", query)

    return url


@dataclass(frozen=True)
class Links:
    """The pages in one language, under one root: a method for each returns its URL."""

    language: Language
    root: str = ""

    start = _page("")
    read = _page("read")  # where a paste is sent to
    check = _page("check")  # a question or the plan
    find = _page("find")  # what the account's domain publishes
    connection_test = _page("test")  # a command to run where the person is
    step_picture = _page("step.svg")  # all steps of a way; the number of one is added
    profile = _page("profile.mobileconfig")
    autoconfig = _page("autoconfig.xml")
    sheet = _page("sheet")
    qr = _page("qr.svg")
    ticket = _page("ticket.txt")
    markdown_ticket = _page("ticket.md")

    help = _page("help")  # makes a case of the facts
    enter_code = _page("case")
    case = _case("case/{}")
    delete_case = _case("case/{}/delete")

    developers = _page("developers")
    embed_test = _page("developers/test")  # whether a site may embed the wizard
    support_link = _page("developers/links")
    published_settings = _page("developers/settings")  # what a portal puts into DNS
    api_docs = _page("developers/api")
    demo = _page("demo")

    desk = _page("desk")
    desk_cases = _page("desk/cases")
    keep_case = _page("desk/cases/new")
    desk_case = _case("desk/cases/{}")
    conclude_case = _case("desk/cases/{}/outcome")
    delete_desk_case = _case("desk/cases/{}/delete")
    check_server = _case("desk/cases/{}/server")
    audit = _page("desk/audit")
    account = _page("desk/account")
    change_password = _page("desk/account/password")
    end_sessions = _page("desk/account/end")  # the agent's other ones
    sign_in = _page("desk/sign-in")
    sign_in_at_provider = _page("desk/sign-in/provider")
    signed_in = _page("desk/signed-in")  # where the identity provider leads back to
    sign_out = _page("desk/sign-out")

    def insights(self, days: int | None = None) -> str:
        """Return the URL of what was counted in the last days."""
        return self.below(f"desk/insights?days={days}" if days else "desk/insights")

    def insights_csv(self, days: int) -> str:
        """Return the URL of the same as CSV."""
        return self.below(f"desk/insights.csv?days={days}")

    def in_any_language(self, query: Query = "") -> str:
        """Return the URL of the start in the language that the visitor's browser asks for."""
        return _with_query(f"{self.root}/", query)

    def logo(self, name: str) -> str:
        """Return the URL of the portal's logo."""
        return f"{self.root}/logo/{name}"

    def loader(self, name: str) -> str:
        """Return the URL of a version of the script that embeds the wizard, the same everywhere."""
        return f"/embed/{name}"

    def openapi(self) -> str:
        """Return the URL of the API's description, its texts in this language."""
        return f"{self.root}/api/v1/openapi.json?lang={self.language.code}"

    @cached_property
    def base(self) -> str:
        """The path that every page of this language begins with."""
        return f"{self.root}/{self.language.code}"

    def in_language(self, other: Language, url: str) -> str:
        """Return one of these URLs in another language."""
        return f"{self.root}/{other.code}{url.removeprefix(self.base)}"

    def below(self, place: str) -> str:
        """Return the URL of a place below the language, as ``within`` returns it."""
        return f"{self.base}/{place}"

    def within(self, url: str) -> str:
        """Return what stands behind the language in one of these URLs."""
        return url.removeprefix(f"{self.base}/")
