"""Check the table beyond its proof: what can be reached by the questions, and what is of use."""

from __future__ import annotations

from time import perf_counter

from ..knowledge import Remedy
from ..knowledge.variables import GIVEN, VARIABLES
from .boxes import volume
from .diagram import compile_table
from .facts import Facts
from .interview import FACT_OF, Interview, State
from .proof import prove_table
from .reduction import reduce_facts
from .table import DecisionTable, decision_table


def check_everything(table: DecisionTable | None = None) -> tuple[list[str], list[str]]:
    """Return a report of what was proved, and the faults, each with its smallest witness."""
    started = perf_counter()
    table = table or decision_table()
    faults = [str(fault) for fault in prove_table(table)]
    report = [
        f"{volume(table.space.whole):,} combinations of {len(VARIABLES)} finite facts",
        f"{len(table.content.scenarios)} scenarios, {len(table.content.stages)} stages",
    ]
    if not faults:  # only a sound table can be compiled and walked
        report += _walk(table, faults)
    return [*report, f"{perf_counter() - started:.2f} s"], faults


def _walk(table: DecisionTable, faults: list[str]) -> list[str]:
    """Walk every way through the questions; add what is never met to the faults."""
    tree = compile_table(table)
    walk = Interview(table.content, tree)
    start = walk.state({}, frozenset())
    ways: dict[State, tuple[str, ...]] = {start: ()}
    for name, value in GIVEN.items():
        ways[walk.state({name: value}, frozenset())] = (f"{name}={value}",)
    pending, asked, reached = list(ways), set(), set()
    while pending:
        state = pending.pop()
        fact = walk.next_question(state)
        if fact is None:
            outcome = tree.outcome(state.node)
            if outcome is None:
                faults.append(f"no plan after {' '.join(ways[state])}")
            else:
                reached.add(outcome)
            continue
        asked.add(fact)
        for value, after in walk.answers(state, fact):
            if after not in ways:
                ways[after] = (*ways[state], f"{fact}={value}")
                pending.append(after)
    scenarios = {outcome.scenario for outcome in reached}
    remedies = {name for outcome in reached for name in outcome.remedies}
    content = table.content
    faults += [
        f"scenario {n} is reached by no answers" for n in content.scenarios if n not in scenarios
    ]
    faults += [f"remedy {n} is never advised" for n in content.remedies if n not in remedies]
    faults += [f"question {n} is never asked" for n in content.questions if n not in asked]
    faults += [
        f"scenario {scenario.id} ends without words to say"
        for scenario in content.scenarios.values()
        if not any(_closes(content.remedies[n]) for n in scenario.remedies)
    ]
    useful = {FACT_OF[name] for name in tree.support(tree.root)}
    faults += [f"question {n} changes no plan" for n in content.questions if n not in useful]
    faults += _unspoken(table)
    return [
        f"{len(tree)} nodes in the diagram, {len(tree.outcomes)} different plans",
        f"{len(ways)} states of the interview, {walk.at_most(start)} questions at most",
    ]


def _closes(remedy: Remedy) -> bool:
    return bool(remedy.words and remedy.closing and not remedy.when and not remedy.needs)


def _unspoken(table: DecisionTable) -> list[str]:
    """Return the values of finite facts that no answer, and no state of a typed one, stands for."""
    faults = []
    for name, values in VARIABLES.items():
        question = table.content.questions[FACT_OF[name]]
        spoken = {state.value for state in question.states}
        for choice in question.choices:
            value = int(choice.value) if choice.value.isdecimal() else choice.value
            spoken.add(reduce_facts(Facts().but(**{question.fact: value}))[name])
        if question.field and question.choices:  # another number may be typed
            spoken.add("other")
        faults += [
            f"question {question.fact} has no words for {name}={value}"
            for value in values
            if value not in spoken
        ]
    return faults
