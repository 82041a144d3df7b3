"""Replies of vendors: each is read from its example, and orders a plan without making another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.diagnosis import Facts, Plan, Situation
from app.diagnosis.checks import check_everything
from app.diagnosis.facts import read_facts
from app.diagnosis.table import DecisionTable
from app.knowledge import KnowledgeError, Vendor, VendorReply, knowledge
from app.knowledge.loader import FOLDER, load
from app.knowledge.variables import BY_ITSELF
from app.reading import read

REPLIES = list(knowledge().by_reply.values())
CONTENT = knowledge()


def facts_of(reply: VendorReply, **more: str) -> Facts:
    found = Facts(error=reply.reason, refused_by=reply.refused_by, vendor_reply=reply.id)
    return found.but(**more)


@pytest.mark.parametrize("reply", [reply for _, reply in REPLIES], ids=lambda reply: reply.id)
def test_a_reply_is_read_from_its_words(reply: VendorReply) -> None:
    reading = read(reply.example)
    assert (reading.vendor_reply, reading.reason) == (reply.id, reply.reason)


@pytest.mark.parametrize("reply", [reply for _, reply in REPLIES], ids=lambda reply: reply.id)
def test_what_helps_first_comes_first_for_somebody(reply: VendorReply) -> None:
    programs = (None, "other", *BY_ITSELF)
    plans = [Plan(Situation(facts_of(reply, program=program))) for program in programs]
    covering = knowledge().covering.get(reply.remedy)
    wanted = {reply.remedy, covering and covering.id}
    assert any(plan.current.id in wanted for plan in plans)
    assert all(plan.means == reply.means for plan in plans)


@pytest.mark.parametrize(("vendor", "reply"), REPLIES, ids=lambda value: value.id)
def test_it_orders_the_plan_and_makes_no_other(vendor: Vendor, reply: VendorReply) -> None:
    # With the account known, the reply tells nothing else than what the vendor means.
    for account in ("fabrikam.com", "gmail.com", "outlook.com", "zoho.com"):
        if reply.refused_by == "own-server" and vendor.provider:
            continue  # it names the provider too
        for program in ("other", "webmail", *BY_ITSELF):
            facts = facts_of(reply, account_domain=account, program=program)
            refined, plain = Situation(facts), Situation(facts.but(vendor_reply=None))
            assert refined.diagnosis.scenario == plain.diagnosis.scenario
            assert settled(refined) == settled(plain)


def settled(situation: Situation) -> set[str]:
    """Return the remedies of a plan, without those that a visit may or may not stand for."""
    covering = knowledge().covering
    visits = {*covering, *(remedy.id for remedy in covering.values())}
    return {*situation.diagnosis.remedies} - visits


def test_whoever_says_something_else_is_believed() -> None:
    facts = Facts(error="sender-not-allowed", vendor_reply="zoho-relaying-disallowed-as")
    assert Situation(facts).vendor_reply
    assert not Situation(facts.but(error="relay-denied")).vendor_reply
    assert not Situation(facts.but(refused_by="recipient-server")).vendor_reply
    assert Situation(facts.but(refused_by="unknown")).vendor_reply


def test_a_reply_of_the_outgoing_server_names_its_provider() -> None:
    blocked = Facts(error="authentication-failed", vendor_reply="google-bad-credentials")
    provider = Situation(blocked).provider
    assert provider
    assert provider.id == "gmail"
    theirs = Facts(error="unauthenticated-domain", vendor_reply="google-unauthenticated-sender")
    assert Situation(theirs).provider is None


def test_a_vendors_own_way_stands_for_the_general_steps() -> None:
    facts = Facts(
        error="login-not-allowed", refused_by="own-server", account_domain="onmicrosoft.com"
    )
    plan = Plan(Situation(facts))
    assert plan.current.id == "allow-smtp-login"
    assert any("Authenticated SMTP" in step.text for step in plan.current.steps)
    assert plan.current.steps[-1].text.startswith("More on the page of Microsoft: ⟨http")
    consumer = Plan(Situation(facts.but(account_domain="outlook.com")))
    assert consumer.current.id == "sign-in-again"


def test_an_unknown_reply_is_refused_and_stops_nobody(client) -> None:
    assert read_facts({"vendor_reply": "nobody-says"})[1] == {"vendor_reply": "not-a-choice"}
    assert read_facts({"vendor_reply": ["zoho"]})[1] == {"vendor_reply": "not-a-choice"}
    url = "/en/check?error=relay-denied&vendor_reply=nobody-says&plan=now"
    assert client.get(url).status_code == 200


def claim(**changes: str) -> DecisionTable:
    vendor = knowledge().vendors["zoho"]
    reply = replace(vendor.replies[0], **changes)
    vendors = {"zoho": replace(vendor, replies=(reply,))}
    return DecisionTable(replace(CONTENT, vendors=vendors))


def test_a_vendor_that_contradicts_the_table_is_found() -> None:
    _, faults = check_everything(claim(remedy="wait"))
    assert faults == [
        "vendors.toml: zoho: zoho-relaying-disallowed-as: no plan for it has wait: "
        "name one of its remedies"
    ]
    harmful = claim(reason="unknown", remedy="server-of-this-network")
    _, faults = check_everything(harmful)
    (fault,) = faults
    assert "server-of-this-network would come first where it is harmful" in fault


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'phrases = ["email outgoing blocked"]',
            'phrases = ["relaying disallowed as"]',
            "vendors.toml: zoho: zoho-outgoing-blocked: phrases: 'relaying disallowed as' is also",
        ),
        ('provider = "zoho"', 'provider = "nobody"', "vendors.toml: zoho: provider: no value"),
        ('remedy = "match-sender"', 'remedy = "dance"', "remedy: no value 'dance'"),
        ('id = "zoho-outgoing-blocked"', 'id = "zoho-unusual-sending"', "is used twice"),
        (
            "first = { login-not-",
            "first = { dance = ['wait'], login-not-",
            "first: no value 'dance'",
        ),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    for path in FOLDER.rglob("*.toml"):
        copy = tmp_path / path.relative_to(FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8")
        if path.name == "vendors.toml":
            assert old in text
            text = text.replace(old, new, 1)
        copy.write_text(text, "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
