"""The plan is ready once no question is worth asking; what is asked can change it, and it ends."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import CHOICES, Facts, Plan, Situation, readiness
from app.diagnosis.interview import interview, known_variables
from app.knowledge import knowledge
from app.knowledge.variables import UNKNOWN
from tests.cases import CASES
from tests.diagnosis.test_cases import merge_reading

ANSWERS = {fact: list(values) for fact, values in CHOICES.items()} | {
    "account_domain": ["proseware.com", "gmail.com", "outlook.com", "unknown"],
    "sender_domain": ["proseware.com", "fabrikam.com", "unknown"],
    "recipient_domain": ["proseware.com", "adatum.com", "unknown"],
    "server": ["smtp.proseware.com", "smtp.gmail.com", "unknown"],
    "port": [25, 465, 587, 2525, "unknown"],
}


FOUR = {"use-login", "use-submission-port", "fix-encryption", "fix-password"}


def walk(choose, facts: Facts = Facts(), everything: bool = False) -> list[str]:  # noqa: B008
    """Answer the questions until the plan is ready, or all; return the facts asked for."""
    asked, left = [], Situation(facts).questions_left
    while (step := Situation(facts).next).fact and (everything or not step.ready):
        assert step.fact not in asked
        assert getattr(facts, step.fact) is None
        asked.append(step.fact)
        facts = facts.but(**{step.fact: choose(step.fact)})
        after = Situation(facts).questions_left
        # Once something was tried, no page foretells anything.
        assert step.ready or facts.tried or after <= left, "what is foretold never grows"
        left = after
    assert Plan(Situation(facts)).remedies
    assert (Situation(facts).questions_left == 0) is Situation(facts).next.ready
    return asked


@pytest.mark.no_cover
@given(st.data())
def test_every_way_ends_in_a_plan(data) -> None:
    walk(lambda fact: data.draw(st.sampled_from(ANSWERS[fact])), everything=True)


@pytest.mark.no_cover
@given(st.data())
def test_whatever_a_link_brings_along(data) -> None:
    told = data.draw(st.sets(st.sampled_from(list(ANSWERS))))
    facts = Facts(**{fact: data.draw(st.sampled_from(ANSWERS[fact])) for fact in told})
    tried = data.draw(st.sets(st.sampled_from(list(knowledge().remedies)), max_size=3))
    facts = facts.but(tried=tuple(sorted(tried)))
    asked = walk(lambda fact: data.draw(st.sampled_from(ANSWERS[fact])), facts)
    assert not told & set(asked)


@pytest.mark.parametrize(
    ("known", "at_most"),
    [
        ({}, 4),
        ({"place": "away"}, 4),
        ({"error": "relay-denied"}, 3),
        ({"error": "relay-denied", "refused_by": "own-server", "program": "outlook-classic"}, 2),
    ],
)
def test_who_knows_nothing_more_soon_has_the_first_step(known, at_most: int) -> None:
    assert len(walk(lambda fact: UNKNOWN, Facts(**known))) <= at_most


def test_an_answer_is_asked_for_only_where_it_saves_more_than_it_takes() -> None:
    known = Facts(error="authentication-failed")
    assert Situation(known).next.fact == "account_domain"
    assert not Situation(known).next.ready
    assert Situation(known).diagnosis.remedies[0] == "fix-password"
    assert Situation(known.but(account_domain="outlook.com", program="thunderbird")).next.ready
    hotel = Situation(Facts(place="away", error="relay-denied", refused_by="own-server"))
    assert hotel.next.ready
    assert hotel.next.fact in ("program", "account_domain"), "what makes the steps exact"


def test_one_visit_stands_for_the_settings_that_may_be_wrong() -> None:
    known = Facts(error="relay-denied", refused_by="own-server", account_domain="fabrikam.com")
    assert Situation(known).diagnosis.remedies[0] == "match-settings"
    assert not FOUR & set(Situation(known).diagnosis.remedies)
    # Once only one of them can be wrong, it stands for itself.
    alone = Situation(
        known.but(login="none", security="none", port=25, vpn="no", server="smtp.fabrikam.com")
    )
    assert alone.diagnosis.remedies[0] == "use-login"
    # Once the visit was made, none of the four is advised again.
    after = Situation(known.but(tried=("match-settings",)))
    assert Plan(after).current.id == "sign-in-again"
    assert not FOUR & set(after.diagnosis.remedies)
    # And who has tried one of them is not sent on the whole visit.
    beside = Situation(known.but(tried=("use-login",)))
    assert Plan(beside).current.id == "sign-in-again"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_that_is_answered_in_full_has_the_tables_own_plan(case) -> None:
    facts = merge_reading(case.answered)
    while fact := Situation(facts).next.fact:
        facts = facts.but(**{fact: UNKNOWN})
    situation = Situation(facts)
    assert situation.next.certainty == 1
    assert "match-settings" not in situation.diagnosis.remedies
    tabled = [r for r in situation.match.scenario.remedies if r in situation.diagnosis.remedies]
    assert list(situation.diagnosis.remedies) == tabled


def test_after_a_remedy_failed_what_decides_the_next_one_is_asked() -> None:
    known = Facts(error="no-connection", refused_by="own-server", port=587, program="unknown")
    known = known.but(account_domain="unknown")
    assert Situation(known).next.ready
    assert Plan(Situation(known)).current.id == "other-network"
    failed = known.but(tried=("other-network",))
    assert Situation(failed).next.fact == "vpn"
    assert not Situation(failed).next.ready
    assert Plan(Situation(failed.but(vpn="yes"))).current.id == "vpn-off"


def test_the_certainty_is_that_of_the_first_remedy() -> None:
    known = Facts(
        error="authentication-failed", account_domain="fabrikam.com", program="thunderbird"
    )
    facts, step = known, Situation(known).next
    assert step.ready
    weights = knowledge().questions["login"].weights
    assert step.certainty == pytest.approx(1 - weights["oauth"] / sum(weights.values()))
    assert step.rival == "sign-in-again"
    assert Situation(facts.but(login="password")).next.certainty == 1


@pytest.mark.parametrize("known", ["connection=own", "program=webmail", "login=password"])
def test_nobody_is_advised_before_the_error_was_asked_for(known: str) -> None:
    step = Situation(merge_reading(known)).next
    assert (step.fact, step.ready) == ("error", False)


def test_settings_that_were_just_made_are_not_asked_for() -> None:
    failed = Facts(error="relay-denied", refused_by="own-server", tried=("match-settings",))
    asked = walk(lambda fact: UNKNOWN, failed, everything=True)
    assert asked[0] in ("program", "account_domain")
    assert not {"login", "port", "security", "server"} & set(asked)


def test_the_end_is_the_end() -> None:
    tried = tuple(knowledge().remedies)
    step = Situation(Facts(error="relay-denied", refused_by="own-server", tried=tried)).next
    assert (step.fact, step.ready, step.helps) == (None, True, False)


def _known(facts: Facts):
    known, answered = known_variables(facts, Situation(facts).case)
    return dict(known), answered


def test_dropped_nodes_are_counted_anew() -> None:
    facts = Facts(place="mobile", vpn="unknown", login="pop-first")
    advise = readiness.adviser(Situation(facts).offer)
    before = advise.step(interview().state(*_known(facts)))
    interview().tree.forget()
    # Another state takes the numbers of the nodes that were dropped.
    other = interview().state(*_known(Facts(error="no-connection", place="away", login="oauth")))
    assert advise.step(other) != before
    assert advise.step(interview().state(*_known(facts))) == before


@pytest.mark.parametrize(
    ("facts", "settled"),
    [
        ({"error": "mailbox-full"}, True),
        ({"error": "relay-denied", "refused_by": "recipient-server"}, True),
        (
            {
                "error": "relay-denied",
                "refused_by": "own-server",
                "account_domain": "outlook.com",
                "program": "iphone",
            },
            True,
        ),
        ({"error": "relay-denied"}, False),
    ],
)
def test_nothing_more_is_asked_once_nothing_can_change(facts, settled) -> None:
    assert (Situation(Facts(**facts)).next.fact is None) is settled


def test_what_follows_from_other_facts_is_not_asked() -> None:
    # On phone data the line is unknown whatever one answers; without an account there is
    # nothing to compare the recipient with.
    mobile = Facts(place="mobile", vpn="no", error="relay-denied")
    assert "connection" not in walk(lambda fact: UNKNOWN, mobile, everything=True)
    untold = Facts(account_domain="unknown")
    assert "recipient_domain" not in walk(lambda fact: UNKNOWN, untold, everything=True)


def test_one_thread_walks_at_a_time(monkeypatch) -> None:
    """Walking adds nodes to the diagram: two at once could hand out a number twice."""
    inside, most = 0, 0
    tree = interview().tree
    original = tree.restrict_all

    def watched(known):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        together.wait(0.02)  # lets the other thread in, if it can come in
        inside -= 1
        return original(known)

    together = threading.Event()
    monkeypatch.setattr(tree, "restrict_all", watched)
    readiness.next_step.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda place: Situation(Facts(place=place)).next, CHOICES["place"]))
    assert most == 1
