"""Facts in, diagnosis out: the heart of the house, without a word of any language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..knowledge import Provider, Remedy, Scenario, knowledge
from ..knowledge.variables import FACT_OF, UNKNOWN, VARIABLES, WEBMAIL
from .facts import CHOICES, Facts
from .interview import spoken_choice
from .reduction import Case, find_provider, foremost_recipient, reduce_facts
from .table import Match, decision_table


@dataclass(frozen=True)
class Verdict:
    """What becomes of the message for one recipient's domain (None: not said)."""

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

    ``relay`` is yes, no or unknown: must the outgoing server pass the message on, and does that
    matter here?  ``refused`` is no, maybe or yes: is the message refused, for whatever cause?
    """

    facts: Facts
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
        values = self.match.values
        return tuple(
            name
            for name in self.match.deciding()
            if values[name] != UNKNOWN and (name == "recipient" or self.match.excludes(name))
        )


def diagnose(facts: Facts) -> Diagnosis:
    """Return the diagnosis for some facts; with several recipients, that of the foremost (G8)."""
    provider = find_provider(facts)
    foremost = foremost_recipient(facts, provider)
    verdict, match = _judge(facts, foremost)
    verdicts = tuple(_verdict_beside(match, facts, recipient) for recipient in facts.recipients)
    advised = decision_table().remedies(match)
    told = bool(provider and provider.offers)
    advised = tuple(remedy for remedy in advised if remedy.told in (None, told))
    planned = advised if provider is None else _offered(advised, provider)
    return Diagnosis(facts, match, verdict, verdicts, planned)


def _offered(advised: tuple[Remedy, ...], provider: Provider) -> tuple[Remedy, ...]:
    """Return the remedies that a provider offers; without a login, what it has instead leads."""
    offered = [remedy for remedy in advised if provider.offers_any(remedy.needs)]
    if not provider.has_login:
        offered.sort(key=lambda remedy: remedy.needs in ((), (WEBMAIL,)))
    return tuple(offered)


def _verdict_beside(foremost: Match, facts: Facts, recipient: str) -> Verdict:
    """Judge one of several recipients; a refusal that was seen speaks of the foremost kind only."""
    relation = reduce_facts(facts, recipient)["recipient"]
    if facts.error == "relay-denied" and relation != foremost.values["recipient"]:
        facts = facts.but(error=None, refused_by=None)
    return _judge(facts, recipient)[0]


def _judge(facts: Facts, recipient: str | None) -> tuple[Verdict, Match]:
    table = decision_table()
    match = table.match(reduce_facts(facts, recipient))
    return Verdict(recipient, *table.verdict(match)), match


def nearest_change(diagnosis: Diagnosis) -> Change | None:
    """Return the other verdict that the change of one fact brings about, or None.

    What the person can change comes first, then what is easy to tell, the error last.  A refusal
    that was seen belongs to this world only, so other worlds are compared without it: a change
    counts only if it is the change that makes the difference.
    """
    table = decision_table()
    case = {name: diagnosis.match.values[name] for name in VARIABLES}
    world = case
    if diagnosis.match.values["matter"] in ("refused", "hosted", "login-wanted", "sender"):
        world = case | {"error": UNKNOWN, "refused_by": UNKNOWN}
    for variable, value in _single_changes(case):
        if not _may_be(diagnosis.facts, variable, value):
            continue
        before = case if variable == "error" else world
        here = table.verdict(table.match(before))
        match = table.match(before | {variable: value})
        there = table.verdict(match)
        wanted = there[1] == "no" or diagnosis.refused == "no" or variable == "error"
        if wanted and there != here and match.scenario is not diagnosis.match.scenario:
            return Change(variable, value, match.scenario, there[1])
    return None


def _may_be(facts: Facts, variable: str, value: str) -> bool:
    """Tell whether an answer makes a variable what it says, whatever the provider is like."""
    if variable == "account" and facts.known("account_domain"):
        return False  # another account would be another case
    if value not in CHOICES.get(variable, ()):
        return True
    return reduce_facts(facts.but(**{variable: value}))[variable] == value


def _single_changes(case: Case) -> Iterator[tuple[str, str]]:
    """Yield every change of one fact that can be put into words, nearest first."""
    questions = knowledge().questions
    variables = [name for name in VARIABLES if name != "program"]
    variables.sort(
        key=lambda n: (n == "error", not questions[FACT_OF[n]].yours, questions[FACT_OF[n]].effort)
    )
    for name in variables:
        for value in VARIABLES[name]:
            choice = spoken_choice(name, value)
            if value not in (UNKNOWN, case[name]) and choice and choice.text:
                yield name, value
