"""What the API answers, as schemas: a plan, a reading, a problem."""

from __future__ import annotations

from collections.abc import Callable

from ..diagnosis import CHOICES, FACT_KEYS
from ..knowledge import knowledge
from ..knowledge.variables import REFUSED, RELAY, UNKNOWN
from ..reading.reader import FACTS
from .json_schema import (
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    Schema,
    closed,
    link,
    listed,
    number,
    one_of,
    perhaps,
)

URL: Schema = {"type": "string", "format": "uri-reference"}
READ = tuple(reason for reason in CHOICES["error"] if reason not in ("silent", UNKNOWN))
"""The reasons that a text can tell."""
SECURITY = tuple(value for value in CHOICES["security"] if value != UNKNOWN)


def answer_schemas(translate: Callable[[str], str]) -> dict[str, Schema]:
    """Return the schemas of the answers by their names in the document."""
    return {
        "Plan": _plan(translate),
        "Remedy": _remedy(translate),
        "RemedyId": one_of(tuple(knowledge().remedies)),
        "Question": _question(),
        "Reading": _reading(translate),
        "Problem": _problem(translate),
    }


def _plan(translate: Callable[[str], str]) -> Schema:
    fact, relay, refused = one_of(FACT_KEYS), one_of(RELAY), one_of(REFUSED)
    return closed(
        {
            "article_row": perhaps(number(1, 6))
            | {"description": translate("Which row of the article's table this is, if any.")},
            "scenario": one_of(tuple(knowledge().scenarios)),
            "relay": relay
            | {"description": translate("Whether the outgoing server has to pass the mail on.")},
            "refused": refused | {"description": translate("Whether the message is refused.")},
            "cause": one_of(_causes()),
            "summary": TEXT | {"description": translate("What happened, in one sentence.")},
            "explanation": TEXT,
            "because": listed(closed({"fact": fact, "value": TEXT, "text": TEXT})),
            "change": perhaps(closed({"fact": fact, "text": TEXT}))
            | {"description": translate("The nearest other verdict, and the fact it hangs on.")},
            "recipients": listed(closed({"domain": TEXT, "relay": relay, "refused": refused})),
            "remedies": listed(link("Remedy"))
            | {"description": translate("What to do, the best first.")},
            "article": TEXTS,
            "stale": TEXTS
            | {"description": translate("Facts of ours that were last checked over a year ago.")},
            "next_question": perhaps(link("Question"))
            | {"description": translate("What is worth asking next; null when all is settled.")},
            "questions_left": number(0)
            | {"description": translate("How many questions are left at most.")},
            "url": URL | {"description": translate("The page where a person goes on from here.")},
        }
    )


def _causes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(scenario.cause for scenario in knowledge().scenarios.values()))


def _remedy(translate: Callable[[str], str]) -> Schema:
    values = {
        "server": TEXT,
        "port": number(1, 65535),
        "security": one_of(SECURITY),
        "login": one_of(("password", "oauth")),
    }
    return closed(
        {
            "id": link("RemedyId"),
            "title": TEXT,
            "steps": TEXTS,
            "general": {
                "type": "boolean",
                "description": translate("Some labels are not confirmed for the mail program."),
            },
            "values": closed(values, optional=True)
            | {"description": translate("The settings to enter, as far as they are known.")},
            "warning": TEXT_OR_NULL,
            "words": TEXT_OR_NULL
            | {"description": translate("What to say to the helpdesk, word for word.")},
            "note": TEXT_OR_NULL
            | {"description": translate("What the provider itself adds, in its own portal.")},
            "tried": {"type": "boolean"},
        }
    )


def _question() -> Schema:
    choice = closed({"value": TEXT, "text": TEXT})
    return closed({"fact": one_of(FACT_KEYS), "text": TEXT, "choices": listed(choice)})


def _reading(translate: Callable[[str], str]) -> Schema:
    sure = {"type": "number", "minimum": 0, "maximum": 1}
    facts: dict[str, Schema] = {
        "reply_code": number(200, 599),
        # Taken as servers write it, which is not always as RFC 3463 has it.
        "enhanced_status": {"type": "string", "pattern": r"^[245]\.[0-9]{1,3}\.[0-9]{1,4}$"},
        "port": number(1, 65535),
        "security": one_of(SECURITY),
        "outlook_error": {"type": "string", "pattern": "^0x[0-9A-F]{8}$"},
    }
    place = {"start": number(0), "end": number(0), "for": one_of(("reason", *FACTS))}
    return closed(
        {
            "reason": one_of(READ),
            "confidence": sure,
            "alternatives": listed(closed({"reason": one_of(READ), "confidence": sure})),
            "refused_by": one_of(CHOICES["refused_by"]),
            "facts": closed({key: perhaps(facts.get(key, TEXT)) for key in FACTS})
            | {"description": translate("What the text states; null where it does not say.")},
            "evidence": listed(closed(place))
            | {"description": translate("Where it stands in the text, counted in characters.")},
            "url": URL | {"description": translate("The page where a person goes on from here.")},
        }
    )


def _problem(translate: Callable[[str], str]) -> Schema:
    keys = {"enum": ["request", "text", *FACT_KEYS]}
    return closed(
        {
            "type": URL | {"description": translate("Where this kind of problem is described.")},
            "title": TEXT,
            "status": number(400, 599),
            "detail": TEXT,
            "errors": {
                "type": "object",
                "propertyNames": keys,
                "additionalProperties": TEXT,
                "minProperties": 1,
                "description": translate("What is wrong, by the fact or the part it is about."),
            },
        }
    )
