"""The JSON answers of the API as types: mypy checks what is answered, OpenAPI describes it.

``json_schema_extra`` names the values that no type of Python can list.  Descriptions are translated
when the document is made.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from ..diagnosis import CHOICES, FACT_KEYS
from ..i18n.messages import N_
from ..knowledge import knowledge
from ..knowledge.variables import REFUSED, RELAY, UNKNOWN
from ..reading.reader import FACTS


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
ReadReason = Annotated[
    str, one_of(*(reason for reason in CHOICES["error"] if reason not in ("silent", UNKNOWN)))
]
Security = Annotated[str, one_of(*(value for value in CHOICES["security"] if value != UNKNOWN))]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Url = Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
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
    general: Annotated[bool, about(N_("Some labels are not confirmed for the mail program."))]
    values: Annotated[Settings, about(N_("The settings to enter, as far as they are known."))]
    warning: str | None
    words: Annotated[str | None, about(N_("What to say to the helpdesk, word for word."))]
    note: Annotated[str | None, about(N_("What the provider itself adds, in its own portal."))]
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
        about(N_("Which row of the article's table this is, if any.")),
    ]
    scenario: Annotated[str, one_of(*knowledge().scenarios)]
    relay: Annotated[Relay, about(N_("Whether the outgoing server has to pass the mail on."))]
    refused: Annotated[Refused, about(N_("Whether the message is refused."))]
    cause: Cause
    summary: Annotated[str, about(N_("What happened, in one sentence."))]
    explanation: str
    because: list[DecidingFact]
    change: Annotated[
        Change | None, about(N_("The nearest other verdict, and the fact it hangs on."))
    ]
    recipients: list[Recipient]
    remedies: Annotated[list[Remedy], about(N_("What to do, the best first."))]
    article: list[str]
    stale: Annotated[list[str], about(N_("Facts of ours that were last checked over a year ago."))]
    next_question: Annotated[
        Question | None, about(N_("What is worth asking next; null when all is settled."))
    ]
    questions_left: Annotated[Count, about(N_("How many questions are left at most."))]
    url: Annotated[Url, about(N_("The page where a person goes on from here."))]


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
    {"start": Count, "end": Count, "for": Annotated[str, one_of("reason", *FACTS)]},
)
"""Where something was read."""


class Reading(TypedDict):
    """The answer of ``POST /api/v1/readings``."""

    reason: ReadReason
    confidence: Share
    alternatives: list[Candidate]
    refused_by: Annotated[str, one_of(*CHOICES["refused_by"])]
    facts: Annotated[ReadFacts, about(N_("What the text states; null where it does not say."))]
    evidence: Annotated[
        list[Evidence], about(N_("Where it stands in the text, counted in characters."))
    ]
    url: Annotated[Url, about(N_("The page where a person goes on from here."))]


class Problem(TypedDict):
    """The answer to what cannot be answered (RFC 9457)."""

    type: Annotated[Url, about(N_("Where this kind of problem is described."))]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: Annotated[
        dict[Annotated[str, one_of("request", "text", *FACT_KEYS)], str],
        Field(
            min_length=1,
            description=N_("What is wrong, by the fact or the part it is about."),
        ),
    ]
