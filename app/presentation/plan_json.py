"""A plan as the contract's JSON object, shared by the web and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import cast

from ..diagnosis import Plan, Situation
from ..diagnosis.inline_markup import plain
from ..i18n.languages import Language
from ..knowledge import knowledge
from ..web.links import WizardState
from ..web.site import Site
from .json_answers import Choice, Question, Settings
from .json_answers import Plan as PlanObject


def plan_object(situation: Situation, site: Site, on: date) -> PlanObject:
    """Return the plan for a situation, its texts in one language.

    Beside the contract's keys, ``recipients`` judges every recipient's domain, ``change`` is the
    nearest other verdict, ``questions_left`` is how many questions are left at most, and a remedy's
    ``note`` is what the portal adds to it.
    """
    translate = _without_marks(site.language)
    plan, facts = Plan(situation, translate, site.language.code, on), situation.facts
    diagnosis = plan.diagnosis
    ours = site.portal if site.serves(plan.provider) else None
    return {
        "article_row": diagnosis.article_row,
        "scenario": diagnosis.scenario,
        "relay": diagnosis.relay,
        "refused": diagnosis.refused,
        "cause": diagnosis.match.scenario.cause,
        "summary": plan.summary,
        "explanation": " ".join(filter(None, (plan.why, plan.aside))),
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
            for v in diagnosis.verdicts
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
        "next_question": _question(plan.next.fact, translate),
        "questions_left": plan.next.at_most,
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
        {"value": choice.value, "text": translate(choice.text)} for choice in question.choices
    ]
    return {
        "fact": fact,
        "text": translate(question.text),
        "choices": choices or [{"value": "unknown", "text": translate("I don't know")}],
    }
