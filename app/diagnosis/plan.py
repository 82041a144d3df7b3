"""Put a diagnosis into words: the plan a person reads, in the language of a translator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ..knowledge import Knowledge, Program, Provider, Remedy, knowledge
from ..knowledge.freshness import DatedFact, facts_of_program, facts_of_provider, is_stale
from ..knowledge.variables import FACT_OF, UNKNOWN
from .diagnosis import Diagnosis, diagnose, nearest_change
from .facts import Facts
from .guide import Guide, GuideStep, Values
from .interview import NextStep, next_step, spoken_choice
from .placeholders import Translate, filler, speaker, statement
from .reduction import SUBMISSION_PORTS, find_provider


@dataclass(frozen=True)
class Reason:
    """A fact that decided, its value and the sentence that says it."""

    fact: str
    value: str
    text: str


@dataclass(frozen=True)
class PlannedRemedy:
    """A remedy made out for this case; ``values`` are settings that are known, by name."""

    id: str
    title: str
    make_steps: Callable[[], tuple[GuideStep, ...]]
    values: Mapping[str, str | int]
    warning: str | None
    words: str | None
    in_program: bool = False
    """Whether it is done in the mail program, so that the steps depend on which one it is."""

    @cached_property
    def steps(self) -> tuple[GuideStep, ...]:
        """What to do, in order; made when first looked at, since a page shows one remedy only."""
        return self.make_steps()

    @property
    def general(self) -> bool:
        """Whether some labels are not confirmed for the program, so the steps are general."""
        return any(step.general for step in self.steps)


@dataclass(frozen=True)
class OtherVerdict:
    """One fact changed: which, to what, and what would happen then."""

    fact: str
    label: str
    answer: str
    title: str


@dataclass(frozen=True)
class Plan:
    """Everything that a plan page, a JSON answer or a terminal shows."""

    diagnosis: Diagnosis
    summary: str
    why: str
    aside: str | None
    because: tuple[Reason, ...]
    change: OtherVerdict | None
    remedies: tuple[PlannedRemedy, ...]
    article: tuple[str, ...]
    notes: tuple[str, ...]
    stale: tuple[DatedFact, ...]
    next: NextStep
    provider: Provider | None = None

    @property
    def current(self) -> PlannedRemedy | None:
        """The first remedy that has not been tried yet, None at the end of the list."""
        tried = self.diagnosis.facts.tried
        return next((remedy for remedy in self.remedies if remedy.id not in tried), None)

    def shown(self, way: str | None) -> PlannedRemedy | None:
        """Return the remedy asked for by its id, or else the current one."""
        return next((remedy for remedy in self.remedies if remedy.id == way), self.current)

    @property
    def last(self) -> PlannedRemedy:
        """The remedy whose words are left to say when everything has been tried."""
        closing = {r.id for r in self.diagnosis.planned if r.words and r.closing}
        return next(remedy for remedy in self.remedies if remedy.id in closing)


def make_plan(
    facts: Facts, translate: Translate = str, language: str = "en", on: date | None = None
) -> Plan:
    """Return the plan for some facts, its texts put through ``translate`` into a language.

    :param on: the day that the age of facts is judged by; without one, none is called stale
    """
    content = knowledge()
    diagnosis = diagnose(facts)
    provider = find_provider(facts)
    fill = filler(diagnosis, provider, translate)
    speak = speaker(diagnosis, provider, translate)
    by_login = provider is None or provider.has_login
    scenario = diagnosis.match.scenario
    settings = _settings(facts, provider)
    sign_in = {"sign_in": provider.sign_in if provider else UNKNOWN}
    guide = Guide(content.programs, facts.program, settings | sign_in, language, translate)
    return Plan(
        diagnosis=diagnosis,
        summary=fill(scenario.title),
        why=fill(scenario.why),
        aside=fill(scenario.aside) if scenario.aside else None,
        because=tuple(_reason(name, diagnosis, translate) for name in diagnosis.because),
        change=_other_verdict(diagnosis, translate, fill),
        remedies=tuple(
            _planned(remedy, diagnosis, guide, settings, provider, fill, speak)
            for remedy in diagnosis.planned
        ),
        article=_article(diagnosis, content, translate, by_login),
        notes=_notes(provider, content, translate) if provider else (),
        stale=_stale(provider, guide.program, on) if on else (),
        next=next_step(facts),
        provider=provider,
    )


def _reason(name: str, diagnosis: Diagnosis, translate: Translate) -> Reason:
    fact = FACT_OF[name]
    value = str(getattr(diagnosis.facts, fact) or diagnosis.match.values[name])
    if name == "recipient" and diagnosis.verdict.recipient:
        value = diagnosis.verdict.recipient
    question = knowledge().questions[fact]
    return Reason(fact, value, statement(question, value, diagnosis.match.values[name], translate))


def _other_verdict(
    diagnosis: Diagnosis, translate: Translate, fill: Translate
) -> OtherVerdict | None:
    change = nearest_change(diagnosis)
    if change is None:
        return None
    question = knowledge().questions[FACT_OF[change.variable]]
    choice = spoken_choice(change.variable, change.value)
    answer = translate(choice.text) if choice else change.value
    return OtherVerdict(
        question.fact, translate(question.label), answer, fill(change.scenario.title)
    )


def _notes(provider: Provider, content: Knowledge, translate: Translate) -> tuple[str, ...]:
    """Return what is worth knowing about a provider: what it does not offer, and its notes."""
    lacking = [
        translate(way.without).format(provider=provider.name)
        for way in content.authorisations.values()
        if way.without and not provider.offers_any((way.id,))
    ]
    return (*lacking, *(translate(note.text) for note in provider.notes))


def _stale(provider: Provider | None, program: Program, on: date) -> tuple[DatedFact, ...]:
    """Return the facts that the plan rests on and that were last checked too long ago."""
    facts = [*(facts_of_provider(provider) if provider else ()), *facts_of_program(program)]
    # One without a day is for the editors to find (`flask knowledge check`).
    return tuple(fact for fact in facts if fact.checked and is_stale(fact.checked, on))


def _planned(
    remedy: Remedy,
    diagnosis: Diagnosis,
    guide: Guide,
    settings: Values,
    provider: Provider | None,
    fill: Translate,
    speak: Translate,
) -> PlannedRemedy:
    def make_steps() -> tuple[GuideStep, ...]:
        return tuple(_steps(remedy, diagnosis, guide, provider, fill))

    values = settings if remedy.settings else {}
    warning = fill(remedy.warning) if remedy.warning else None
    words = speak(remedy.words) if remedy.words else None
    acts = any(step.acts for step in remedy.steps)
    title = fill(remedy.title)
    return PlannedRemedy(remedy.id, title, make_steps, values, warning, words, acts)


def _steps(
    remedy: Remedy,
    diagnosis: Diagnosis,
    guide: Guide,
    provider: Provider | None,
    fill: Translate,
) -> Iterator[GuideStep]:
    for step in remedy.steps:
        if not diagnosis.match.holds(step.when) or (step.usual and provider):
            continue
        if "{page}" in step.text and not (provider and provider.page):
            continue
        if "{outgoing}" in step.text and not provider:
            continue
        if provider and not provider.offers_any(step.needs):
            continue
        if step.helpdesk not in (None, bool(provider and provider.phone)):
            continue
        if step.told not in (None, bool(provider and provider.offers)):
            continue
        if step.acts:
            yield from guide.steps(step.acts)
        else:
            yield GuideStep(fill(step.text))


def _settings(facts: Facts, provider: Provider | None) -> dict[str, str | int]:
    """Return the outgoing settings to use; only a known provider's server is one of them."""
    values: dict[str, Any] = {}
    if provider:
        best = provider.outgoing[0]
        values = {"server": best.server, "port": best.port, "security": best.security}
    else:
        # Implicit TLS first (RFC 8314 section 3), unless they are on the other good port already.
        port = facts.port if facts.port in SUBMISSION_PORTS else 465
        values = {"port": port, "security": "tls" if port == 465 else "starttls"}
    oauth = provider is not None and provider.sign_in == "oauth-only"
    return values | {"login": "oauth" if oauth else "password"}


def _article(
    diagnosis: Diagnosis, content: Knowledge, translate: Translate, by_login: bool
) -> tuple[str, ...]:
    row = diagnosis.article_row
    if row is None:
        return ()
    kinds = {"no": "no_relay", "yes": "relay_allowed" if row == 2 else "relay_doubtful"}
    told = (kinds[diagnosis.relay], "remedies", *(("today",) if by_login else ()))
    return tuple(translate(content.article[key]).format(row=row) for key in told)
