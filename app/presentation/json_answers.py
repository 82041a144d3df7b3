"""The JSON answers of the API: their types, and how they are made for the web and the terminal.

mypy checks what is answered against the types, and OpenAPI describes them; ``json_schema_extra``
names the values that no type of Python can list.  Descriptions are translated when the document is
made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Annotated, Any, cast

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from .. import diagnosis
from .. import reading as reader
from ..diagnosis import CHOICES, FACT_KEYS, Situation
from ..diagnosis.inline_markup import plain
from ..i18n.languages import Language
from ..i18n.messages import N_
from ..knowledge import knowledge
from ..knowledge.variables import REFUSED, RELAY, UNKNOWN
from ..knowledge.wordings import TOLD
from ..reading.reader import FACTS
from ..web.links import WizardState
from ..web.site import Site
from .paste_input import merge_reading


def one_of(*values: str) -> Any:
    """Allow these texts only."""
    return Field(json_schema_extra={"enum": list(values)})


def about(text: str, examples: list[Any] | None = None) -> Any:
    """Describe a key in one sentence, with examples."""
    return Field(description=text, examples=examples)


Fact = Annotated[str, one_of(*FACT_KEYS)]
Relay = Annotated[str, one_of(*RELAY)]
Refused = Annotated[str, one_of(*REFUSED)]
Cause = Annotated[
    str, one_of(*dict.fromkeys(scenario.cause for scenario in knowledge().scenarios.values()))
]
ReadReason = Annotated[str, one_of(*(reason for reason in CHOICES["error"] if reason != "silent"))]
Security = Annotated[str, one_of(*(value for value in CHOICES["security"] if value != UNKNOWN))]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Url = Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
VendorReply = Annotated[str, one_of(*knowledge().by_reply)]
RemedyId = TypeAliasType("RemedyId", Annotated[str, one_of(*knowledge().remedies)])


class DecidingFact(TypedDict):
    """A fact that decided, and the sentence that says it."""

    fact: Fact
    value: str
    text: str


class Change(TypedDict):
    """What would happen with another value of one fact."""

    fact: Fact
    text: str


class Recipient(TypedDict):
    """The diagnosis for one recipient's domain."""

    domain: str
    relay: Relay
    refused: Refused


class Settings(TypedDict, total=False):
    """Settings of the outgoing server to enter in the mail program."""

    server: str
    port: Port
    security: Security
    login: Annotated[str, one_of("password", "oauth")]


class Remedy(TypedDict):
    """Something to do."""

    id: RemedyId
    title: str
    steps: list[str]
    general: Annotated[
        bool,
        about(N_("We haven't confirmed the names of some buttons or fields in the email app.")),
    ]
    values: Annotated[Settings, about(N_("The settings to enter, as far as we know them."))]
    warning: str | None
    words: Annotated[str | None, about(N_("What to say to the helpdesk, word for word."))]
    note: Annotated[str | None, about(N_("The provider's own note, from its portal."))]
    tried: bool


class Choice(TypedDict):
    """A possible answer to a question."""

    value: str
    text: str


class Question(TypedDict):
    """A question and the answers to choose from."""

    fact: Fact
    text: str
    choices: list[Choice]


class Plan(TypedDict):
    """The answer of ``POST /api/v1/diagnoses``."""

    article_row: Annotated[
        Annotated[int, Field(ge=1, le=6)] | None,
        about(N_("The matching row of the table in Microsoft's article, if any.")),
    ]
    scenario: Annotated[str, one_of(*knowledge().scenarios)]
    relay: Annotated[Relay, about(N_("Whether the outgoing server has to pass the email on."))]
    refused: Annotated[Refused, about(N_("Whether the email is refused."))]
    cause: Cause
    summary: Annotated[str, about(N_("What happened, in one sentence."))]
    explanation: str
    vendor_says: Annotated[
        str | None, about(N_("What the server's maker or operator means by its reply, if we know."))
    ]
    because: list[DecidingFact]
    change: Annotated[
        Change | None,
        about(N_("The other result that comes closest, and the fact that would lead to it.")),
    ]
    recipients: list[Recipient]
    remedies: Annotated[list[Remedy], about(N_("The fixes, best first."))]
    article: list[str]
    stale: Annotated[
        list[str], about(N_("The parts of our information that were last checked over a year ago."))
    ]
    ready: Annotated[bool, about(N_("Whether the first fix that is not tried yet can be shown."))]
    certainty: Annotated[
        Share, about(N_("How likely this fix still comes first once everything is known."))
    ]
    next_question: Annotated[
        Question | None,
        about(N_("The next question to ask; null if no answer can change the plan.")),
    ]
    questions_left: Annotated[
        Count, about(N_("Expected number of questions before the plan is ready."))
    ]
    url: Annotated[Url, about(N_("The page where the user continues."))]


class ReadFacts(TypedDict):
    """The facts that a pasted text states."""

    reply_code: Annotated[int, Field(ge=200, le=599)] | None
    # Taken as servers write it, which is not always as RFC 3463 has it.
    enhanced_status: Annotated[str, Field(pattern=r"^[245]\.[0-9]{1,3}\.[0-9]{1,4}$")] | None
    server: str | None
    port: Port | None
    security: Security | None
    outlook_error: Annotated[str, Field(pattern="^0x[0-9A-F]{8}$")] | None
    recipient_domain: str | None
    sender_domain: str | None


class Candidate(TypedDict):
    """Another reason that the text may mean."""

    reason: ReadReason
    confidence: Share


Evidence = TypedDict(
    "Evidence",
    {
        "start": Count,
        "end": Count,
        "for": Annotated[str, one_of("reason", *dict.fromkeys((*FACTS, *TOLD)))],
    },
)
"""Where something was read."""


class PortTest(TypedDict):
    """One port that was tried."""

    port: Port
    outcome: Annotated[str, one_of("works", "unreached", "encryption", "broken")]


class Command(TypedDict):
    """What the output of a command shows that a server was tested with."""

    reached: Annotated[bool | None, about(N_("Whether the server answered."))]
    banner: Annotated[str | None, about(N_("The server's first line."))]
    starttls: Annotated[bool | None, about(N_("Whether it offers STARTTLS."))]
    authentication: Annotated[list[str] | None, about(N_("Ways to sign in that it offers."))]
    certificate: Annotated[
        bool | None, about(N_("Whether its certificate is trusted, and for the server's name."))
    ]
    ports: Annotated[list[PortTest], about(N_("The ports that were tried."))]


class Reading(TypedDict):
    """The answer of ``POST /api/v1/readings``."""

    reason: ReadReason
    confidence: Share
    alternatives: list[Candidate]
    refused_by: Annotated[str, one_of(*CHOICES["refused_by"])]
    vendor_reply: Annotated[
        VendorReply | None, about(N_("The reply of a provider or product that we know it to be."))
    ]
    facts: Annotated[ReadFacts, about(N_("What we found in the text; null if nothing was found."))]
    command: Annotated[
        Command | None,
        about(N_("What a test by curl or such shows; null if there is none.")),
    ]
    evidence: Annotated[list[Evidence], about(N_("Position in the text, counted in characters."))]
    url: Annotated[Url, about(N_("The page where the user continues."))]


class Problem(TypedDict):
    """The answer to what cannot be answered (RFC 9457)."""

    type: Annotated[Url, about(N_("The page that describes this kind of problem."))]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: Annotated[
        dict[Annotated[str, one_of("request", "text", *FACT_KEYS)], str],
        Field(
            min_length=1,
            description=N_("What is wrong, listed by fact or by part of the request."),
        ),
    ]


def plan_object(situation: Situation, site: Site, on: date) -> Plan:
    """Return the plan for a situation, its texts in one language.

    Beside the contract's keys, ``recipients`` judges every recipient's domain, ``change`` is the
    nearest other verdict, ``questions_left`` is how many questions are expected before the plan is
    ready, and a remedy's ``note`` is what the portal adds to it.
    """
    translate = _without_marks(site.language)
    plan = diagnosis.Plan(situation, translate, site.language.code, on)
    made, facts = plan.diagnosis, situation.facts
    ours = site.portal if site.serves(plan.provider) else None
    return {
        "article_row": made.article_row,
        "scenario": made.scenario,
        "relay": made.relay,
        "refused": made.refused,
        "cause": made.match.scenario.cause,
        "summary": plan.summary,
        "explanation": " ".join(filter(None, (plan.why, plan.aside))),
        "vendor_says": plan.means,
        "because": [
            {"fact": reason.fact, "value": reason.value, "text": reason.text}
            for reason in plan.because
        ],
        "change": {
            "fact": plan.change.fact,
            "text": f"{plan.change.label}: {plan.change.answer}. {plan.change.title}",
        }
        if plan.change
        else None,
        "recipients": [
            {"domain": v.recipient, "relay": v.relay, "refused": v.refused}
            for v in made.verdicts
            if v.recipient not in (None, "unknown")
        ],
        "remedies": [
            {
                "id": remedy.id,
                "title": remedy.title,
                "steps": [plain(step.text) for step in remedy.steps],
                "general": remedy.general,
                "values": cast(Settings, dict(remedy.values)),
                "warning": remedy.warning,
                "words": remedy.words,
                "note": ours.note(remedy.id, site.language.code) or None if ours else None,
                "tried": remedy.id in facts.tried,
            }
            for remedy in plan.remedies
        ],
        "article": list(plan.article),
        "stale": [f"{fact.name}: {fact.checked}" for fact in plan.stale],
        "ready": plan.next.ready,
        "certainty": round(plan.next.certainty, 2),
        "next_question": _question(plan.next.fact, translate),
        "questions_left": situation.questions_left,
        "url": site.check(WizardState(facts)),
    }


@cache
def _without_marks(language: Language) -> Callable[[str], str]:
    """Return a translator whose texts have no marks around words that stay English.

    Only pages can show them.  There is one a language, so that steps can be kept by it.
    """
    return lambda text: language.gettext(text).replace("`", "")


def _question(fact: str | None, translate: Callable[[str], str]) -> Question | None:
    if fact is None:
        return None
    question = knowledge().questions[fact]
    choices: list[Choice] = [
        {"value": choice.value, "text": translate(choice.text)}
        for choice in question.choices
        if not choice.of
    ]
    return {
        "fact": fact,
        "text": translate(question.text),
        "choices": choices or [{"value": "unknown", "text": translate("I don't know")}],
    }


def reading_object(reading: reader.Reading, site: Site) -> Reading:
    """Return what a text says, and the URL where the wizard goes on from there."""
    return {
        "reason": reading.reason,
        "confidence": reading.confidence,
        "alternatives": [
            {"reason": other.reason, "confidence": other.confidence}
            for other in reading.alternatives
        ],
        "refused_by": reading.refused_by,
        "vendor_reply": reading.vendor_reply,
        "facts": cast(ReadFacts, dict(reading.facts)),
        "command": cast(Command, asdict(reading.command)) if reading.command else None,
        "evidence": [
            {"start": place.start, "end": place.end, "for": place.why} for place in reading.evidence
        ],
        "url": site.check(WizardState(merge_reading(reading))),
    }
