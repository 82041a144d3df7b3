"""A name from a link, a paste or an API call is never a value to enter, nor a provider's word.

Every output is made for every scenario and remedy with marker names in every typed place.  They may
stand where the person's own answers are listed, in words that the person says, and in links.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cached_property
from itertools import chain, cycle
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask.testing import FlaskClient

from app import create_app
from app.cli.commands import prose
from app.diagnosis import Facts, Plan, Situation
from app.diagnosis.domains import normalise_domain
from app.i18n.languages import languages, published
from app.knowledge import add_providers, knowledge
from app.presentation.json_answers import plan_object
from app.presentation.ticket import make_ticket
from app.services import services
from app.settings import Settings
from app.web.site import Site
from tests.conftest import PORTALS
from tests.linting import SPACE, visible_text
from tests.worlds import ACCOUNT, MARKERS, PROGRAMS, RECIPIENT, SERVER, worlds

pytestmark = pytest.mark.no_cover

CRAFTED = (
    "place=away&connection=other&vpn=no&port=25&security=none&login=none&error=relay-denied"
    "&refused_by=own-server"
)
"""What an attacker's link says besides names; with ``plan=now`` it shows the plan at once."""
KINDS = {
    "proseware": '["smtp-auth", "pop-before-smtp", "authorised-network", "ip-allow-list"]',
    "fabrikam": '["smtp-auth", "pop-before-smtp"]',
    "adatum": '["pop-before-smtp", "authorised-network"]',
}
"""Portals, and what their providers offer: the last one has no login."""
PLACES = ["", *KINDS]
TODAY = date(2028, 1, 1)
"""A day on which every fact is old, so that what is said of that is read too."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Return a client of an app with a portal of each kind."""
    folder: Path = tmp_path_factory.mktemp("portals")
    whole = re.sub("(?m)^(logo|networks) =.*", "", PORTALS.read_text("utf-8"))
    texts = []
    for name, offers in KINDS.items():
        text = whole.replace("proseware", name).replace("Proseware", name.capitalize())
        text = re.sub("(?m)^authorisations =.*", f"authorisations = {offers}", text)
        if "smtp-auth" not in offers:
            text = text.replace('login = "password"', 'login = "none"')
            text = re.sub(r"(?s)\[\[portal\.incoming\]\].*?\n\n", "", text)
        texts.append(text)
    (folder / "portals.toml").write_text("\n".join(texts), "utf-8")
    app = create_app(
        Settings(
            page_cache=0,
            public_url="https://wizard.example",
            rate_limit="",
            case_limit="",
            portals=str(folder / "portals.toml"),
            database_url=f"sqlite:///{folder / 'cases.sqlite3'}",
            desk_open=True,
        )
    )
    assert all(services(app).portals.find(name) for name in KINDS)
    yield app.test_client()
    services(app).storage.counters.close()
    services(app).storage.database.close()
    add_providers()


def worlds_of(portal: str) -> tuple[Facts, ...]:
    return worlds((f"{portal}.com",), (f"smtp.{portal}.com",)) if portal else worlds()


def root_of(portal: str) -> str:
    return f"/at/{portal}" if portal else ""


def strings(thing: Any, but: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every text inside, whatever the shape; the keys ``but`` are left out."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        kind = vars(type(thing))
        made = [name for name in kind if isinstance(kind[name], property | cached_property)]
        names = {*made, *(field.name for field in fields(thing))}.difference(but)
        yield from strings({name: getattr(thing, name) for name in names}, but)
    elif isinstance(thing, dict):
        for key, value in thing.items():
            if key not in but:
                yield from strings(value, but)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from strings(value, but)


OWN = ("situation", "diagnosis", "next", "because", "remedies", "current", "last", "way_round")
"""What of a plan holds the person's own answers, or is looked at by itself."""


def told(texts: Iterable[str]) -> list[str]:
    """Return the texts that hold a marker."""
    return [text for text in texts if any(marker in text for marker in MARKERS)]


@pytest.mark.parametrize("root", ["/at/proseware", ""])
@pytest.mark.parametrize(
    ("account", "server"),
    [
        ("unknown", "smtp.evil.example"),
        ("evil.example", "smtp.evil.example"),
        ("evil.example", "evil.example"),
        ("unknown", "203.0.113.9"),
        ("evil.example", "smtp.proseware.com.evil.example"),
    ],
)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_crafted_link_names_no_server_to_enter(
    client: FlaskClient, program: str, account: str, server: str, root: str
) -> None:
    query = f"{CRAFTED}&account_domain={account}&server={server}&program={program}"
    page = client.get(f"{root}/en/check?{query}&way=use-login&plan=now")
    steps = [e for e in parsed(page.text).iter(f"{SPACE}ol") if e.get("class") == "steps"]
    said = "".join("".join(listed.itertext()) for listed in steps)
    assert said
    assert program == "webmail" or "your provider's outgoing server" in said
    for typed in ("evil", "203.0.113.9"):
        assert typed not in " ".join(named(page.text))
    assert server in visible_text(page), "it is what is set now"


def test_a_recipient_that_reads_like_a_message_is_the_persons_own_word(
    client: FlaskClient,
) -> None:
    names = "your-mailbox-is-locked.example,call-1900-6868-proseware-support.example"
    query = f"{CRAFTED}&account_domain=proseware.com&recipient_domain={names}&plan=now"
    for part in ("check", "sheet"):
        page = client.get(f"/at/proseware/en/{part}?{query}")
        assert "1900-6868" in page.text
        assert 'content="telephone=no"' in page.text, "no phone makes a call of it"
        assert "1900-6868" not in " ".join(named(page.text))
    assert "Recipients:" in client.get(f"/at/proseware/en/check?{query}").text
    query = f"{CRAFTED}&account_domain=proseware.com&recipient_domain=gmail.com"
    page = client.get(f"/at/proseware/en/check?{query}&plan=now")
    assert "your email on to gmail.com" in visible_text(page), "a known provider is named"


@pytest.mark.parametrize("lang", list(published()))
def test_another_providers_settings_are_not_taken_for_the_portals(
    client: FlaskClient, lang: str
) -> None:
    said = {
        "en": "These steps are for an account at Gmail, not at Proseware.",
        "vi": "Hướng dẫn này dành cho tài khoản của Gmail, không phải của Proseware.",
    }[lang]
    for names in (
        "account_domain=gmail.com",
        "account_domain=unknown&server=smtp.gmail.com",
        "account_domain=gmail.com&server=smtp.proseware.com",
    ):
        for part in ("check", "sheet"):
            query = f"{CRAFTED}&{names}&program=iphone&way=use-login&plan=now"
            page = client.get(f"/at/proseware/{lang}/{part}?{query}")
            assert "smtp.gmail.com" in " ".join(named(page.text))
            assert said in visible_text(page), (names, part)
            own = client.get(f"/at/proseware/{lang}/{part}?{CRAFTED}&program=iphone&plan=now")
            outside = client.get(f"/{lang}/{part}?{query}")
            assert said not in visible_text(own) + visible_text(outside)


def test_a_name_that_looks_like_the_portals_is_not_shown_so(client: FlaskClient) -> None:
    # Cyrillic letters among the Latin ones; a dot below that is hard to see on a phone
    for alike in ("\u0440r\u043eseware.com", "prosewar\u1eb9.com", "smtp.prosewar\u1eb9.com"):
        assert_not_shown(client, alike)


def assert_not_shown(client: FlaskClient, alike: str) -> None:
    name = normalise_domain(alike)
    for fact in ("account_domain", "sender_domain", "recipient_domain", "server"):
        query = f"{CRAFTED}&{fact}={name}&program=thunderbird&plan=now"
        for part in ("check", "sheet", "ticket.txt", "desk", "help", ""):
            page = client.get(f"/at/proseware/en/{part}?{query}&change=sender_domain")
            assert page.status_code == 200
            assert alike not in page.text.replace("<wbr>", "")


@pytest.mark.parametrize("lang", list(published()))
def test_no_text_of_a_plan_takes_a_typed_name_for_a_providers(
    client: FlaskClient, lang: str
) -> None:
    translate = languages()[lang].gettext
    met, read = set(), set()
    for facts in chain.from_iterable(map(worlds_of, PLACES)):
        plan = Plan(Situation(facts), translate, lang, TODAY)
        met.add(plan.diagnosis.scenario)
        for remedy in plan.remedies:
            read.add(remedy.id)
            assert not told(strings(dict(remedy.values)))
            assert not told(strings(remedy, but=("plan", "words"))), remedy.id
        assert not told(strings(plan, but=OWN))
        parts = make_ticket(plan, plan.current or plan.last, languages()[lang], "https://link")
        for part in parts[1:]:
            assert part.kind in ("facts", "words") or not told(strings(part))
    assert met == knowledge().scenarios.keys()
    assert read == knowledge().remedies.keys()


@pytest.mark.parametrize("portal", PLACES)
@pytest.mark.parametrize("lang", list(published()))
def test_no_step_of_any_program_enters_a_typed_name(
    client: FlaskClient, lang: str, portal: str
) -> None:
    translate = languages()[lang].gettext
    chosen: dict[tuple[object, ...], Facts] = {}
    for facts in worlds_of(portal):
        plan = Plan(Situation(facts))
        for remedy in plan.remedies:
            chosen.setdefault((remedy.id, plan.provider, facts.login == "oauth"), facts)
    for (remedy, *_), facts in chosen.items():
        for program in PROGRAMS:
            plan = Plan(Situation(facts.but(program=program)), translate, lang)
            way = plan.shown(remedy)
            assert way is None or not told(strings(way.steps))


def parsed(text: str) -> Element:
    text = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", text)  # the longest part of a page
    return html5lib.parse(text.replace("<wbr>", ""))


LISTED = ("route", "answers", "answered", "told", "verdicts")
"""Classes of what lists the person's own answers."""
SAID = ("blockquote", "dl", "fieldset", "textarea")
"""Elements that hold such answers, words to say, or what other tests read."""
LINKS = ("href", "action", "src", "value", "data-here")


def named(text: str) -> Iterator[str]:
    """Yield what a page says in its own words: texts and labels, and every value to enter."""
    root = parsed(text)
    for settings in root.iter(f"{SPACE}dl"):
        if settings.get("class") == "settings":
            yield from settings.itertext()
    for code in root.iter(f"{SPACE}code"):
        yield from code.itertext()
    yield from spoken(root)


def spoken(element: Element) -> Iterator[str]:
    listed = set((element.get("class") or "").split()) & set(LISTED)
    if not isinstance(element.tag, str) or listed or element.tag.removeprefix(SPACE) in SAID:
        return
    for name, value in element.attrib.items():
        if name not in LINKS:
            yield value
    yield re.sub(r"https?://\S+", "", element.text or "")
    for child in element:
        yield from spoken(child)
        yield re.sub(r"https?://\S+", "", child.tail or "")


@pytest.mark.parametrize("portal", ["", "proseware"])
def test_no_page_or_file_takes_a_typed_name_for_a_providers(
    client: FlaskClient, portal: str
) -> None:
    spoken_in, programs = cycle(published()), cycle(PROGRAMS)
    scenarios, ways, drawn = set(), set(), set()
    for facts in worlds_of(portal):
        program = "webmail" if facts.program == "webmail" else next(programs)
        facts = facts.but(program=program)
        plan, query = Plan(Situation(facts)), facts.query()
        base, scenario = f"{root_of(portal)}/{next(spoken_in)}", plan.diagnosis.scenario

        def check(part: str) -> None:
            assert_named(client.get(f"{base}/{part}").text, part)  # noqa: B023 used at once

        for remedy in plan.remedies:
            way = f"{query}&way={remedy.id}"
            if (scenario, remedy.id) not in ways:
                check(f"check?{way}&plan=now")
            for step in (
                range(1, len(remedy.steps) + 1) if (remedy.id, program) not in drawn else ()
            ):
                picture = client.get(f"{base}/step.svg?{way}&step={step}")
                assert picture.status_code == 404 or not told([picture.text])
            ways.add((scenario, remedy.id))
            drawn.add((remedy.id, program))
        for name in ("profile.mobileconfig", "autoconfig.xml"):
            answer = client.get(f"{base}/{name}?{query}")
            assert answer.status_code == 404 or not told([answer.text]), name
        if scenario not in scenarios:
            worked = plan.remedies[0].id
            for part in ("sheet?", "desk?", "?", "check?change=place&", f"check?worked={worked}&"):
                check(f"{part}{query}")
        scenarios.add(scenario)


@pytest.mark.parametrize("path", ["/mail/", "/.well-known/autoconfig/mail/"])
def test_a_client_that_looks_for_settings_gets_no_name_it_asked_with(
    client: FlaskClient, path: str
) -> None:
    for domain in ("gmail.com", f"{ACCOUNT}.gmail.com", f"{ACCOUNT}.proseware.com"):
        answer = client.get(f"{path}config-v1.1.xml?emailaddress=a%40{domain}")
        assert answer.status_code == 200
        assert not told([answer.text])


def assert_named(text: str, where: str) -> None:
    found = told(named(text))
    assert not found, (where, found)


@pytest.mark.parametrize("portal", PLACES)
def test_no_answer_of_the_api_or_the_terminal_does(client: FlaskClient, portal: str) -> None:
    for facts, lang in zip(worlds_of(portal), cycle(published()), strict=False):
        sent = {key: value for key, value in facts.pairs if key != "tried"}
        answer = client.post(f"{root_of(portal)}/api/v1/diagnoses?lang={lang}", json=sent).json
        assert not told(strings([remedy["values"] for remedy in answer["remedies"]]))
        said = ("because", "recipients", "words", "url", "next_question")
        assert not told(strings(answer, but=said))
        assert not told([answer["explanation"]])
        with client.application.test_request_context(f"/{lang}/"):
            lines = prose(
                plan_object(Situation(facts), Site(languages()[lang]), TODAY)
            ).splitlines()
        ways = chain.from_iterable([line] for line in lines if not line.startswith("   > "))
        kept = [line for line in ways if line.startswith(("   ", "1", "2", "3"))]
        assert not told(kept)


def test_no_page_of_a_case_does(client: FlaskClient) -> None:
    seen = set()
    for facts, lang in zip(worlds_of("proseware"), cycle(published()), strict=False):
        scenario = Plan(Situation(facts)).diagnosis.scenario
        if scenario in seen:
            continue
        seen.add(scenario)
        base = f"/at/proseware/{lang}"
        assert_named(client.get(f"{base}/help?{facts.query()}").text, "help")
        opened = client.post(f"{base}/help?{facts.query()}&tried=use-login&tried=ask-isp")
        assert_named(client.get(opened.location).text, "case")


def test_what_a_paste_says_is_called_the_present_setting(client: FlaskClient) -> None:
    pasted = (
        f"Account: '{ACCOUNT}.example', Server: 'smtp.{SERVER}.example', Protocol: SMTP, "
        f"Server Response: '550 5.7.1 <lan@{RECIPIENT}.example>: Relay access denied', "
        "Port: 25, Secure(SSL): No"
    )
    page = client.post("/at/proseware/en/read", data={"text": pasted, "show": "yes"})
    assert_named(page.text, "paste")
    assert "Current outgoing server" in visible_text(page)
    read = client.post("/at/proseware/api/v1/readings", json={"text": pasted}).json
    plan = client.get(read["url"] + "&plan=now")
    assert SERVER in plan.text
    assert_named(plan.text, "plan after a paste")
    assert json.dumps(read["facts"]).count(SERVER) == 1
