"""Language-independent diagnosis: what happened, for whom, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..knowledge import Provider, Remedy, Scenario, knowledge
from ..knowledge.variables import FACT_OF, UNKNOWN, VARIABLES, WEBMAIL
from .diagram import diagram
from .facts import CHOICES, Facts
from .interview import spoken_choice
from .reduction import SUBMISSION_PORTS, Case, reduce_answer
from .table import Match, decision_table, judge


@dataclass(frozen=True)
class Verdict:
    """What becomes of the message for one recipient's domain (None: not said).

    ``relay`` is yes, no or unknown: must the outgoing server pass the message on, and does that
    matter here?  ``refused`` is no, maybe or yes: is the message refused, for whatever cause?
    """

    recipient: str | None
    relay: str
    refused: str


@dataclass(frozen=True)
class Change:
    """The nearest other verdict: one variable with another value, and the row met then."""

    variable: str
    value: str
    scenario: Scenario
    refused: str


@dataclass(frozen=True)
class Diagnosis:
    """What happened and what to do about it, as fixed words.

    ``verdict`` is that for the foremost recipient, ``verdicts`` has one for each.
    """

    match: Match
    verdict: Verdict
    verdicts: tuple[Verdict, ...]
    planned: tuple[Remedy, ...]

    @property
    def relay(self) -> str:
        """Whether the outgoing server has to pass the message on: yes, no or unknown."""
        return self.verdict.relay

    @property
    def refused(self) -> str:
        """Whether the message is refused: no, maybe or yes."""
        return self.verdict.refused

    @property
    def scenario(self) -> str:
        """The id of the decision table's row."""
        return self.match.scenario.id

    @property
    def cause(self) -> str:
        """The row's cause, a fixed word."""
        return self.match.scenario.cause

    @property
    def article_row(self) -> int | None:
        """The row of the article's table, 1 to 6, when the facts are one of them."""
        return self.match.scenario.article_row

    @property
    def remedies(self) -> tuple[str, ...]:
        """The ids of the remedies, best first."""
        return tuple(remedy.id for remedy in self.planned)

    @property
    def because(self) -> tuple[str, ...]:
        """The variables that decided: had one been unknown, another row might have been met."""
        match = self.match
        return tuple(n for n in VARIABLES if match.values[n] != UNKNOWN and match.rests_on(n))


def plan_remedies(match: Match, provider: Provider | None) -> tuple[Remedy, ...]:
    """Return the remedies of a match that the provider offers, best first.

    Where it has no login, what it has instead leads.
    """
    advised = decision_table().remedies(match)
    says_what_it_offers = bool(provider and provider.offers)
    remedies = [remedy for remedy in advised if remedy.told in (None, says_what_it_offers)]
    if provider:
        remedies = [remedy for remedy in remedies if provider.offers_any(remedy.needs)]
        if not provider.has_login:
            remedies.sort(key=lambda remedy: remedy.needs in ((), (WEBMAIL,)))
    return tuple(remedies)


def advised_settings(provider: Provider | None, port: int | str | None) -> dict[str, str | int]:
    """Return the outgoing settings to use, by name; the server only where it is published.

    :param port: the one that is set at present
    """
    if provider:
        best = provider.outgoing[0]
        oauth = provider.sign_in == "oauth-only"
        return {
            "server": best.server,
            "port": best.port,
            "security": best.security,
            "login": "oauth" if oauth else "password",
        }
    # Implicit TLS first (RFC 8314 section 3), unless they are on the other good port already.
    port = port if isinstance(port, int) and port in SUBMISSION_PORTS else 465
    return {"port": port, "security": "tls" if port == 465 else "starttls", "login": "password"}


def judge_recipients(facts: Facts, case: Case, relations: Mapping[str, str]) -> tuple[Verdict, ...]:
    """Judge each recipient; a refusal that was seen speaks of the foremost kind only.

    :param case: that of the foremost recipient
    :param relations: each recipient's relation
    """
    verdicts = []
    for recipient, relation in relations.items():
        theirs = {**case, "recipient": relation}
        if facts.error == "relay-denied" and relation != case["recipient"]:
            theirs |= _UNSEEN
        verdicts.append(Verdict(recipient, *judge(_scenario_of(theirs), theirs)))
    return tuple(verdicts)


_UNSEEN = {"error": UNKNOWN, "refused_by": UNKNOWN}
"""What is known of a refusal before it was seen."""


def nearest_change(
    match: Match, provider: Provider | None = None, account_known: bool = False
) -> Change | None:
    """Return the other verdict that the change of one fact brings about, or None.

    What the person can change comes first, then what is easy to tell, the error last.  A refusal
    that was seen belongs to this world only, so other worlds are compared without it: a change
    counts only if it is the change that makes the difference.

    :param account_known: another account would be another case, so it is no change of this one
    """
    seen = {name: match.values[name] for name in VARIABLES}
    here = judge(match.scenario, seen)
    world, there = seen, here
    if match.values["matter"] in ("refused", "hosted", "login-wanted", "sender"):
        world = seen | _UNSEEN
        there = judge(_scenario_of(world), world)
    for variable, value in _spoken_changes():
        if value == seen[variable] or (variable == "account" and account_known):
            continue
        if value in CHOICES.get(variable, ()) and reduce_answer(variable, value, provider) != value:
            continue  # the provider makes another value of this answer
        before, verdict = (seen, here) if variable == "error" else (world, there)
        after = before | {variable: value}
        scenario = _scenario_of(after)
        changed = judge(scenario, after)
        wanted = changed[1] == "no" or here[1] == "no" or variable == "error"
        if wanted and changed != verdict and scenario is not match.scenario:
            return Change(variable, value, scenario, changed[1])
    return None


def _scenario_of(case: Case) -> Scenario:
    return decision_table().content.scenarios[diagram().look_up(case).scenario]


@cache
def _spoken_changes() -> tuple[tuple[str, str], ...]:
    """Return every value of a fact that can be put into words, nearest change first."""
    questions = knowledge().questions
    variables = [name for name in VARIABLES if name != "program"]
    variables.sort(
        key=lambda n: (n == "error", not questions[FACT_OF[n]].yours, questions[FACT_OF[n]].effort)
    )
    return tuple(
        (name, value)
        for name in variables
        for value in VARIABLES[name]
        if value != UNKNOWN and (choice := spoken_choice(name, value)) and choice.text
    )
