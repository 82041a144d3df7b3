"""The interview asks only what matters, easy things first, and always ends."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import CHOICES, Facts, Plan, Situation
from app.diagnosis import interview as interview_module
from app.knowledge import knowledge

ANSWERS = {fact: list(values) for fact, values in CHOICES.items()} | {
    "account_domain": ["proseware.com", "gmail.com", "outlook.com", "unknown"],
    "sender_domain": ["proseware.com", "fabrikam.com", "unknown"],
    "recipient_domain": ["proseware.com", "adatum.com", "unknown"],
    "server": ["smtp.proseware.com", "smtp.gmail.com", "unknown"],
    "port": [25, 465, 587, 2525, "unknown"],
}


def walk(choose, facts: Facts = Facts()) -> list[str]:  # noqa: B008
    """Answer every question; return the facts asked for, in order."""
    asked, left = [], 99
    while (step := Situation(facts).next).fact:
        assert step.fact not in asked
        assert getattr(facts, step.fact) is None
        assert 1 <= step.at_most < left
        asked.append(step.fact)
        left = step.at_most
        facts = facts.but(**{step.fact: choose(step.fact)})
    assert step.at_most == 0
    assert Plan(Situation(facts)).remedies
    return asked


@pytest.mark.no_cover
@given(st.data())
def test_every_way_ends_in_a_plan_within_the_number_foretold(data) -> None:
    walk(lambda fact: data.draw(st.sampled_from(ANSWERS[fact])))


@pytest.mark.no_cover
@given(st.data())
def test_whatever_a_link_brings_along(data) -> None:
    told = data.draw(st.sets(st.sampled_from(list(ANSWERS))))
    facts = Facts(**{fact: data.draw(st.sampled_from(ANSWERS[fact])) for fact in told})
    asked = walk(lambda fact: data.draw(st.sampled_from(ANSWERS[fact])), facts)
    assert not told & set(asked)


def test_knowing_nothing_at_all_ends_in_a_plan() -> None:
    assert walk(lambda fact: "unknown")


def test_easy_questions_come_before_hard_ones() -> None:
    usual = {
        "error": "relay-denied",
        "refused_by": "own-server",
        "place": "work",
        "account_domain": "proseware.com",
        "recipient_domain": "adatum.com",
        "program": "thunderbird",
        "connection": "other",
        "vpn": "no",
        "login": "none",
    }
    asked = walk(usual.__getitem__)
    efforts = [knowledge().questions[fact].effort for fact in asked]
    assert efforts == sorted(efforts)
    assert asked[0] == "error"


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
    assert "connection" not in walk(lambda fact: "unknown", mobile)
    assert "recipient_domain" not in walk(lambda f: "unknown", Facts(account_domain="unknown"))


def test_one_thread_walks_at_a_time(monkeypatch) -> None:
    """Walking adds nodes to the diagram: two at once could hand out a number twice."""
    inside, most = 0, 0
    walk = interview_module.interview()
    original = walk.tree.restrict_all

    def watched(known):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        together.wait(0.02)  # lets the other thread in, if it can come in
        inside -= 1
        return original(known)

    together = threading.Event()
    monkeypatch.setattr(walk.tree, "restrict_all", watched)
    interview_module._next_step.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda place: Situation(Facts(place=place)).next, CHOICES["place"]))
    assert most == 1
