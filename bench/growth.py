"""Measure content that grows: more scenarios, facts that matter together, remedies with gates.

The content is today's, with copies of every error and of the scenarios for it ("scenarios × 16"),
with facts of which the number of yeses counts, so that none matters alone ("entangled facts"), and
with remedies that some of these facts ask for ("gated remedies").  Facts and remedies are put into
the scenarios of five errors.  Each size has a process of its own, and all times are CPU.
"""

import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import quantiles
from typing import Any

from app.knowledge.variables import GIVEN

SIZES = (
    (1, 0, 0),
    (16, 0, 0),
    (1, 5, 0),
    (1, 0, 8),
    (16, 5, 8),
    (32, 5, 8),
    (16, 8, 8),
    (16, 5, 12),
)
"""Times today's scenarios, facts more, remedies more."""
WHERE = {"rate-limited", "temporary", "policy", "spam", "message-too-big"}
STATES = 400
When = Mapping[str, tuple[str, ...]]


def grow(times: int, facts: int, gates: int) -> Any:
    """Return content of a size, and make the app use it, which must not have used another."""
    from app.diagnosis import beliefs, checks
    from app.diagnosis.interview import VARIABLE_OF
    from app.diagnosis.table import DecisionTable
    from app.knowledge import loader, model, variables
    from app.knowledge.variables import UNKNOWN

    content = loader.knowledge()
    errors = [e for e in variables.VARIABLES["error"] if e != UNKNOWN]
    table = DecisionTable(content)
    met = {s.id for s in content.scenarios.values() if _errors(table, s)}
    copies = -(-(times - 1) * len(content.scenarios) // len(met))
    families = [{e: f"{e}-{n}" if n else e for e in errors} for n in range(copies + 1)]
    known: Any = variables.VARIABLES
    names = tuple(f"fact{n}" for n in range(facts))
    known["error"] = (*(e for each in families for e in each.values()), UNKNOWN)
    known.update(dict.fromkeys(names, ("yes", "no", UNKNOWN)))
    from app.diagnosis.reduction import reduce_choice as reduce

    def reduce_grown(name: str, value: str) -> str:
        """Take an answer as it is where Facts have no such field."""
        return value if name in names else reduce(name, value)

    modules: tuple[Any, ...] = beliefs, checks
    for module in modules:
        module.reduce_choice = reduce_grown
    for each in (variables.FACT_OF, VARIABLE_OF):
        either: Any = each
        either.update(zip(names, names, strict=True))

    def spread(when: When) -> When:
        """Take what holds for an error for its copies too."""
        said = when.get("error")
        wider = said and tuple(each.get(e, e) for e in said for each in families)
        return {**when, "error": tuple(dict.fromkeys(wider))} if wider else when

    def within(when: When, number: int) -> When | None:
        """Limit conditions to one family, None where they name none of its errors."""
        said = when.get("error", (*errors, UNKNOWN))
        here = [families[number][e] for e in said if e != UNKNOWN]
        here += [UNKNOWN] if UNKNOWN in said and not number else []
        return {**when, "error": tuple(here)} if here else None

    questions = dict(content.questions)
    for name, question in questions.items():
        given = question.given and {
            copy: weights
            for e, weights in question.given.items()
            for copy in {each.get(e, e) for each in families}
        }
        questions[name] = replace(question, given=given)
    asked = questions["error"]
    questions["error"] = replace(
        asked,
        weights={
            copy: weight
            for e, weight in asked.weights.items()
            for copy in {each.get(e, e): None for each in families}
        },
        choices=tuple(
            replace(choice, value=copy)
            for choice in asked.choices
            for copy in {each.get(choice.value, choice.value): None for each in families}
        ),
    )
    choices = tuple(model.Choice(value, value) for value in ("yes", "no", UNKNOWN))
    for name in names:
        weights = {"yes": 30, "no": 60, UNKNOWN: 10}
        questions[name] = model.Question(name, name, 5, name, name, weights, choices=choices)

    def rows(odd: int) -> tuple[When, ...]:
        every = product((0, 1), repeat=facts)
        words = {1: ("yes",), 0: ("no", UNKNOWN)}
        return tuple(
            {name: words[yes] for name, yes in zip(names, each, strict=True)}
            for each in every
            if sum(each) % 2 == odd
        )

    stages = tuple(
        replace(s, rows=tuple(replace(r, when=tuple(map(spread, r.when))) for r in s.rows))
        for s in content.stages
    )
    if facts:
        found = (model.StageRow("odd", rows(1)), model.StageRow("even", rows(0)))
        stages = (*stages, model.Stage("together", found))
    conditions: list[When] = [{"together": ("odd",)}] if facts else []
    conditions += [{name: ("yes",)} for name in names]
    own = ("place", "vpn", "account", "login", "sender", "server", "port", "security")
    conditions += [{name: known[name][:1]} for name in own]
    remedies = {
        id: replace(r, when=tuple(map(spread, r.when)), harmful=tuple(map(spread, r.harmful)))
        for id, r in content.remedies.items()
    }
    more = tuple(f"gated{n}" for n in range(gates))
    for n, name in enumerate(more):
        like = remedies["webmail"]
        remedies[name] = replace(like, id=name, minutes=2 + n, works=30 + n, when=(conditions[n],))
    scenarios = {}
    for number, family in enumerate(families):
        for scenario in content.scenarios.values():
            blocks = tuple(b for when in scenario.when if (b := within(when, number)))
            here = replace(
                scenario,
                id=f"{scenario.id}-{number}" if number else scenario.id,
                when=blocks,
                relay={family.get(e, e): v for e, v in scenario.relay.items()},
                refused={family.get(e, e): v for e, v in scenario.refused.items()},
            )
            if number and scenario.id not in met:
                continue
            named = any(WHERE & {*when.get("error", ())} for when in scenario.when)
            split = more + here.remedies if named and not number else ()
            if blocks and split and facts:
                parts = ("odd", here), ("even", replace(here, id=f"{here.id}-even"))
                for word, part in parts:
                    whens = tuple({**b, "together": (word,)} for b in blocks)
                    order = split if word == "odd" else here.remedies + more
                    scenarios[part.id] = replace(part, when=whens, remedies=order)
            elif blocks:
                scenarios[here.id] = replace(here, remedies=split or here.remedies)
    grown = replace(
        content, questions=questions, stages=stages, scenarios=scenarios, remedies=remedies
    )
    loader._current = grown
    return grown


def _errors(table: Any, scenario: Any) -> set[str]:
    """Return the errors that a scenario can be met with, unknown left out."""
    at, errors = table.space.names.index("error"), table.space.values["error"]
    boxes = table.flatten(scenario.when)
    return {e for n, e in enumerate(errors[:-1]) if any(box[at] >> n & 1 for box in boxes)}


def memory() -> float:
    """Return what this process holds, in MiB."""
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def measure_check(times: int, facts: int, gates: int) -> None:
    """Print how long ``flask table check`` takes for one size."""
    grow(times, facts, gates)
    from app.diagnosis.checks import check_everything

    before, begun = memory(), time.process_time()
    _, faults = check_everything()
    print(f"check {time.process_time() - begun:.2f} s, {memory() - before:.0f} MiB")
    if faults:
        raise RuntimeError(faults[0])


def measure_steps(times: int, facts: int, gates: int) -> None:
    """Print what the interview takes in one size: from nothing, and for states that are new."""
    content = grow(times, facts, gates)
    from app.diagnosis.beliefs import Offer
    from app.diagnosis.interview import interview
    from app.diagnosis.readiness import adviser
    from app.knowledge.variables import FACT_OF, VARIABLES

    before, begun = memory(), time.process_time()
    advise, walk = adviser(Offer.of(None, ())), interview()
    start = walk.state({}, frozenset())
    advise.step(start)
    first = time.process_time() - begun
    advise.ahead(start)
    ahead = time.process_time() - begun - first
    taken: list[float] = []
    chance = random.Random(21)
    while len(taken) < STATES:
        names = ("error", *chance.sample([n for n in VARIABLES if n not in ("error", *GIVEN)], 4))
        known = {name: chance.choice(VARIABLES[name]) for name in names}
        begun = time.process_time()
        state = walk.state(known, frozenset(FACT_OF[name] for name in known))
        advise.step(state)
        advise.ahead(state)
        taken.append(time.process_time() - begun)
    print(
        f"{len(content.scenarios)} scenarios, {len(walk.tree.outcomes)} plans, {len(walk.tree)} "
        f"nodes; first step {first:.2f} s, questions counted from nothing {ahead:.2f} s; new "
        f"states p95 {quantiles(taken, n=20)[-1] * 1e3:.1f} ms, {memory() - before:.0f} MiB",
        end="; ",
        flush=True,
    )


def main() -> None:
    """Measure each size in processes of its own."""
    for size in SIZES:
        what = "scenarios × {}, {} entangled facts, {} gated remedies".format(*size)
        print(what, end=": ", flush=True)
        for part in PARTS:
            command = [sys.executable, "-m", "bench.growth", part, *map(str, size)]
            subprocess.run(command, check=True)


PARTS = {"steps": measure_steps, "check": measure_check}

if __name__ == "__main__":
    PARTS[sys.argv[1]](*map(int, sys.argv[2:]))
