"""Check the table beyond its proof: what can be reached by the questions, and what is of use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter

from ..knowledge import Knowledge, Remedy
from ..knowledge.variables import FACT_OF, GIVEN, UNKNOWN, VARIABLES
from .beliefs import Offer
from .boxes import Box, meet, subtract_all, volume
from .diagram import Diagram
from .interview import Interview, State
from .proof import prove_table, spell
from .readiness import Adviser
from .reduction import reduce_choice
from .table import DecisionTable, Outcome, decision_table

Plans = Mapping[str, Sequence[tuple[Box, Outcome]]]
"""By remedy the boxes whose plans have it, each with its outcome."""
Known = dict[str, tuple[str, ...]]
"""The values that some variables may have."""

SCENARIOS, REMEDIES, QUESTIONS = "scenarios", "remedies.toml", "questions.toml"
NO_WAY = "no answers lead here: widen its `when`, or remove it"
NO_PLAN = "no plan advises it: name it in `remedies` of a scenario, widen its `when`, or remove it"
NO_CHANGE = "no answer changes a plan: use it in `when` of a stage or scenario, or remove it"
NEVER_ASKED = "is never asked: no other question may settle it"


def check_everything(table: DecisionTable | None = None) -> tuple[list[str], list[str]]:
    """Return a report of what was proved, and the faults, each with its smallest witness."""
    started = perf_counter()
    table = table or decision_table()
    plans: dict[str, list[tuple[Box, Outcome]]] = {name: [] for name in table.content.remedies}
    for box, outcome in table.outcomes:
        for name in outcome.remedies:
            plans[name].append((box, outcome))
    faults = [*_values(table), *prove_table(table), *_verdicts(table), *_harm(table, plans)]
    report = [
        f"{volume(table.space.whole):,} combinations of {len(VARIABLES)} finite facts",
        f"{len(table.content.scenarios)} scenarios, {len(table.content.stages)} stages",
        f"{len(table.content.by_reply)} replies of vendors",
    ]
    if not faults:  # only a sound table can be compiled and walked
        report += _walk(table, faults)
    faults += _vendors(table, plans)
    return [*report, f"{perf_counter() - started:.2f} s"], faults


def _walk(table: DecisionTable, faults: list[str]) -> list[str]:
    """Walk the ways through the questions; add what is never met to the faults."""
    tree, content = Diagram(table), table.content
    advise = Adviser(Interview(content, tree), content, Offer.of(None, ()))
    start = advise.walk.state({}, frozenset())
    useful = {FACT_OF[name] for name in tree.support(tree.root)}
    asked = content.questions.keys() - useful  # what is of no use need not be asked
    met = _meet_all(advise, start, asked)
    for file, names, needed, advice in (
        (SCENARIOS, content.scenarios, met[SCENARIOS], NO_WAY),
        (REMEDIES, content.remedies, met[REMEDIES], NO_PLAN),
        (QUESTIONS, content.questions, useful, NO_CHANGE),
        (QUESTIONS, content.questions, asked, NEVER_ASKED),
    ):
        faults += [f"{file}: {name}: {advice}" for name in names if name not in needed]
    wordless = {
        outcome.scenario: outcome.remedies
        for outcome in tree.outcomes
        if not any(_closes(content.remedies[name]) for name in outcome.remedies)
    }
    faults += [
        f"scenarios: {scenario}: remedies: none has `words` to say where these are left: "
        f"{', '.join(left)}: add one, such as ask-isp"
        for scenario, left in wordless.items()
    ]
    longest: dict[State, int] = {}
    most = _longest(advise, start, longest)
    return [
        f"{len(tree)} nodes in the diagram, {len(tree.outcomes)} different plans",
        f"{len(longest)} states of the interview until every case is ready, after "
        f"{most} questions at most, {advise.ahead(start)[0]:.1f} on average",
    ]


def _meet_all(advise: Adviser, start: State, asked: set[str]) -> Mapping[str, set[str]]:
    """Return the scenarios and the remedies that answers lead to; add the facts that are asked.

    A state is passed over where all that it may lead to was met already.
    """
    tree, walk = advise.walk.tree, advise.walk
    may_show = [
        {(SCENARIOS, outcome.scenario), *((REMEDIES, r) for r in (*outcome.remedies, lead))}
        for outcome, lead in zip(tree.outcomes, advise.beliefs.leads, strict=True)
    ]
    shown_by: dict[tuple[str, str], list[int]] = {}
    for at, names in enumerate(may_show):
        for name in names:
            shown_by.setdefault(name, []).append(at)
    new = tree.reach[tree.root]  # the outcomes that may show something new, one bit each
    met: dict[str, set[str]] = {SCENARIOS: set(), REMEDIES: set()}
    states = {start} | {walk.state({name: value}, frozenset()) for name, value in GIVEN.items()}
    pending = list(states)
    while pending:
        state = pending.pop()
        if not new & tree.reach[state.node] and asked.issuperset(walk.open_questions(state)):
            continue
        question = advise.choose(state)
        shown = {(REMEDIES, advise.first(state))} if question.ready else set()
        if question.fact is None:
            outcome = tree.outcomes[state.node]
            shown |= {(SCENARIOS, outcome.scenario), *((REMEDIES, r) for r in outcome.remedies)}
        else:
            asked.add(question.fact)
            after = {then for _, then in walk.answers(state, question.fact)} - states
            states |= after
            pending += after
        for key in shown:
            met[key[0]].add(key[1])
            for at in shown_by.pop(key, ()):
                may_show[at].remove(key)
                if not may_show[at]:
                    new &= ~(1 << at)
    return met


def _longest(advise: Adviser, state: State, known: dict[State, int]) -> int:
    """Return how many questions are asked at most until the plan is ready, and keep it."""
    if state not in known:
        fact = advise.choose(state).asked
        after = advise.answers(state, fact) if fact else []
        known[state] = max((1 + _longest(advise, then, known) for _, then in after), default=0)
    return known[state]


def _harm(table: DecisionTable, plans: Plans) -> list[str]:
    """Return the remedies that come first where they do harm, or may: unknown may turn out so."""
    faults = []
    for remedy in table.content.remedies.values():
        harmful = _where_harmful(table, remedy)
        for box, outcome in plans[remedy.id] if harmful else ():
            shared = [both for harm in harmful if (both := meet(box, harm)) is not None]
            if outcome.remedies[0] == remedy.id and shared:
                faults.append(
                    f"scenarios: {outcome.scenario}: remedies: {remedy.id} comes first where it "
                    f"is harmful: {spell(table.space, shared)}: put another one first"
                )
    return faults


def _where_harmful(table: DecisionTable, remedy: Remedy) -> list[Box]:
    widened = [
        {name: (*values, UNKNOWN) for name, values in block.items()} for block in remedy.harmful
    ]
    return table.flatten(widened)


def _vendors(table: DecisionTable, plans: Plans) -> list[str]:
    """Return what vendors put first where no plan has it, or where it does harm.

    So a vendor only orders the plans of the table: none has a remedy that its scenario lacks.
    """
    faults = []
    for where, remedy, known in _claims(table.content):
        here = table.space.box(known)
        boxes = [both for box, _ in plans[remedy.id] if (both := meet(box, here)) is not None]
        if not boxes:
            faults.append(f"{where}: no plan for it has {remedy.id}: name one of its remedies")
        harmful = _where_harmful(table, remedy)
        shared = [both for box in boxes for harm in harmful if (both := meet(box, harm))]
        if shared:
            faults.append(
                f"{where}: {remedy.id} would come first where it is harmful: "
                f"{spell(table.space, shared)}: put another one first"
            )
    return faults


def _claims(content: Knowledge) -> Iterator[tuple[str, Remedy, Known]]:
    """Yield what each vendor puts first: where it stands, the remedy, in which situation."""
    for vendor in content.vendors.values():
        where = f"vendors.toml: {vendor.id}"
        provider = content.provider_by("id", vendor.provider)
        account: Known = {"account": (provider.sign_in,)} if provider else {}
        for error, names in vendor.first.items():
            for name in names:
                known = account | {"error": (error,)}
                yield f"{where}: first: {error}", content.remedies[name], known
        for reply in vendor.replies:
            known = {"error": (reply.reason,), "refused_by": (reply.refused_by,)}
            if reply.refused_by == "own-server":
                known |= account
            yield f"{where}: {reply.id}", content.remedies[reply.remedy], known


def _closes(remedy: Remedy) -> bool:
    return bool(remedy.words and remedy.closing and not remedy.needs)


def _values(table: DecisionTable) -> list[str]:
    """Return where the answers to the questions and the values of the table do not fit."""
    faults = []
    for name, values in VARIABLES.items():
        question = table.content.questions[FACT_OF[name]]
        where = f"questions.toml: {question.fact}"
        spoken = {state.value for state in question.states}
        for choice in question.choices:
            value = reduce_choice(name, choice.value)
            spoken.add(value)
            if value not in values:
                faults.append(
                    f"{where}: choices: the table knows no {name}={value}: "
                    "add it to VARIABLES in app/knowledge/variables.py"
                )
        if question.field and question.choices:  # another number may be typed
            spoken.add("other")
        faults += [
            f"{where}: no words for {name}={value}: add a choice or a state with it"
            for value in values
            if value not in spoken
        ]
    return faults


def _verdicts(table: DecisionTable) -> list[str]:
    """Return the scenarios whose verdict lacks an error that can meet them."""
    faults = []
    for scenario in table.content.scenarios.values():
        for key, verdict in (("relay", scenario.relay), ("refused", scenario.refused)):
            given = [] if "*" in verdict else [table.space.box({"error": tuple(verdict)})]
            left = subtract_all(table.flatten(scenario.when), given) if given else []
            if left:
                faults.append(
                    f"scenarios: {scenario.id}: {key}: no verdict for {spell(table.space, left)}: "
                    "add its error"
                )
    return faults
