"""What is taken along says what the plan says, and leads back to it."""

import re

import pytest

from app import create_app
from app.settings import Settings
from tests.linting import LintingClient, visible_text

FACTS = (
    "place=work&connection=other&account_domain=proseware.com&recipient_domain=adatum.com"
    "&server=smtp.proseware.com&port=25&security=none&login=none&error=relay-denied"
    "&refused_by=own-server&program=thunderbird&reply_code=550&enhanced_status=5.7.1"
)
HERE = "https://wizard.example"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_ticket_holds_the_facts_the_steps_and_the_link(client, lang: str) -> None:
    answer = client.get(f"/{lang}/ticket.txt?{FACTS}")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert f"{HERE}/{lang}/check?{FACTS}" in lines
    for fact in ("adatum.com", "smtp.proseware.com", "550 5.7.1", "proseware.com"):
        assert fact in answer.text
    remedy = client.post(
        f"/api/v1/diagnoses?lang={lang}", json=dict(pair.split("=") for pair in FACTS.split("&"))
    ).json["remedies"][0]
    assert remedy["title"].upper() in lines
    assert [f"{n}. {step}" for n, step in enumerate(remedy["steps"], 1)] == [
        line for line in lines if re.match(r"\d+\. ", line)
    ]
    assert not re.search(r"[{}⟦⟧⟨⟩`]", answer.text)


def test_a_ticket_has_the_words_to_say_filled_in(client) -> None:
    text = client.get(f"/en/ticket.txt?{FACTS}&way=ask-isp").text
    (words,) = [line for line in text.splitlines() if line.startswith("Hello.")]
    account, answer = "from an address at proseware.com", "The server answered 550 5.7.1."
    for part in (account, answer, "smtp.proseware.com", "port 25", "adatum.com", "at ____."):
        assert part in words
    untold = client.get("/en/ticket.txt?error=relay-denied&way=ask-isp").text
    assert "I can't send email through your outgoing server to other providers." in untold
    assert "  " not in untold


@pytest.mark.parametrize(
    "remedy", ["ask-isp", "ask-isp-logs", "report-server", "work-vpn", "tell-recipient"]
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_words_for_others_name_the_case_and_nobody(client, remedy: str, lang: str) -> None:
    case = {
        "ask-isp": FACTS,
        "work-vpn": FACTS.replace("=work", "=away"),
        "ask-isp-logs": FACTS.replace("relay-denied", "silent"),
        "report-server": FACTS.replace("login=none", "login=password")
        .replace("port=25", "port=587")
        .replace("security=none", "security=starttls"),
        "tell-recipient": FACTS.replace("relay-denied", "mailbox-full"),
    }[remedy]
    given = dict(pair.split("=") for pair in case.split("&"))
    remedies = client.post(f"/api/v1/diagnoses?lang={lang}", json=given).json["remedies"]
    words = next(r["words"] for r in remedies if r["id"] == remedy)
    assert "____" in words
    assert "550 5.7.1" in words or remedy == "ask-isp-logs"
    assert "smtp.proseware.com" in words or remedy == "tell-recipient"
    assert "adatum.com" in words or remedy == "work-vpn"
    assert not re.search(r"\w@\w", words), "a domain may stand there, an address may not"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("query", [FACTS, "", "error=mailbox-full", f"{FACTS}&way=webmail"])
def test_a_sheet_says_what_the_plan_says(client, lang: str, query: str) -> None:
    page = client.get(f"/{lang}/sheet?{query}")
    text = visible_text(page)
    plan = client.get(f"/{lang}/check?{query}{'&' if query else ''}plan=now")
    title = re.search(r"<h1[^>]*>(.*?)</h1>", plan.text)[1]
    assert title in page.text
    assert f"{HERE}/{lang}/check" in text
    assert 'class="segno"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_when_all_has_been_tried_the_words_are_left(client) -> None:
    given = dict(pair.split("=") for pair in FACTS.split("&"))
    remedies = client.post("/api/v1/diagnoses", json=given).json["remedies"]
    tried = "".join(f"&tried={remedy['id']}" for remedy in remedies)
    assert "Hello." in client.get(f"/en/ticket.txt?{FACTS}{tried}").text
    assert "Hello." in visible_text(client.get(f"/en/sheet?{FACTS}{tried}"))


def test_what_is_taken_along_names_the_host_it_came_from() -> None:
    names = frozenset({"mail.example", "help.example"})
    app = create_app(Settings(allowed_hosts=names))
    app.test_client_class = LintingClient
    client = app.test_client()
    for host in ("mail.example", "Help.example:8080"):
        text = client.get("/en/ticket.txt?error=spam", headers={"Host": host}).text
        assert f"http://{host}/en/check?error=spam".lower() in text.lower()
        other = client.get("/en/qr.svg?error=spam", headers={"Host": host})
        assert other.headers["Cache-Control"].startswith("private")


def test_a_qr_code_is_a_small_picture_that_differs_by_link(client) -> None:
    one, two = (client.get(f"/vi/qr.svg?error={e}") for e in ("spam", "policy"))
    assert one.mimetype == "image/svg+xml"
    assert one.data != two.data
    packed = client.get(f"/vi/qr.svg?{FACTS}", headers={"Accept-Encoding": "br"})
    assert len(packed.data) < 2000


@pytest.mark.parametrize(
    "part", ["sheet", "ticket.txt", "qr.svg", "profile.mobileconfig", "autoconfig.xml"]
)
def test_an_address_in_a_link_does_not_stay_there(client, part: str) -> None:
    answer = client.get(f"/vi/{part}?account_domain=Lan@Gmail.com&way=webmail")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/vi/{part}?account_domain=gmail.com&way=webmail"
    assert client.get(answer.headers["Location"]).status_code == 200
