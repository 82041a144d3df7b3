"""A plan says why, what would change it, and the settings to use: only what is known."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis import Facts, Plan, Situation, diagnose, situation
from app.diagnosis.placeholders import Wording
from app.diagnosis.situation import nearest_change
from app.diagnosis.table import decision_table, judge
from app.i18n.languages import languages, published
from app.knowledge import knowledge
from app.knowledge.variables import VARIABLES

ROW4 = Facts(
    place="work",
    connection="other",
    account_domain="proseware.com",
    recipient_domain="adatum.com",
    server="smtp.proseware.com",
    login="none",
    error="relay-denied",
)


def test_the_facts_that_decided_are_named() -> None:
    assert [reason.fact for reason in Plan(Situation(ROW4)).because] == [
        "error",
        "place",
        "connection",
        "recipient_domain",
    ]
    assert Plan(Situation(Facts())).because == ()


def test_the_nearest_other_verdict_is_one_changed_fact_away() -> None:
    change = Situation(ROW4).change
    assert (change.variable, change.value, change.scenario.id) == ("login", "password", "logged-in")
    assert diagnose(ROW4.but(login="password", error=None)).refused == "no"
    home = Facts(place="home", connection="own", account_domain="a.com", recipient_domain="b.com")
    change = Situation(home).change
    assert diagnose(home).refused == "no"
    assert change.refused != "no"
    assert Situation(Facts(error="mailbox-full")).change.variable == "error"


@given(st.fixed_dictionaries({name: st.sampled_from(v) for name, v in VARIABLES.items()}))
def test_a_change_that_is_named_really_makes_the_difference(case: dict[str, str]) -> None:
    table = decision_table()
    match = table.match(case)
    change = nearest_change(match)
    if change is None:
        return
    seen = match.values["matter"] in ("refused", "hosted", "login-wanted", "sender")
    world = dict(case)
    if seen and change.variable != "error":
        world |= {"error": "unknown", "refused_by": "unknown"}
    before = table.match(world)
    after = table.match(world | {change.variable: change.value})
    assert judge(before.scenario, before.values) != judge(after.scenario, after.values)
    assert after.scenario is change.scenario


def test_a_change_is_remembered_for_one_kind_of_provider_and_account() -> None:
    login = knowledge().providers[0]
    network = replace(login, offers=frozenset({"authorised-network"}))
    kinds = [(provider, known) for provider in (None, login, network) for known in (False, True)]
    told = 0
    for error in VARIABLES["error"]:
        seen = tuple(Situation(ROW4.but(error=error)).match.values[name] for name in VARIABLES)
        case = tuple(zip(VARIABLES, seen, strict=True))
        now = [situation._nearest_change(case, *kind) for kind in kinds]
        assert now == [situation._nearest_change.__wrapped__(case, *kind) for kind in kinds]
        told += len(set(map(repr, now))) > 1
    assert told


def test_what_a_seen_refusal_does_not_explain_is_not_called_a_change() -> None:
    local = ROW4.but(recipient_domain="proseware.com")
    assert diagnose(local).scenario == "own-domain-refused"
    assert Situation(local).change.variable == "error"


def test_steps_and_values_say_the_same() -> None:
    for account in ("outlook.com", "icloud.com", "gmail.com", "proseware.com"):
        for error in ("no-connection", "tls-required", "authentication-required", "silent"):
            plan = Plan(Situation(Facts(account_domain=account, error=error, port=25)))
            for remedy in plan.remedies:
                told = " ".join(step.text for step in remedy.steps)
                if remedy.values.get("port") == 587 and remedy.values.get("server"):
                    assert "465" not in told.replace("465 with `SSL/TLS`, 587", "")
                if account != "proseware.com":
                    assert "same password as for incoming mail" not in told


def test_a_provider_of_mail_alone_runs_nobodys_line() -> None:
    home = Facts(place="home", connection="own", account_domain="gmail.com", vpn="no")
    assert diagnose(home.but(recipient_domain="adatum.com")).scenario == "home-other-line"
    assert Situation(home.but(connection=None, error="relay-denied")).next.fact != "connection"


def test_settings_come_from_the_provider_where_it_is_published() -> None:
    remedy = Plan(Situation(ROW4.but(account_domain="gmail.com", server=None))).remedies[0]
    assert remedy.values == {
        "server": "smtp.gmail.com",
        "port": 465,
        "security": "tls",
        "login": "password",
    }


def test_a_server_nobody_told_is_not_invented() -> None:
    remedy = Plan(Situation(ROW4.but(server=None))).remedies[0]
    assert remedy.values == {"port": 465, "security": "tls", "login": "password"}
    borrowed = Plan(Situation(ROW4.but(server="smtp.fabrikam.com", error=None))).remedies
    assert all("server" not in remedy.values for remedy in borrowed)


def test_a_good_port_is_kept() -> None:
    assert Plan(Situation(ROW4.but(port=587))).remedies[0].values["security"] == "starttls"


def test_the_next_remedy_is_the_first_untried_and_words_stand_at_the_end() -> None:
    plan = Plan(Situation(ROW4))
    names = [remedy.id for remedy in plan.remedies]
    assert plan.current.id == names[0]
    assert Plan(Situation(ROW4.but(tried=(names[0],)))).current.id == names[1]
    ended = Plan(Situation(ROW4.but(tried=tuple(names))))
    assert ended.current is None
    assert "smtp.proseware.com" in ended.last.words


def test_names_stand_in_the_words_and_stand_ins_where_none_is_known() -> None:
    assert "smtp.proseware.com" in Plan(Situation(ROW4)).shown("ask-isp").words
    assert "proseware.com" not in Plan(Situation(ROW4)).why
    plan = Plan(Situation(Facts(error="authentication-failed", account_domain="gmail.com")))
    assert plan.summary.startswith("You can't use your normal password for Gmail")
    nameless = Plan(Situation(Facts(error="relay-denied", place="work", connection="other")))
    assert (
        "your outgoing server from a network that doesn't belong to your email provider"
        in nameless.why
    )
    at_home = Plan(Situation(Facts(error="relay-denied", place="home", connection="other")))
    assert "But your outgoing server doesn't recognise you" in at_home.why
    typed = Plan(Situation(at_home.situation.facts.but(server="smtp.proseware.com")))
    assert typed.why == at_home.why
    known = Plan(Situation(at_home.situation.facts.but(server="smtp.gmail.com")))
    assert "But smtp.gmail.com doesn't recognise you" in known.why
    apple = Plan(Situation(Facts(error="authentication-failed", account_domain="icloud.com")))
    assert apple.summary.startswith("You can't use your normal password for iCloud")
    steps = [step.text for step in apple.shown("app-password").steps]
    spelt = [text for text in steps if "page of iCloud" in text]
    assert spelt, "a name stays as it is spelt"


def test_a_stand_in_begins_a_sentence_with_a_capital() -> None:
    text = "{server} is named. {server} is named again, {server}."
    unknown = Wording(Situation(Facts())).fill(text)
    assert unknown.startswith("Your outgoing server is named. Your outgoing server is")
    assert unknown.endswith(", your outgoing server.")
    known = Wording(Situation(Facts(account_domain="gmail.com", server="smtp.gmail.com")))
    assert known.fill(text).startswith("smtp.gmail.com is named. smtp.gmail.com is")


@pytest.mark.parametrize("scenario", knowledge().scenarios.values(), ids=lambda s: s.id)
@pytest.mark.parametrize("lang", list(published()))
def test_no_sentence_begins_small_where_no_name_is_known(scenario, lang: str) -> None:
    fill = Wording(Situation(Facts()), languages()[lang].gettext).fill
    for text in (scenario.title, scenario.why, scenario.aside or ""):
        begins = re.findall(r"(?:^|[.?] )(\w)", fill(text))
        assert not [letter for letter in begins if letter.islower()]


def test_a_dated_fact_about_the_provider_is_told() -> None:
    gmail = Situation(Facts(account_domain="gmail.com"))
    assert any("30 May 2022" in note for note in Plan(gmail).notes)


def test_both_layers_stand_in_a_plan_of_the_article() -> None:
    article = Plan(Situation(ROW4)).article
    assert "Case 4 of 6" in article[0]
    assert "turn on sign-in" in article[2]
    assert Plan(Situation(Facts())).article == ()


@pytest.mark.parametrize(
    ("error", "first"),
    [
        ("relay-denied", "tell-recipient"),
        ("authentication-required", "tell-recipient"),
        ("sender-not-allowed", "match-sender"),
        ("tls-required", "report-server"),
        ("tls-failed", "wait"),
        ("no-connection", "wait"),
    ],
)
def test_the_same_words_from_the_recipients_server_get_other_advice(error: str, first: str) -> None:
    there = Situation(Facts(error=error, refused_by="recipient-server", program="thunderbird"))
    here = Situation(Facts(error=error, refused_by="own-server"))
    assert there.diagnosis.remedies[0] == first
    assert there.match.scenario.stops == "recipient" != here.match.scenario.stops
    assert there.next.certainty == 1
    assert here.next.certainty <= there.next.certainty
