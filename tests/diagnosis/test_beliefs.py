"""Weighted counting is what going through every case one by one comes to."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from app.diagnosis import Facts, Situation
from app.diagnosis.beliefs import NO_REMEDY, Offer, shares
from app.diagnosis.interview import FACT_OF, VARIABLE_OF, State, interview, known_variables
from app.diagnosis.readiness import Adviser, adviser
from app.knowledge import knowledge
from app.knowledge.variables import UNKNOWN, UNTOLD, VARIABLES

FEW_OPEN = Facts(
    place="work",
    vpn="no",
    login="none",
    security="none",
    port=25,
    server="smtp.proseware.com",
    sender_domain="proseware.com",
    recipient_domain="adatum.com",
)
"""Facts that leave few variables open, so that every case can be gone through."""
STATES = [
    FEW_OPEN.but(account_domain="proseware.com", connection="other"),
    FEW_OPEN.but(account_domain="outlook.com"),
    FEW_OPEN.but(account_domain="gmail.com", refused_by="recipient-server"),
    FEW_OPEN.but(program="webmail", connection="unknown"),
    FEW_OPEN.but(error="relay-denied", connection="unknown"),
    FEW_OPEN.but(error="silent", connection="own"),
]
TRIED = [(), ("match-settings",), ("use-login", "sign-in-again")]


def state_of(facts: Facts) -> tuple[State, Mapping[str, str]]:
    known, answered = known_variables(facts, Situation(facts).case)
    return interview().state(dict(known), answered), dict(known)


def weight(name: str, value: str, error: str) -> float:
    """Return how often an answer is given by people with an error, from the estimates."""
    share = shares(name, error if error in knowledge().weighed_errors else UNKNOWN)
    return share.get(value, 0) + (share.get(UNTOLD, 0) if value == UNKNOWN else 0)


def cases(known: Mapping[str, str]) -> Iterator[tuple[dict[str, str], float]]:
    """Yield every case with its weight: errors by themselves, all else given the error."""
    for error in VARIABLES["error"]:
        if known.get("error", error) != error:
            continue
        found = [({"error": error}, 1.0 if "error" in known else weight("error", error, UNKNOWN))]
        for name, values in VARIABLES.items():
            if name == "error":
                continue
            allowed = [known[name]] if name in known else values
            by_error = knowledge().questions[FACT_OF[name]].given
            found = [
                ({**case, name: value}, share * (weight(name, value, error) if factor else 1))
                for case, share in found
                for value in allowed
                for factor in [name not in known or ("error" not in known and by_error)]
            ]
        yield from ((case, share) for case, share in found if share)


def one_by_one(advise: Adviser, known: Mapping[str, str]) -> tuple[Counter[int], Counter[str]]:
    """Return how likely each outcome is, and each finite value as ``name=value``."""
    tree, presence = advise.walk.tree, advise.beliefs
    ends: Counter[int] = Counter()
    values: Counter[str] = Counter()
    number = {outcome: at for at, outcome in enumerate(tree.outcomes)}
    for case, share in cases(known):
        at = number[tree.look_up(case)]
        here = share * presence._here[at]
        ends[at] += here
        values.update({f"{name}={value}": here for name, value in case.items()})
    total = sum(ends.values())
    for counted in (ends, values):
        for key in counted:
            counted[key] /= total
    return ends, values


@pytest.mark.no_cover
@pytest.mark.parametrize("tried", TRIED)
@pytest.mark.parametrize("facts", STATES)
def test_it_is_what_every_case_comes_to(facts: Facts, tried: tuple[str, ...]) -> None:
    advise = adviser(Offer.of(None, tried))
    state, known = state_of(facts)
    ends, values = one_by_one(advise, known)
    counted = advise.beliefs.outcomes(state)
    assert counted == pytest.approx({at: share for at, share in ends.items() if share})
    for name in {*advise.beliefs.leads} - {NO_REMEDY}:
        lost = sum(share * advise.beliefs._lost(name, at) for at, share in ends.items())
        assert advise.beliefs.loss(name, state) == pytest.approx(lost)
    for fact in advise.walk.open_questions(state):
        name = VARIABLE_OF[fact]
        if knowledge().questions[fact].needs or name == "account":
            continue  # "I don't know" settles others there
        answers = dict(zip(VARIABLES[name], advise.answers(state, fact), strict=False))
        if name == "connection":
            continue  # a value of it follows from the provider alone
        for value, (share, _) in answers.items():
            assert share == pytest.approx(values[f"{name}={value}"], abs=1e-9), (name, value)


@pytest.mark.parametrize("tried", TRIED)
def test_a_question_leaves_the_mean_as_it_is(tried: tuple[str, ...]) -> None:
    """What an answer makes likelier, others make less likely."""
    advise = adviser(Offer.of(None, tried))
    for facts in (*STATES, Facts(), Facts(error="relay-denied"), Facts(account_domain="gmail.com")):
        state, _ = state_of(facts)
        for fact in ("refused_by", "program", "vpn", "port", "error"):
            if fact in advise.walk.open_questions(state):
                mean = sum(
                    share * advise.beliefs.share("match-settings", then)
                    for share, then in advise.answers(state, fact)
                )
                assert mean == pytest.approx(advise.beliefs.share("match-settings", state)), fact


def test_a_remedy_works_less_often_where_another_one_comes_first() -> None:
    beliefs = adviser(Offer()).beliefs
    content = knowledge()
    remedy, still = content.remedies["sign-in-again"], content.estimates.still_works / 100
    chances = {
        beliefs.chance("sign-in-again", at): outcome
        for at, outcome in enumerate(beliefs.tree.outcomes)
    }
    assert chances.keys() == {0.0, remedy.works / 100, remedy.works / 100 * still}
    for chance, outcome in chances.items():
        assert (chance > 0) is ("sign-in-again" in outcome.remedies)


def test_what_is_left_out_never_comes_first() -> None:
    offer = Offer(left_out=frozenset({"match-settings", "use-login"}), without_login=True)
    beliefs = adviser(offer).beliefs
    assert not {"match-settings", "use-login"} & {*beliefs.firsts}
