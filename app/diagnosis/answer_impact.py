"""Tell what an answer decides: between which outcomes, as far as the table can say now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..knowledge.variables import GIVEN, VARIABLES
from .diagram import diagram
from .interview import IN_STEPS, VARIABLE_OF, WALKING, Known, interview
from .situation import Situation
from .table import Outcome


@dataclass(frozen=True)
class AnswerImpact:
    """What a question is for.

    ``kind`` is ``happened`` (which scenario it is), ``remedies`` (what helps against it), ``steps``
    (how a remedy is done in the program) or ``nothing`` (no answer changes the plan any more).
    ``between`` names the scenarios, or the remedies that only some answers lead to.
    """

    kind: str
    between: tuple[str, ...] = ()


def impact_of(situation: Situation, fact: str) -> AnswerImpact:
    """Return what the answer to a question decides, whatever it is answered with now."""
    outcomes = open_outcomes(situation, fact)
    if len(outcomes) < 2:
        return AnswerImpact("steps" if fact in IN_STEPS else "nothing")
    scenarios = tuple(dict.fromkeys(outcome.scenario for outcome in outcomes))
    if len(scenarios) > 1:
        return AnswerImpact("happened", scenarios)
    named = dict.fromkeys(remedy for outcome in outcomes for remedy in outcome.remedies)
    apart = (r for r in named if any(r not in outcome.remedies for outcome in outcomes))
    return AnswerImpact("remedies", tuple(apart))


def open_outcomes(situation: Situation, fact: str) -> tuple[Outcome, ...]:
    """Return the different outcomes that the answers lead to, in the order of the answers.

    They are the plans as each answer would leave them, with nothing else asked.  Where those are
    all one, because other questions rest on this one, they are the plans that may still come about.
    """
    situation = situation.without(fact)
    name, tree = VARIABLE_OF[fact], diagram()
    answers = [value for value in VARIABLES[name] if value != GIVEN.get(name)]
    direct = tuple(
        dict.fromkeys([tree.look_up({**situation.case, name: value}) for value in answers])
    )
    if len(direct) > 1:
        return direct
    return _at_last(*situation.told, fact) or direct


@lru_cache(maxsize=4096)
def _at_last(known: Known, answered: frozenset[str], fact: str) -> tuple[Outcome, ...]:
    """Return the outcomes that the answers leave possible; first those that not all of them do."""
    walk = interview()
    with WALKING:
        state = walk.state(dict(known), answered)
        reach = [walk.tree.reach[after.node] for _, after in walk.answers(state, fact)]
    outcomes = walk.tree.outcomes
    possible = [at for at in range(len(outcomes)) if any(mask >> at & 1 for mask in reach)]
    possible.sort(key=lambda at: all(mask >> at & 1 for mask in reach))
    return tuple(outcomes[at] for at in possible)
