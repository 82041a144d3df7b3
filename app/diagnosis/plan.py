"""Put a situation into words: the plan a person reads, in the language of a translator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from ..knowledge import Provider, Remedy, knowledge
from ..knowledge.freshness import (
    DatedFact,
    fact_of_reply,
    fact_of_way,
    facts_of_program,
    facts_of_provider,
    is_stale,
)
from ..knowledge.remedies import Step
from ..knowledge.variables import FACT_OF
from .guide import Guide, GuideStep
from .interview import spoken_choice
from .placeholders import Translate, Wording, statement
from .readiness import NextStep
from .situation import Diagnosis, Situation


@dataclass(frozen=True)
class Reason:
    """A fact that decided, its value and the sentence that says it."""

    fact: str
    value: str
    text: str


@dataclass(frozen=True)
class ShownChange:
    """One fact changed: which, to what, and what would happen then."""

    fact: str
    label: str
    answer: str
    title: str


@dataclass(frozen=True, eq=False)
class PlannedRemedy:
    """A remedy made out for the situation of a plan."""

    remedy: Remedy
    plan: Plan

    @property
    def id(self) -> str:
        """The fixed word for it."""
        return self.remedy.id

    @cached_property
    def title(self) -> str:
        """What it is, in a line."""
        return self.plan.wording.fill(self.remedy.title)

    @property
    def values(self) -> Mapping[str, str | int]:
        """The settings that it makes, by name; empty for one that makes none."""
        return self.plan.situation.settings if self.remedy.settings else {}

    @cached_property
    def warning(self) -> str | None:
        """What to mind."""
        return self.plan.wording.fill(self.remedy.warning) if self.remedy.warning else None

    @cached_property
    def words(self) -> str | None:
        """What to say to whoever can help."""
        way = self.plan.situation.way(self.id)
        alone = way is not None and way.alone
        return self.plan.wording.say(self.remedy.words) if self.remedy.words and not alone else None

    @property
    def in_program(self) -> bool:
        """Whether it is done in the mail program, so that the steps depend on which one it is."""
        return self.remedy.in_program

    @property
    def suspects(self) -> tuple[str, ...]:
        """What of several settings is wrong most often, the likeliest first."""
        if self.remedy.id != self.plan.next.visit:
            return ()
        settings = (knowledge().remedies[name].setting for name in self.plan.next.suspects)
        return tuple([self.plan.translate(setting) for setting in settings if setting])

    @cached_property
    def steps(self) -> tuple[GuideStep, ...]:
        """What to do, in order."""
        made = [GuideStep(text) for text in self.plan.first_notes if self.remedy.settings]
        way = self.plan.situation.way(self.remedy.id)
        for step in applicable_steps(self.remedy, self.plan.situation):
            if step.acts:
                made += self.plan.program_steps(step.acts)
            else:
                text = self.plan.wording.fill(step.text, way)
                made.append(GuideStep(text, note=step.note))
        return tuple(made)

    @property
    def general(self) -> bool:
        """Whether some labels are not confirmed for the program, so the steps are general."""
        return any(step.general for step in self.steps)


@dataclass(frozen=True, eq=False)
class Plan:
    """A situation in one language: each text is made when it is first asked for.

    ``on`` is the day that the age of facts is judged by; without one, none is called stale.
    """

    situation: Situation
    translate: Translate = str
    language: str = "en"
    on: date | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        """What happened and what to do, as fixed words."""
        return self.situation.diagnosis

    @property
    def provider(self) -> Provider | None:
        """The account's provider, where it is a published one."""
        return self.situation.provider

    @property
    def next(self) -> NextStep:
        """What to ask next."""
        return self.situation.next

    @cached_property
    def wording(self) -> Wording:
        """Puts the situation's names into texts."""
        return Wording(self.situation, self.translate)

    @cached_property
    def summary(self) -> str:
        """What happened, in a sentence."""
        return self.wording.fill(self.diagnosis.match.scenario.title)

    @cached_property
    def why(self) -> str:
        """Why it happened: what the vendor means by its reply, and what holds of the scenario."""
        why = self.wording.fill(self.diagnosis.match.scenario.why)
        return f"{self.means} {why}" if self.means else why

    @cached_property
    def means(self) -> str | None:
        """What the vendor means by its reply."""
        reply = self.situation.vendor_reply
        return self.translate(reply.means) if reply else None

    @cached_property
    def aside(self) -> str | None:
        """What is good to know besides."""
        aside = self.diagnosis.match.scenario.aside
        return self.wording.fill(aside) if aside else None

    @cached_property
    def because(self) -> tuple[Reason, ...]:
        """The facts that decided."""
        return tuple([self._reason(name) for name in self.diagnosis.because])

    def _reason(self, name: str) -> Reason:
        fact, state = FACT_OF[name], self.diagnosis.match.values[name]
        value = str(getattr(self.situation.facts, fact) or state)
        if name == "recipient" and self.situation.recipient:
            value = self.situation.recipient
        elif name == "account" and self.situation.provider:
            # Told by the outgoing server, where nobody has named the account.
            value = self.situation.facts.known(fact) or self.situation.provider.name
        question = knowledge().questions[fact]
        return Reason(fact, value, statement(question, value, state, self.translate))

    @cached_property
    def change(self) -> ShownChange | None:
        """The one fact that would change the verdict."""
        change = self.situation.change
        if change is None:
            return None
        question = knowledge().questions[FACT_OF[change.variable]]
        choice = spoken_choice(change.variable, change.value)
        answer = self.translate(choice.text) if choice else change.value
        title = self.wording.fill(change.scenario.title)
        return ShownChange(question.fact, self.translate(question.label), answer, title)

    @cached_property
    def remedies(self) -> tuple[PlannedRemedy, ...]:
        """What helps, best first."""
        return tuple([PlannedRemedy(remedy, self) for remedy in self.diagnosis.planned])

    def program_steps(self, acts: tuple[str, ...]) -> tuple[GuideStep, ...]:
        """Return the steps of some acts in the person's mail program, with the settings to use."""
        program, sign_in = self.situation.facts.program, self.situation.case["account"]
        told = sign_in if self.provider else ""  # of no provider, the usual one is said
        user = self.provider.username if self.provider else ""
        values = (*self.situation.settings.items(), ("sign_in", told), ("user_name", user))
        return _program_steps(program, values, self.language, self.translate, acts)

    @cached_property
    def article(self) -> tuple[str, ...]:
        """What the article says of its row, and today's advice beside it."""
        row = self.diagnosis.article_row
        if row is None:
            return ()
        kinds = {"no": "no_relay", "yes": "relay_allowed" if row == 2 else "relay_doubtful"}
        parts = [kinds[self.diagnosis.relay], "remedies"]
        if self.provider is None or self.provider.has_login:
            parts.append("today")
        article = knowledge().article
        return tuple([self.translate(article[part]).format(row=row) for part in parts])

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing about the provider: what it does not offer, and its notes."""
        provider, translate = self.provider, self.translate
        if provider is None:
            return ()
        lacking = [
            translate(way.without).format(provider=provider.name)
            for way in knowledge().authorisations.values()
            if way.without and not provider.offers_any((way.id,))
        ]
        notes = [self.wording.fill(note.text) for note in provider.notes if not note.first]
        return (*lacking, *notes)

    @cached_property
    def first_notes(self) -> tuple[str, ...]:
        """What has to be done at the provider before any settings can help."""
        notes = self.provider.notes if self.provider else ()
        return tuple(self.wording.fill(note.text) for note in notes if note.first)

    @cached_property
    def stale(self) -> tuple[DatedFact, ...]:
        """The facts that the plan rests on and that were last checked too long ago."""
        if self.on is None:
            return ()
        facts = list(facts_of_program(knowledge().programs.find(self.situation.facts.program)))
        if self.provider:
            facts[:0] = facts_of_provider(self.provider)
        if reply := self.situation.vendor_reply:
            facts.append(fact_of_reply(reply))
        if vendor := self.situation.vendor:
            ways = (self.situation.way(remedy.id) for remedy in self.remedies)
            facts += [fact_of_way(vendor, way) for way in ways if way]
        # One without a day is for the editors to find (`flask knowledge check`).
        return tuple([fact for fact in facts if fact.checked and is_stale(fact.checked, self.on)])

    @cached_property
    def current(self) -> PlannedRemedy | None:
        """The first remedy that has not been tried yet, None at the end of the list."""
        tried = self.situation.facts.tried
        return next((remedy for remedy in self.remedies if remedy.id not in tried), None)

    def shown(self, way: str | None) -> PlannedRemedy | None:
        """Return the remedy asked for by its id, or else the current one."""
        return next((remedy for remedy in self.remedies if remedy.id == way), self.current)

    @cached_property
    def way_round(self) -> PlannedRemedy | None:
        """The way to send this email all the same, None where there is none or it was tried."""
        return next((r for r in self.remedies if r.id == self.next.way_round), None)

    def others(self, shown: PlannedRemedy) -> list[PlannedRemedy]:
        """Return the remedies beside one that is shown, without those that were tried."""
        done = (shown.id, *self.situation.facts.tried)
        return [remedy for remedy in self.remedies if remedy.id not in done]

    @property
    def last(self) -> PlannedRemedy:
        """The remedy whose words are left to say when everything has been tried."""
        closing = {r.id for r in self.diagnosis.planned if r.words and r.closing}
        return next(remedy for remedy in self.remedies if remedy.id in closing)


@lru_cache(maxsize=1024)  # most people have the usual settings, so the same steps
def _program_steps(
    program: str | None,
    values: tuple[tuple[str, str | int], ...],
    language: str,
    translate: Translate,
    acts: tuple[str, ...],
) -> tuple[GuideStep, ...]:
    programs = knowledge().programs
    guide = Guide(programs, programs.find(program), dict(values), language, translate)
    return tuple(guide.steps(acts))


def applicable_steps(remedy: Remedy, situation: Situation) -> Iterator[Step]:
    """Yield the steps of a remedy whose conditions hold, in order."""
    provider, match = situation.provider, situation.match
    says_what_it_offers = bool(provider and provider.offers)
    way = situation.way(remedy.id)
    only = knowledge().programs.find(situation.facts.program).only
    has_phone = bool(provider and provider.phone)
    has_page = bool((provider and provider.page) or (way and way.page))
    for step in way.steps if way else remedy.steps:
        lacking = (
            (step.usual and (provider or only))
            or ("{page}" in step.text and not has_page)
            or ("{outgoing}" in step.text and not provider)
            or step.helpdesk not in (None, has_phone)
            or step.told not in (None, says_what_it_offers)
            or (provider and not provider.offers_any(step.needs))
        )
        if not lacking and match.holds(step.when):
            yield step
