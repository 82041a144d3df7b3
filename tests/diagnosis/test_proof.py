"""The proof finds every fault, and the shipped table has none."""

from dataclasses import replace
from itertools import combinations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis.beliefs import Offer
from app.diagnosis.boxes import Box, Space, meet
from app.diagnosis.checks import _meet_all, check_everything
from app.diagnosis.diagram import Diagram, diagram
from app.diagnosis.interview import Interview, State
from app.diagnosis.proof import prove_rows, prove_table, spell
from app.diagnosis.readiness import Adviser
from app.diagnosis.table import DecisionTable, decision_table, judge
from app.knowledge import Choice, knowledge
from app.knowledge.variables import GIVEN, VARIABLES

CONTENT = knowledge()
cases = st.fixed_dictionaries({name: st.sampled_from(v) for name, v in VARIABLES.items()})


def broken(**changes) -> DecisionTable:
    return DecisionTable(replace(CONTENT, **changes))


def test_the_shipped_table_is_sound() -> None:
    report, faults = check_everything()
    assert faults == []
    combinations = prod(len(values) for values in VARIABLES.values())
    assert report[0].startswith(f"{combinations:,} combinations")


@pytest.mark.no_cover
@pytest.mark.parametrize("name", CONTENT.scenarios)
def test_a_missing_scenario_leaves_a_gap_with_a_witness(name: str) -> None:
    rest = {key: row for key, row in CONTENT.scenarios.items() if key != name}
    (fault,) = prove_table(broken(scenarios=rest))
    assert fault.startswith("scenarios: no row answers: ")
    witness = dict(pair.split("=") for pair in fault.rpartition(": ")[0].split() if "=" in pair)
    case = dict.fromkeys(VARIABLES, "unknown") | witness
    assert decision_table().match(case).scenario.id == name


@pytest.mark.no_cover
@pytest.mark.parametrize("name", CONTENT.scenarios)
def test_a_scenario_with_a_condition_less_overlaps_or_was_not_needed(name: str) -> None:
    row = CONTENT.scenarios[name]
    first, *others = row.when
    wider = replace(row, when=({"matter": first["matter"]}, *others))
    if wider.when[0] == first:  # it rests on its matter alone: widen that
        wider = replace(row, when=({"place": ("home",)}, *others))
    faults = prove_table(broken(scenarios=CONTENT.scenarios | {name: wider}))
    assert any("both answer: " in fault for fault in faults)


@pytest.mark.parametrize("index", range(len(CONTENT.stages)))
def test_a_stage_without_one_of_its_rows_is_incomplete(index: int) -> None:
    stage = CONTENT.stages[index]
    stages = list(CONTENT.stages)
    stages[index] = replace(stage, rows=stage.rows[1:])
    assert any("no row answers" in fault for fault in prove_table(broken(stages=tuple(stages))))


def test_a_row_nothing_can_meet_is_found() -> None:
    impossible = replace(
        CONTENT.scenarios["spam"],
        id="impossible",
        when=({"matter": ("told",), "error": ("relay-denied",)},),
    )
    faults = list(prove_table(broken(scenarios=CONTENT.scenarios | {"impossible": impossible})))
    assert faults == ["scenarios: no case can ever meet impossible"]


def test_a_remedy_nobody_gets_and_a_question_nobody_hears_are_found() -> None:
    remedies = CONTENT.remedies | {"dance": replace(CONTENT.remedies["wait"], id="dance")}
    _, faults = check_everything(broken(remedies=remedies))
    (fault,) = faults
    assert fault.startswith("remedies.toml: dance: no plan advises it: name it in `remedies`")
    silent = {
        key: replace(row, refused={"*": "yes"}, remedies=("wait",))
        for key, row in CONTENT.scenarios.items()
    }
    _, faults = check_everything(broken(scenarios=silent))
    assert any(fault.startswith("remedies.toml: use-login: no plan advises it") for fault in faults)
    assert any(fault.startswith("scenarios: spam: remedies: none has `words`") for fault in faults)


@pytest.mark.parametrize(
    ("fact", "value", "fault"),
    [
        ("error", "spam", "error=spam"),
        ("security", "none", "security=none"),
        ("program", "webmail", "program=webmail"),
        ("place", "unknown", "place=unknown"),
    ],
)
def test_a_question_that_lacks_an_answer_is_found(fact: str, value: str, fault: str) -> None:
    question = CONTENT.questions[fact]
    fewer = replace(question, choices=tuple(c for c in question.choices if c.value != value))
    _, faults = check_everything(broken(questions=CONTENT.questions | {fact: fewer}))
    assert faults == [
        f"questions.toml: {fact}: no words for {fault}: add a choice or a state with it"
    ]


def test_a_typed_fact_without_words_for_a_state_is_found() -> None:
    account = CONTENT.questions["account_domain"]
    fewer = replace(account, states=account.states[1:])
    _, faults = check_everything(broken(questions=CONTENT.questions | {"account_domain": fewer}))
    assert faults == [
        "questions.toml: account_domain: no words for account=oauth-only: "
        "add a choice or a state with it"
    ]


def test_a_choice_that_the_table_does_not_know_is_found() -> None:
    question = CONTENT.questions["vpn"]
    more = replace(question, choices=(*question.choices, Choice("often", "It varies.")))
    _, faults = check_everything(broken(questions=CONTENT.questions | {"vpn": more}))
    assert faults == [
        "questions.toml: vpn: choices: the table knows no vpn=often: "
        "add it to VARIABLES in app/knowledge/variables.py"
    ]


def test_a_verdict_that_lacks_an_error_is_found() -> None:
    row = replace(CONTENT.scenarios["work-relay"], refused={"unknown": "maybe"})
    _, faults = check_everything(broken(scenarios=CONTENT.scenarios | {"work-relay": row}))
    (fault,) = faults
    assert fault.startswith("scenarios: work-relay: refused: no verdict for error=relay-denied")


def test_every_question_is_what_its_golden_line_says(golden) -> None:
    golden(
        "questions.txt",
        (
            f"{q.fact} | {q.seconds} s | needs {q.needs or '-'} | "
            f"about {' '.join(q.about) or '-'} | {' '.join(c.value for c in q.choices)}"
            for q in CONTENT.questions.values()
        ),
    )


def test_overlap_and_gap_name_the_plainest_case() -> None:
    space = Space({"a": ("1", "unknown"), "b": ("2", "unknown")})
    rows = [("x", space.box({"a": ("1",)})), ("y", space.box({"b": ("2",)}))]
    assert list(prove_rows(space, rows, "here")) == [
        "here: x and y both answer: a=1 b=2: narrow one's `when`",
        "here: no row answers: nothing known: widen a `when`, or add a row",
    ]


SMALL = Space({"a": ("1", "2", "unknown"), "b": ("x", "unknown"), "c": ("p", "q", "unknown")})
masks = st.tuples(*(st.integers(0, whole) for whole in SMALL.whole))  # 0: a `when` without a value


@given(st.lists(masks, max_size=6))
def test_all_pairs_that_overlap_are_found_in_their_order(some: list[Box]) -> None:
    rows = [(str(number), box) for number, box in enumerate(some)]
    found = [fault for fault in prove_rows(SMALL, rows, "here") if "both" in fault]
    assert found == [
        f"here: {one} and {other} both answer: {spell(SMALL, [shared])}: narrow one's `when`"
        for (one, a), (other, b) in combinations(rows, 2)
        if (shared := meet(a, b)) is not None
    ]


def test_rows_that_do_not_overlap_are_not_compared_with_each_other(monkeypatch) -> None:
    table = DecisionTable(CONTENT)
    rows = [(s.id, b) for s in CONTENT.scenarios.values() for b in table.flatten(s.when)]
    monkeypatch.setattr("app.diagnosis.proof.meet", lambda a, b: 1 / 0)
    assert not list(prove_rows(table.space, rows, "scenarios"))


def test_what_is_passed_over_would_show_nothing_new() -> None:
    """Hold the short walk of the check against a walk through every state."""
    table = DecisionTable(CONTENT)
    walk = Interview(CONTENT, Diagram(table))
    advise = Adviser(walk, CONTENT, Offer.of(None, ()))
    start = walk.state({}, frozenset())
    states = {start} | {walk.state({name: value}, frozenset()) for name, value in GIVEN.items()}
    pending, all_asked = list(states), set()
    scenarios, remedies = set(), set()
    for state in pending:
        question = advise.choose(state)
        if question.ready:
            remedies.add(advise.first(state))
        if question.fact is None:
            outcome = walk.tree.outcomes[state.node]
            scenarios.add(outcome.scenario)
            remedies |= {*outcome.remedies}
            continue
        all_asked.add(question.fact)
        after = {then for _, then in walk.answers(state, question.fact)} - states
        states |= after
        pending += after
    chosen: list[State] = []
    choose = advise.choose
    advise.choose = lambda state: chosen.append(state) or choose(state)  # type: ignore[method-assign]
    asked: set[str] = set()
    met = _meet_all(advise, start, asked)
    assert (met["scenarios"], met["remedies.toml"], asked) == (scenarios, remedies, all_asked)
    assert len(chosen) < len(states) / 2


@pytest.mark.no_cover
@given(cases)
def test_the_diagram_agrees_with_the_table(case: dict[str, str]) -> None:
    table = decision_table()
    match = table.match(case)
    tree = diagram()
    outcome = tree.outcome(tree.restrict_all(case))
    assert tree.look_up(case) == outcome
    assert outcome.scenario == match.scenario.id
    assert outcome.refused == judge(match.scenario, match.values)[1]
    assert outcome.remedies == tuple(remedy.id for remedy in table.remedies(match))


@given(cases, st.sampled_from(list(VARIABLES)), st.data())
def test_what_the_diagram_calls_settled_cannot_change_the_outcome(case, name, data) -> None:
    tree = diagram()
    known = {key: case[key] for key in list(VARIABLES)[: data.draw(st.integers(0, 12))]}
    known.pop(name, None)
    node = tree.restrict_all(known)
    if name not in tree.support(node):
        ends = {tree.restrict_all(case | known | {name: value}) for value in VARIABLES[name]}
        assert len(ends) == 1


def test_forgetting_keeps_the_diagram_right() -> None:
    tree = diagram()
    before = tree.restrict_all({"place": "work"})
    reach = tree.reach[before]
    tree.forget()
    assert tree.reach[tree.restrict_all({"place": "work"})] == reach


def test_what_is_known_of_nodes_is_bounded_and_worked_out_again(monkeypatch) -> None:
    walk = Interview(CONTENT, Diagram(decision_table()))
    advise = Adviser(walk, CONTENT, Offer.of(None, ()))

    def state(error: str) -> State:
        return walk.state({"error": error}, frozenset({"error"}))

    before = [(advise.step(state(e)), advise.ahead(state(e))) for e in VARIABLES["error"]]
    assert walk.tree.notes
    monkeypatch.setattr("app.diagnosis.diagram.MAX_MEMO", 0)
    for error, expected in zip(VARIABLES["error"], before, strict=True):
        there = state(error)
        assert not walk.tree.notes
        assert (advise.step(there), advise.ahead(there)) == expected
