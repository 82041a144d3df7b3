"""A question decides what it is said to decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import Facts, Situation
from app.diagnosis.answer_impact import AnswerImpact, impact_of, open_outcomes
from app.knowledge import knowledge
from tests.diagnosis.test_readiness import ANSWERS


@pytest.mark.no_cover
@given(st.data())
def test_every_question_that_is_asked_decides_something(data) -> None:
    facts = Facts()
    while fact := (situation := Situation(facts)).next.fact:
        outcomes, decision = open_outcomes(situation, fact), impact_of(situation, fact)
        if decision.kind == "steps":
            assert fact in ("program", "account_domain")
            assert len(outcomes) == 1, "the plan is settled"
        else:
            assert len(set(outcomes)) == len(outcomes) >= 2
            assert decision.between
        facts = facts.but(**{fact: data.draw(st.sampled_from(ANSWERS[fact]))})
    assert all(len(open_outcomes(situation, fact)) for fact in knowledge().questions)


def test_the_scenarios_that_the_answers_lead_to_are_named() -> None:
    refused = Facts(error="tls-required")
    named = ("encryption-required", "their-server-wants-encryption")
    assert impact_of(Situation(refused), "refused_by") == AnswerImpact("happened", named)
    # The answer that stands is one of several all the same.
    assert impact_of(Situation(refused.but(refused_by="own-server")), "refused_by").between == named


def test_remedies_are_named_where_what_happened_is_certain() -> None:
    unsure = Situation(Facts(error="tls-required", refused_by="unknown"))
    decision = impact_of(unsure, "account_domain")
    assert decision.kind == "remedies"
    assert {"sign-in-again", "app-password"} <= set(decision.between)
    assert "webmail" not in decision.between, "it helps whatever the account"


def test_a_question_that_others_rest_on_decides_between_what_may_come_of_them() -> None:
    facts = Facts(error="relay-denied", refused_by="own-server", program="gmail-app")
    outcomes = open_outcomes(Situation(facts), "account_domain")
    assert len(outcomes) >= 2


def test_what_no_longer_matters_decides_nothing() -> None:
    full = Facts(error="mailbox-full", refused_by="recipient-server")
    assert Situation(full).next.fact is None
    assert impact_of(Situation(full), "vpn") == AnswerImpact("nothing")
    known = Facts(error="tls-required", refused_by="own-server", account_domain="proseware.com")
    # In webmail it is another matter; of two apps only the steps differ.
    assert impact_of(Situation(known), "program").kind == "happened"
