"""Products that send by themselves: offered on the plan of their kind, with steps of their own."""

from __future__ import annotations

import re

import pytest

from app.diagnosis import CHOICES
from app.diagnosis.reduction import reduce_choice
from app.knowledge import knowledge
from app.knowledge.variables import BY_ITSELF
from tests.linting import visible_text

PRODUCTS = knowledge().programs.products
REFUSED = "error=authentication-failed&refused_by=own-server&account_domain=gmail.com"


def options(text: str) -> list[str]:
    select = re.search(r'<select[^>]* name="program">(.*?)</select>', text, re.S)
    return re.findall(r'value="([\w-]+)"', select[1]) if select else []


def test_only_what_sends_by_itself_has_products() -> None:
    assert PRODUCTS.keys() == {*BY_ITSELF}
    for kind, products in PRODUCTS.items():
        assert {reduce_choice("program", product.id) for product in products} == {kind}


@pytest.mark.parametrize("kind", BY_ITSELF)
def test_the_plan_of_a_kind_offers_its_products(client, kind: str) -> None:
    page = client.get(f"/en/check?{REFUSED}&program={kind}&plan=now")
    assert options(page.text) == [kind, *(product.id for product in PRODUCTS[kind])]
    assert 'href="#which"' in page.text
    for program in ("thunderbird", "webmail", "unknown"):
        assert not options(client.get(f"/en/check?{REFUSED}&program={program}&plan=now").text)


def test_a_product_has_its_own_labels_in_both_languages(client) -> None:
    for lang, label in (("en", "Outgoing port"), ("vi", "Cổng gửi mail")):
        url = f"/{lang}/check?error=no-connection&refused_by=own-server&port=25&program=nukeviet"
        page = client.get(f"{url}&plan=now&way=use-submission-port")
        assert label in visible_text(page)
        assert "NukeViet" in visible_text(page)
        assert 'value="nukeviet" selected' in page.text


def test_what_a_product_leaves_open_its_kind_says(client) -> None:
    url = f"/en/check?{REFUSED}&program=epson-web-config&plan=now"
    text = visible_text(client.get(url))
    assert "Authenticated Password" in text
    assert "Save the changes." in text
    assert "incoming mail" not in text


def test_the_question_offers_the_kind_that_a_product_is_of(client) -> None:
    page = client.get("/en/check?program=synology&change=program")
    assert 'value="device" checked' in re.sub(r' id="\w+"', "", page.text)
    assert 'value="synology"' not in page.text


def test_the_api_takes_a_product_and_asks_for_a_kind(client) -> None:
    facts = {"error": "relay-denied", "refused_by": "own-server", "program": "qnap"}
    plan = client.post("/api/v1/diagnoses", json=facts).get_json()
    assert plan["scenario"] == "sends-itself"
    start = {"error": "relay-denied", "refused_by": "own-server", "account_domain": "fabrikam.com"}
    question = client.post("/api/v1/diagnoses", json=start).get_json()["next_question"]
    assert question["fact"] == "program"
    offered = {choice["value"] for choice in question["choices"]}
    assert offered == {name for name in CHOICES["program"] if not kind_of(name)}


def kind_of(name: str) -> str:
    return knowledge().programs.find(name).kind


def test_a_product_that_knows_one_encryption_gets_the_port_for_it(client) -> None:
    for account in ("fabrikam.com", "gmail.com"):
        facts = {"error": "authentication-required", "refused_by": "own-server"}
        facts |= {"account_domain": account, "program": "sql-server", "login": "none"}
        plan = client.post("/api/v1/diagnoses", json=facts).get_json()
        values = plan["remedies"][0]["values"]
        assert (values["port"], values["security"]) == (587, "starttls")
