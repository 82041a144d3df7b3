"""A case's facts with what follows from them: what happened, for whom, what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from ..knowledge import Outgoing, Provider, Remedy, Scenario, Vendor, VendorReply, Way, knowledge
from ..knowledge.variables import BY_ITSELF, FACT_OF, UNKNOWN, VARIABLES
from .beliefs import Offer
from .diagram import diagram
from .facts import CHOICES, Facts
from .interview import Known, known_variables, spoken_choice
from .readiness import NextStep, next_step, questions_left
from .reduction import (
    SUBMISSION_PORTS,
    Case,
    find_provider,
    reduce_answer,
    reduce_facts,
    relate_recipient,
    who_replied,
)
from .table import Match, decision_table, judge

_PORT_OF = {"tls": 465, "starttls": 587}
REMEDIES_BY_TEST: Mapping[bool, tuple[str, ...]] = {
    False: ("use-submission-port", "fix-encryption"),
    True: ("other-network", "vpn-off"),
}
"""What helps where no server was reached: when a test reached one, and when it reached none."""
_UNSEEN = {"error": UNKNOWN, "refused_by": UNKNOWN}
"""What is known of a refusal before it was seen."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of the message for one recipient's domain; see ``Diagnosis``."""

    recipient: str
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
    Both are for the foremost recipient (G8); ``verdicts`` has one for each.
    """

    match: Match
    relay: str
    refused: str
    verdicts: tuple[Verdict, ...]
    planned: tuple[Remedy, ...]

    @property
    def scenario(self) -> str:
        """The id of the decision table's row."""
        return self.match.scenario.id

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


@dataclass(frozen=True)
class Situation:
    """Facts, and what follows from them: each worked out once, when it is first asked for."""

    facts: Facts

    @cached_property
    def provider(self) -> Provider | None:
        """The published provider that the account or its outgoing server belongs to."""
        return find_provider(self.facts)

    @cached_property
    def vendor_reply(self) -> VendorReply | None:
        """The vendor's reply that was read, None where the person says something else."""
        _, reply = knowledge().find_reply(self.facts.vendor_reply)
        if reply is None or reply.reason != self.facts.error:
            return None
        same = self.facts.known("refused_by") in (None, reply.refused_by)
        return reply if same and not self._replied_elsewhere else None

    @property
    def _replied_elsewhere(self) -> bool:
        """Whether another provider's server has replied than the account's."""
        replied = who_replied(self.facts)
        return bool(replied and self.provider and self.provider.id != replied)

    @cached_property
    def vendor(self) -> Vendor | None:
        """Whose server the outgoing one is, as far as its reply or the provider tell."""
        reply, content = self.vendor_reply, knowledge()
        if reply and reply.refused_by == "own-server":
            return content.by_reply[reply.id][0]
        return content.by_provider.get(self.provider.id) if self.provider else None

    @property
    def _first(self) -> tuple[str, ...]:
        """What a vendor, or a test of the connection, puts first."""
        if self.facts.open_port and self.facts.error == "no-connection":
            return REMEDIES_BY_TEST[self.facts.open_port == "none"]
        first = self.vendor.first.get(self.facts.error or "", ()) if self.vendor else ()
        return (self.vendor_reply.remedy, *first) if self.vendor_reply else first

    def way(self, remedy: str) -> Way | None:
        """Return how a remedy is done at the vendor, None where nothing is known of that.

        Of a vendor that only its reply tells of, no other remedy than that of the reply is meant.
        """
        vendor, reply = self.vendor, self.vendor_reply
        if vendor is None or (reply and not vendor.provider and reply.remedy != remedy):
            return None
        return vendor.way(remedy)

    @cached_property
    def recipients(self) -> Mapping[str, str]:
        """The recipients' domains (G8), each with its relation: same, other or unknown."""
        facts, provider = self.facts, self.provider
        return {name: relate_recipient(facts, name, provider) for name in facts.recipients}

    @cached_property
    def recipient(self) -> str | None:
        """The recipient's domain that most likely has to be relayed: the case is about it."""
        order = ("other", UNKNOWN, "same")
        relations = self.recipients
        return min(sorted(relations), key=lambda name: order.index(relations[name]), default=None)

    @cached_property
    def case(self) -> Case:
        """The finite case that the facts come to."""
        relation = UNKNOWN if self.recipient is None else self.recipients[self.recipient]
        return reduce_facts(self.facts, self.provider, relation)

    @cached_property
    def told(self) -> tuple[Known, frozenset[str]]:
        """The variables that the facts settle, and the facts that have been answered."""
        return known_variables(self.facts, self.case)

    @cached_property
    def match(self) -> Match:
        """The row of the decision table that the case meets."""
        return decision_table().match(self.case)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What happened and what to do."""
        verdicts = tuple([self._verdict(*recipient) for recipient in self.recipients.items()])
        relay, refused = judge(self.match.scenario, self.case)
        return Diagnosis(self.match, relay, refused, verdicts, self._planned())

    def _verdict(self, recipient: str, relation: str) -> Verdict:
        """Judge one recipient; a refusal that was seen speaks of the foremost kind only."""
        case = {**self.case, "recipient": relation}
        if self.facts.error == "relay-denied" and relation != self.case["recipient"]:
            case |= _UNSEEN
        return Verdict(recipient, *judge(_scenario_of(case), case))

    @cached_property
    def offer(self) -> Offer:
        """Which remedies the provider offers, which were tried, which ones come first."""
        return Offer.of(self.provider, self.facts.tried, self._first)

    def _planned(self) -> tuple[Remedy, ...]:
        """Return the remedies of the match that the provider offers, best first.

        Where more than one that a single visit covers may be needed, the visit stands for them.
        """
        found = self.offer.order(r.id for r in decision_table().remedies(self.match))
        visit = knowledge().remedies.get(self.next.visit)
        if visit is None:
            return found
        merged = (visit if remedy.id in visit.covers else remedy for remedy in found)
        return tuple({remedy.id: remedy for remedy in merged}.values())

    @cached_property
    def change(self) -> Change | None:
        """The other verdict that the change of one fact brings about."""
        known = self.facts.known("account_domain") is not None
        return nearest_change(self.match, self.provider, account_known=known)

    @cached_property
    def settings(self) -> Mapping[str, str | int]:
        """The outgoing settings to use, by name; only a known provider's server is one of them."""
        only = knowledge().programs.find(self.facts.program).only
        if self.provider:
            published = self.provider.outgoing
            best = next((out for out in published if out.security == only), None)
            best = best or self._reached(published) or published[0]
            oauth = self.provider.sign_in == "oauth-only" and not self._sends_itself
            fits = only in (None, best.security)
            return {
                "server": best.server,
                "port": best.port if fits else _PORT_OF[str(only)],
                "security": best.security if fits else str(only),
                "login": "oauth" if oauth else "password",
            }
        # Implicit TLS first (RFC 8314 section 3), unless they are on the other good port already.
        port = self.facts.port if self.facts.port in SUBMISSION_PORTS else 465
        if self.facts.open_port in ("465", "587"):
            port = int(self.facts.open_port)
        port = _PORT_OF.get(only or "", port)
        return {"port": port, "security": "tls" if port == 465 else "starttls", "login": "password"}

    def _reached(self, published: Sequence[Outgoing]) -> Outgoing | None:
        """Return the server on the port that a test has reached."""
        return next((out for out in published if str(out.port) == self.facts.open_port), None)

    @property
    def _sends_itself(self) -> bool:
        return self.case["program"] in BY_ITSELF

    @cached_property
    def next(self) -> NextStep:
        """What to ask next."""
        return next_step(*self.told, self.offer)

    @cached_property
    def questions_left(self) -> int:
        """How many questions are expected before the plan is ready; it never grows."""
        return questions_left(*self.told, self.offer)

    def without(self, fact: str) -> Situation:
        """Return the situation in which one fact is not known."""
        answered = getattr(self.facts, fact) is not None
        return Situation(self.facts.but(**{fact: None})) if answered else self


def diagnose(facts: Facts) -> Diagnosis:
    """Return the diagnosis for some facts."""
    return Situation(facts).diagnosis


def nearest_change(
    match: Match, provider: Provider | None = None, account_known: bool = False
) -> Change | None:
    """Return the other verdict that the change of one fact brings about, or None.

    What the person can change comes first, then what is easy to tell, the error last.  A refusal
    that was seen belongs to this world only, so other worlds are compared without it: a change
    counts only if it is the change that makes the difference.

    :param account_known: another account would be another case, so it is no change of this one
    """
    seen = tuple((name, match.values[name]) for name in VARIABLES)
    return _nearest_change(seen, provider, account_known)


# People with the same finite facts at the same provider are told of the same change.
@lru_cache(maxsize=4096)
def _nearest_change(case: Known, provider: Provider | None, account_known: bool) -> Change | None:
    seen = dict(case)
    match = decision_table().match(seen)
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
        key=lambda n: (n == "error", not questions[FACT_OF[n]].yours, questions[FACT_OF[n]].seconds)
    )
    return tuple(
        (name, value)
        for name in variables
        for value in VARIABLES[name]
        if value != UNKNOWN and (choice := spoken_choice(name, value)) and choice.text
    )
