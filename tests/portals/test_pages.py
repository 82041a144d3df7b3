"""The wizard inside a portal: its own face, its own settings, and less to ask."""

import re
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.diagnosis import Facts, Plan, Situation
from app.diagnosis.inline_markup import plain
from app.knowledge import add_providers
from app.portals.looks import Palette, make_palette
from app.portals.registry import load_portals
from app.settings import Settings
from tests.cases import CASES
from tests.conftest import PORTALS
from tests.linting import visible_text

HOME = "/at/proseware"
RELAY = "error=relay-denied&refused_by=own-server"
ROW_6 = (
    f"place=away&connection=other&vpn=no&recipient_domain=adatum.com&{RELAY}"
    "&program=iphone&login=none"
)
"""All that is asked of somebody in a hotel whose account the portal knows."""


def plain_links(text: str) -> list[str]:
    return re.findall(r'(?:href|action|src)="(/[^"]*)"', text)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_link_stays_in_the_portal(portal_client: FlaskClient, lang: str) -> None:
    for state in (
        "",
        "check",
        f"check?{ROW_6}",
        f"sheet?{ROW_6}",
        "developers",
        "nothing",
        f"check?{ROW_6}&worked=use-login",
        f"check?{ROW_6}&tried=use-login",
    ):
        links = plain_links(portal_client.get(f"{HOME}/{lang}/{state}").text)
        assert links
        assert [link for link in links if not link.startswith(f"{HOME}/")] == []


def test_its_name_logo_phone_and_links_are_on_every_page(portal_client: FlaskClient) -> None:
    for state in ("", "check", f"check?{ROW_6}", "nothing", "check?place=moon"):
        page = portal_client.get(f"{HOME}/en/{state}")
        assert '<a href="tel:19000000">1900 0000</a>, Monday to Saturday' in page.text
        assert "https://www.proseware.com/support" in page.text
        assert "– Proseware</title>" in page.text
        assert 'alt="Proseware"' in page.text
        assert "--accent:#7a2048" in page.text
    logo = re.search(r'src="([^"]+/logo/[^"]+)"', page.text)[1]
    picture = portal_client.get(logo)
    assert picture.mimetype == "image/svg+xml"
    assert "immutable" in picture.headers["Cache-Control"]
    assert "sha256" not in picture.headers["Content-Security-Policy"]
    assert portal_client.get(f"{HOME}/logo/0.svg").status_code == 404
    assert portal_client.get(logo.removeprefix(HOME)).status_code == 404


def test_outside_of_the_portal_nothing_has_changed(portal_client: FlaskClient) -> None:
    page = portal_client.get("/en/check")
    assert "1900" not in page.text
    assert "#7a2048" not in page.text
    assert "Thông Thư</title>" in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_only_listed_sites_may_embed_it(portal_client: FlaskClient) -> None:
    policy = portal_client.get(f"{HOME}/en/").headers["Content-Security-Policy"]
    ancestors = policy.rpartition("frame-ancestors ")[2]
    assert ancestors == (
        "'self' https://www.proseware.com http://localhost:8000 https://demo.example"
    )
    assert "X-Frame-Options" not in portal_client.get(f"{HOME}/en/").headers


@pytest.mark.parametrize(
    ("header", "lang"), [("en", "en"), ("vi", "vi"), ("fr", "vi"), ("", "vi"), ("en-GB,vi", "en")]
)
def test_its_door_leads_to_a_language_it_has(portal_client: FlaskClient, header, lang) -> None:
    for door in (HOME, f"{HOME}/"):
        answer = portal_client.get(door, headers={"Accept-Language": header})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{HOME}/{lang}/?")


def test_a_language_that_it_does_not_have_is_not_there(tmp_path, monkeypatch) -> None:
    from app import create_app
    from app.settings import Settings

    text = PORTALS.read_text("utf-8").replace("logo =", "# logo =")
    text = text.replace('languages = ["vi", "en"]', 'languages = ["vi"]')
    text = re.sub(r', en = "[^"]*"', "", text)
    (tmp_path / "portals.toml").write_text(text, "utf-8")
    client = create_app(Settings(portals=str(tmp_path / "portals.toml"))).test_client()
    add_providers()
    assert client.get(f"{HOME}/en/").status_code == 404
    page = client.get(f"{HOME}/vi/?connection=other")
    assert page.status_code == 200
    assert "hreflang" not in page.text
    answer = client.get(f"{HOME}/", headers={"Accept-Language": "en"})
    assert answer.headers["Location"].startswith(f"{HOME}/vi/")


def test_unknown_portals_are_not_there(portal_client: FlaskClient) -> None:
    for path in ("/at/fabrikam/vi/", "/at/", "/at/Proseware/vi/", "/at/proseware;accent=red/vi/"):
        assert portal_client.get(path).status_code == 404


def test_the_account_is_known_and_can_be_changed(portal_client: FlaskClient) -> None:
    start = portal_client.get(f"{HOME}/en/")
    assert "proseware.com" in visible_text(start)
    assert f"{HOME}/en/check?account_domain=proseware.com&amp;change=account_domain" in start.text
    other = portal_client.get(f"{HOME}/en/check?account_domain=fabrikam.com&{RELAY}&plan=now")
    assert "fabrikam.com" in visible_text(other)
    unknown = portal_client.get(f"{HOME}/en/check?account_domain=unknown")
    assert "account_domain=unknown" in unknown.text


def test_a_support_link_fills_in_any_fact(portal_client: FlaskClient) -> None:
    page = portal_client.get(f"{HOME}/vi/check?error=relay-denied&place=away")
    assert page.status_code == 200
    for pair in ("place=away", "account_domain=proseware.com", "error=relay-denied"):
        assert pair in page.text
    typed = portal_client.get(f"{HOME}/vi/check?account_domain=Pat@Proseware.com")
    assert typed.headers["Location"] == f"{HOME}/vi/check?account_domain=proseware.com"


def test_customers_are_asked_less(client: FlaskClient, portal_client: FlaskClient) -> None:
    state = "check?error=authentication-failed"
    outside, inside = client.get(f"/en/{state}"), portal_client.get(f"{HOME}/en/{state}")
    assert "Which email address do you send from?" in visible_text(outside)
    assert "Did it work?" in visible_text(inside)


def test_the_plan_has_the_isps_own_values_and_words(portal_client: FlaskClient) -> None:
    page = portal_client.get(f"{HOME}/en/check?{ROW_6}")
    text = visible_text(page)
    assert "smtp.proseware.com" in text
    assert "465" in text
    assert "The username is your full email address." in text
    assert "profile.mobileconfig" in page.text
    vi = visible_text(portal_client.get(f"{HOME}/vi/check?{ROW_6}"))
    assert "Tên đăng nhập là địa chỉ email đầy đủ của bạn." in vi
    ask = visible_text(portal_client.get(f"{HOME}/en/check?{ROW_6}&way=ask-isp"))
    assert "Call us: 1900 0000 , Monday to Saturday, 7 am to 9 pm" in ask
    assert "Call the support line of Proseware: 1900 0000." in ask
    assert "Search the help pages" not in ask
    sheet = visible_text(portal_client.get(f"{HOME}/en/sheet?{ROW_6}"))
    assert "The username is your full email address." in sheet


def test_words_of_the_isp_are_for_its_own_accounts(portal_client: FlaskClient) -> None:
    page = portal_client.get(f"{HOME}/en/check?account_domain=gmail.com&{ROW_6}")
    assert "The username is your full email address." not in visible_text(page)
    ask = portal_client.get(f"{HOME}/en/check?account_domain=fabrikam.com&{ROW_6}&way=ask-isp")
    assert "Call us:" not in visible_text(ask)


def test_what_the_isp_does_not_offer_is_left_out(portal_client: FlaskClient) -> None:
    page = portal_client.get(f"{HOME}/en/check?{ROW_6}")
    assert "way=pop-first" not in page.text
    other = portal_client.get(f"{HOME}/en/check?account_domain=fabrikam.com&{ROW_6}")
    assert "way=pop-first" in other.text


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_has_its_page(portal_client: FlaskClient, case, lang: str) -> None:
    page = portal_client.get(f"{HOME}/{lang}/check?{case.query}&plan=now")
    assert page.status_code == 200
    assert "1900 0000" in visible_text(page)


OFFERS = {
    "all": ("smtp-auth", "pop-before-smtp", "authorised-network", "ip-allow-list"),
    "login": ("smtp-auth",),
    "pop": ("pop-before-smtp",),
    "line": ("authorised-network",),
    "list": ("ip-allow-list",),
}
BY_LOGIN = {
    "use-login",
    "fix-password",
    "fix-encryption",
    "use-submission-port",
    "sign-in-again",
    "app-password",
}


@pytest.fixture
def changed(tmp_path):
    """Make the example's portal known with parts of its text replaced, until the test is over."""

    def change(*parts: tuple[str, str]) -> None:
        text = PORTALS.read_text("utf-8")
        for old, new in (("logo =", "# logo ="), *parts):
            text = text.replace(old, new)
        (tmp_path / "portals.toml").write_text(text, "utf-8")
        loaded = load_portals(tmp_path / "portals.toml", ("vi", "en"))
        assert not loaded.faults
        add_providers(portals=tuple(portal.provider for portal in loaded.portals.values()))

    yield change
    add_providers()


@pytest.fixture
def offering(changed):
    """Let proseware.com offer only some of the four ways, until the test is over."""

    def offer(ways: tuple[str, ...]) -> None:
        listed = ", ".join(f'"{way}"' for way in ways)
        parts = [('["smtp-auth", "authorised-network"]', f"[{listed}]")]
        if "smtp-auth" not in ways:
            parts.append(('login = "password"', 'login = "none"'))
        changed(*parts)

    return offer


@pytest.mark.no_cover
@pytest.mark.parametrize("ways", OFFERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_plan_keeps_to_what_is_offered_and_ends_with_words(offering, ways, case) -> None:
    from urllib.parse import parse_qsl

    from app.diagnosis import read_facts

    offering(OFFERS[ways])
    facts = read_facts(dict(parse_qsl(case.query)))[0].but(account_domain="proseware.com")
    plan = Plan(Situation(facts))
    remedies = {remedy.id for remedy in plan.remedies}
    if "smtp-auth" not in OFFERS[ways]:
        assert not remedies & BY_LOGIN
    if "pop-before-smtp" not in OFFERS[ways]:
        assert "pop-first" not in remedies
    assert plan.last.words
    text = " ".join(step.text for remedy in plan.remedies for step in remedy.steps)
    asks = "allow your network" in text
    assert not asks or {"authorised-network", "ip-allow-list"} & set(OFFERS[ways])


def test_where_the_line_counts_for_nothing_home_is_like_anywhere(offering) -> None:
    at_home = Facts(
        place="home",
        connection="own",
        account_domain="proseware.com",
        recipient_domain="adatum.com",
        login="none",
    )
    offering(OFFERS["all"])
    assert Plan(Situation(at_home)).diagnosis.refused == "no"
    offering(OFFERS["login"])
    plan = Plan(Situation(at_home))
    assert plan.diagnosis.refused == "maybe"
    assert plan.diagnosis.scenario == "uncounted-line"
    because = [reason.text for reason in plan.because]
    assert "Your provider doesn't recognise customers by their network alone." in because
    assert "Your network belongs to your email provider." not in because
    assert plan.change is None or plan.change.fact != "connection"


def test_the_words_to_say_ask_for_what_there_is(offering) -> None:
    facts = Facts(
        error="relay-denied",
        account_domain="proseware.com",
        place="away",
        connection="other",
        recipient_domain="adatum.com",
    )
    offering(("smtp-auth", "ip-allow-list"))
    words = Plan(Situation(facts)).shown("ask-isp").words
    assert "sign-in (SMTP AUTH) on port 465 or 587, adding my IP address" in words
    assert "before sending" not in words


SEEN = Facts(
    error="relay-denied",
    account_domain="proseware.com",
    place="away",
    connection="other",
    recipient_domain="adatum.com",
)


def test_without_a_login_what_there_is_instead_leads(offering) -> None:
    offering(OFFERS["pop"])
    plan = Plan(Situation(SEEN))
    assert plan.remedies[0].id == "pop-first"
    steps = " ".join(step.text for step in plan.remedies[0].steps)
    assert "Proseware lets you send for a few minutes" in steps
    assert "Many now require sign-in" not in steps
    # Nothing on the page asks for a login.
    assert plan.change is None or plan.change.fact not in ("login", "account_domain")
    assert "turn on sign-in" not in " ".join(plan.article)
    assert Plan(Situation(SEEN.but(login="password"))).diagnosis.scenario == plan.diagnosis.scenario


def test_without_a_login_no_settings_file_is_made(offering) -> None:
    account = Facts(account_domain="proseware.com")
    for ways in ("pop", "line", "list"):
        offering(OFFERS[ways])
        provider = Situation(account).provider
        assert not provider.has_account
        assert not provider.has_profile
    offering(OFFERS["all"])
    assert Situation(account).provider.has_profile


def test_a_server_without_login_is_in_no_settings_file(tmp_path) -> None:
    from app.device.files import make_client_config

    text = PORTALS.read_text("utf-8").replace("logo =", "# logo =")
    relay = '[[portal.outgoing]]\nserver = "relay.proseware.com"\nport = 25\nsecurity = "none"\n'
    text = text.replace("[[portal.incoming]]", f'{relay}login = "none"\n\n[[portal.incoming]]')
    (tmp_path / "portals.toml").write_text(text, "utf-8")
    (portal,) = load_portals(tmp_path / "portals.toml", ("vi", "en")).portals.values()
    assert "relay.proseware.com" in [server.server for server in portal.provider.outgoing]
    file = make_client_config(portal.provider).decode()
    assert "smtp.proseware.com" in file
    assert "relay.proseware.com" not in file


def test_a_sign_in_of_its_own_is_not_microsofts(changed) -> None:
    changed(('"password"', '"oauth"'))
    plan = Plan(Situation(SEEN))
    assert "sign in to Proseware through its own sign-in window" in plan.why
    assert "Microsoft" not in plan.why
    steps = [plain(step.text) for step in plan.remedies[0].steps]
    assert (
        "If the app asks for the outgoing server, enter smtp.proseware.com, port 465, SSL/TLS."
        in (steps)
    )


def test_where_the_line_counts_for_nothing_it_is_not_asked_for(offering) -> None:
    offering(OFFERS["login"])
    facts = SEEN.but(place=None, connection=None)
    asked = []
    while fact := Situation(facts).next.fact:
        asked.append(fact)
        facts = facts.but(**{fact: "unknown"})
    assert not {"connection", "place", "vpn"} & set(asked)


def test_without_webmail_nobody_is_sent_there(changed) -> None:
    changed(("# webmail =", "webmail ="))
    plans = [Plan(Situation(SEEN)), Plan(Situation(SEEN.but(error="authentication-failed")))]
    for plan in plans:
        assert "webmail" not in [remedy.id for remedy in plan.remedies]
        steps = " ".join(step.text for remedy in plan.remedies for step in remedy.steps)
        assert "webmail" not in steps


def test_asked_to_log_in_where_there_is_no_login(offering) -> None:
    offering(OFFERS["pop"])
    plan = Plan(Situation(SEEN.but(error="authentication-required")))
    assert plan.remedies[0].id == "pop-first"
    assert plan.notes[0].startswith("Proseware says it doesn't offer sign-in for sending.")
    offering(OFFERS["line"])
    assert Plan(Situation(SEEN.but(error="authentication-required"))).remedies[0].id == "own-line"


def test_where_only_the_line_counts_one_is_sent_to_it_and_not_away(offering) -> None:
    offering(OFFERS["line"])
    for error in ("relay-denied", "no-connection"):
        remedies = [remedy.id for remedy in Plan(Situation(SEEN.but(error=error))).remedies]
        assert "other-network" not in remedies
        assert "work-vpn" not in remedies
    plan = Plan(Situation(SEEN))
    assert plan.remedies[0].id == "own-line"
    assert "On its own network, Proseware can tell" in plan.remedies[0].steps[1].text
    untold = Plan(Situation(SEEN.but(account_domain="fabrikam.com")))
    assert "own-line" not in [remedy.id for remedy in untold.remedies]


def test_without_a_sign_in_window_nobody_is_sent_to_one(changed) -> None:
    changed(('"password"', '"app-password"'))
    failed = Plan(Situation(SEEN.but(error="authentication-failed", login="password")))
    assert failed.remedies[0].id == "app-password"
    assert "sign-in-again" not in [remedy.id for remedy in failed.remedies]


def test_however_many_accents_a_page_in_memory_needs_no_palette(monkeypatch) -> None:
    made: list[object] = []

    def counted(*schemes: Mapping[str, str]) -> Palette:
        made.append(schemes)
        return make_palette(*schemes)

    client = create_app(Settings(portals=str(PORTALS), page_cache=200)).test_client()
    monkeypatch.setattr("app.portals.portal.make_palette", counted)
    accents = [
        f"{HOME};accent={number:06x}/en/check?connection=other"
        for number in range(0, 100 * 0x1F35, 0x1F35)
    ]
    pages = [client.get(accent).text for accent in accents]
    assert len(made) == len(accents) == len(set(pages))
    assert [client.get(accent).text for accent in accents] == pages
    assert len(made) == len(accents)
    add_providers()
