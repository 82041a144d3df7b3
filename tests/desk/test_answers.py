"""Of a form that holds every question at once, only what differs from the state before counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.desk.screen.submission import AnswerError, beside, read_form, shown_text
from app.diagnosis import Facts
from app.knowledge import knowledge
from tests.diagnosis.test_readiness import ANSWERS

FULL = Facts(
    place="work",
    connection="other",
    vpn="no",
    account_domain="proseware.com",
    port=25,
    recipient_domain="adatum.com,fabrikam.com",
    error="relay-denied",
    refused_by="own-server",
    login="none",
    server="unknown",
    reply_code=550,
    tried=("webmail", "wait"),
)


def form_of(facts: Facts, card: str | None = None) -> MultiDict[str, str]:
    """Return what a browser sends of the screen for some facts, with nothing changed."""
    form: MultiDict[str, str] = MultiDict()
    for fact, question in knowledge().questions.items():
        value = getattr(facts, fact)
        said = "" if value is None else str(value)
        if not question.field:
            if said or fact != card:
                form.add(fact, said)
        elif fact == card:
            form.add(fact, shown_text(fact, facts))
            if said in beside(fact, facts):
                form.add(fact, said)
        else:
            form.add(fact, "" if said == "unknown" else said.replace(",", ", "))
            if said == "unknown":
                form.add(fact, said)
    for remedy in ("use-login", "webmail"):
        form.add("offered", remedy)
    for remedy in ("webmail",) if "webmail" in facts.tried else ():
        form.add("tried", remedy)
    return form


def change(facts: Facts, card: str | None = None, **values: list[str]) -> Facts:
    form = form_of(facts, card)
    for fact, said in values.items():
        form.setlist(fact, said)
    read, errors, _ = read_form(facts, form)
    assert not errors
    return read


@given(st.data())
def test_a_form_sent_as_it_was_changes_nothing(data) -> None:
    told = {fact: data.draw(st.sampled_from([None, *values])) for fact, values in ANSWERS.items()}
    card = data.draw(st.sampled_from([None, *ANSWERS]))
    facts = Facts(**told)
    assert read_form(facts, form_of(facts, card)) == (facts, {}, {})
    assert read_form(facts, MultiDict()) == (facts, {}, {})


@given(st.data())
def test_every_answer_can_be_given_and_taken_back_in_a_row(data) -> None:
    fact = data.draw(st.sampled_from(list(ANSWERS)))
    value = data.draw(st.sampled_from(ANSWERS[fact]))
    assert change(Facts(), **{fact: [str(value)]}) == Facts(**{fact: value})
    assert change(Facts(**{fact: value}), **{fact: [""]}) == Facts()


def test_a_changed_answer_takes_along_what_rests_on_it() -> None:
    assert change(FULL, place=["home"]) == FULL.but(place="home", connection=None, vpn=None)
    assert change(FULL, error=["spam"]).reply_code is None


def test_a_first_answer_takes_nothing_along() -> None:
    before = FULL.but(place=None)
    assert change(before, place=["home"]) == before.but(place="home")


def test_what_is_answered_in_the_same_form_is_not_stale() -> None:
    after = change(FULL, place=["home"], connection=["own"])
    assert (after.place, after.connection, after.vpn) == ("home", "own", None)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (None, ["", "465"], 465),
        (25, ["", "465"], 465),
        (25, ["2525", "25"], 2525),
        (2525, ["2525", "465"], 465),
        (2525, [""], None),
        (25, ["", "unknown"], "unknown"),
        ("unknown", ["2525", "unknown"], 2525),
        ("unknown", ["", "unknown"], "unknown"),
        (None, ["2525", "465"], 2525),
    ],
)
def test_a_field_with_choices_beside_it(before, said, after) -> None:
    assert change(Facts(port=before), "port", port=said).port == after


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (None, ["pat@Proseware.com"], "proseware.com"),
        (None, ["x.example", "unknown"], "x.example"),
        ("proseware.com", ["proseware.com", "unknown"], "unknown"),
        ("unknown", ["adatum.com", "unknown"], "adatum.com"),
        ("unknown", [""], None),
        ("unknown", ["", "unknown"], "unknown"),
        ("proseware.com", ["  "], None),
    ],
)
def test_a_typed_answer_and_not_knowing(before, said, after) -> None:
    assert change(Facts(account_domain=before), account_domain=said).account_domain == after


def test_the_account_can_be_chosen_for_the_sender() -> None:
    before = Facts(account_domain="proseware.com")
    after = change(before, "sender_domain", sender_domain=["", "proseware.com"])
    assert after.sender_domain == "proseware.com"
    assert shown_text("sender_domain", after) == ""
    assert (
        change(
            after, "sender_domain", sender_domain=["fabrikam.com", "proseware.com"]
        ).sender_domain
        == "fabrikam.com"
    )


def test_a_mistake_loses_nothing_else() -> None:
    form = form_of(FULL)
    form.setlist("port", ["smtp"])
    form.setlist("server", ["??"])
    form.setlist("place", ["moon"])
    form.setlist("login", ["password"])
    facts, errors, typed = read_form(FULL, form)
    assert facts == FULL.but(login="password")
    assert errors == {
        "port": AnswerError("not-a-port"),
        "server": AnswerError("not-a-host"),
        "place": AnswerError("not-a-choice"),
    }
    assert typed == {"port": "smtp", "server": "??", "place": "moon"}
    assert len(read_form(FULL, MultiDict({"server": "??" * 999}))[2]["server"]) == 400


def test_telex_is_asked_about_unless_it_is_meant() -> None:
    form = MultiDict({"account_domain": "pat@yahô.com"})
    facts, errors, typed = read_form(Facts(), form)
    assert (facts, errors) == (Facts(), {"account_domain": AnswerError("telex", "yahoo.com")})
    assert typed == {"account_domain": "pat@yahô.com"}
    meant = MultiDict([*form.items(), ("keep", "account_domain")])
    assert read_form(Facts(), meant)[0].account_domain == "xn--yah-mna.com"
    other = MultiDict([*form.items(), ("keep", "server")])
    assert read_form(Facts(), other)[1]
    guessed = MultiDict([*form.items(), ("account_domain", "yahoo.com")])
    assert read_form(Facts(), guessed)[0].account_domain == "yahoo.com"


def test_remedies_are_ticked_and_those_that_were_not_offered_stay() -> None:
    form = form_of(FULL)
    form.add("tried", "use-login")
    assert read_form(FULL, form)[0].tried == ("webmail", "wait", "use-login")
    form.setlist("tried", ["use-login", "nonsense", "fix-password"])
    assert read_form(FULL, form)[0].tried == ("wait", "use-login")
