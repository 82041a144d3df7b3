"""The desk's screen: the URL is its state, a POST leads to another, nothing else is kept."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from app.diagnosis import Facts, Plan, Situation
from app.i18n.languages import languages, read_out
from app.knowledge import knowledge
from app.presentation.questions import shown_question
from tests.linting import visible_text

FULL = (
    "place=work&connection=other&vpn=no&account_domain=proseware.com&recipient_domain=adatum.com"
    "&server=smtp.proseware.com&port=25&security=none&login=none&error=relay-denied"
    "&refused_by=own-server&program=thunderbird"
)
REFUSED = (
    "Server: 'smtp.proseware.com', Server Response: '550 5.7.1 <kim@adatum.com>: Relay access "
    "denied', Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79"
)
OTHER = {"vi": "en", "en": "vi"}


def form_of(text: str) -> dict[str, list[str]]:
    """Return what a browser would send of a page, with nothing changed or pressed."""
    form: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", text):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in named and (
            named.get("type") not in ("radio", "checkbox") or " checked" in tag
        ):
            form.setdefault(named["name"], []).append(unescape(named.get("value", "")))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        form[name] = chosen or [""]
    return form


def post(client, url: str, **changes: object):
    """Send the form of a page with some changes."""
    return client.post(url, data=form_of(client.get(url).text) | changes)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("query", ["", "error=relay-denied", FULL, f"{FULL}&ask=port&keys=off"])
@pytest.mark.parametrize("caller", ["vi", "en"])
def test_a_screen_is_a_function_of_its_url(client, lang: str, query: str, caller: str) -> None:
    told = [*filter(None, [query]), *(["caller=en"] if caller == "en" else [])]
    url = f"/{lang}/desk?{'&'.join(told)}"
    page = client.get(url)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    spoken = set(re.findall(r'<blockquote lang="(\w+)"', page.text)) - {""}
    assert spoken == ({caller} if caller != lang else set())
    # Sent as it is, it leads to the same facts.
    answer = client.post(url, data=form_of(page.text))
    assert answer.status_code == 303
    again = answer.headers["Location"]
    assert set(query.split("&")) - {""} <= set(again.partition("?")[2].split("&"))
    assert client.post(again, data=form_of(client.get(again).text)).headers["Location"] == again


def test_the_script_gets_the_new_screen_at_once(client) -> None:
    form = form_of(client.get("/en/desk").text) | {"place": "home"}
    there = client.post("/en/desk", data=form).headers["Location"]
    page = client.post("/en/desk", data=form, headers={"X-Desk": "1"})
    assert page.status_code == 200
    assert page.text == client.get(there).text
    assert f'data-here="{there.replace("&", "&amp;")}"' in page.text


def test_the_url_is_canonical(client) -> None:
    answer = client.post(
        "/en/desk?caller=en&nonsense=1&keys=off&place=home&error=spam", data={"place": "work"}
    )
    assert answer.headers["Location"] == "/en/desk?place=work&error=spam&caller=en&keys=off"
    assert client.post("/en/desk?caller=vi", data={}).headers["Location"] == "/en/desk"


@pytest.mark.parametrize("query", ["caller=xx", "ask=moon", "keys=on", "tried=nonsense&way=x"])
def test_what_a_link_should_not_say_is_dropped(client, query: str) -> None:
    page = client.get(f"/en/desk?{query}")
    assert page.status_code == 200
    assert 'action="/en/desk"' in page.text


def test_a_wrong_value_is_said_at_its_field(client) -> None:
    page = client.get("/en/desk?place=moon&port=smtp&login=none")
    assert page.status_code == 422
    for fact in ("place", "port"):
        assert re.search(rf'<a href="#{fact}">', page.text)
        assert f'id="{fact}-error"' in page.text
    assert 'value="smtp"' in page.text
    assert 'action="/en/desk?login=none"' in page.text


def test_addresses_in_a_link_do_not_stay_there(client) -> None:
    answer = client.get("/en/desk?account_domain=Pat@Proseware.com&keys=off")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/en/desk?account_domain=proseware.com&keys=off"


def test_an_endless_link_is_refused(client) -> None:
    assert client.get(f"/en/desk?x={'a' * 4000}").status_code == 414
    assert client.post(f"/en/desk?x={'a' * 4000}").status_code == 414


def test_typed_addresses_become_domains(client) -> None:
    answer = post(
        client,
        "/en/desk",
        account_domain="pat@proseware.com",
        recipient_domain="a@b.example, c@d.example",
    )
    assert answer.headers["Location"] == (
        "/en/desk?account_domain=proseware.com&recipient_domain=b.example,d.example&ask=error"
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_mistake_is_said_and_everything_else_stays(client, lang: str) -> None:
    page = post(
        client, f"/{lang}/desk?place=work", account_domain="pat@", port="smtp", login="none"
    )
    assert page.status_code == 422
    assert page.headers["Cache-Control"] == "no-store"
    assert 'role="alert"' in page.text
    form = form_of(page.text)
    assert (form["account_domain"], form["port"]) == (["pat@"], ["smtp"])
    assert (form["place"], form["login"]) == (["work"], ["none"])
    assert re.search(rf'action="/{lang}/desk\?place=work&amp;login=none&amp;ask=error"', page.text)
    title = re.search("<title>(.*?)</title>", page.text)[1]
    assert title.startswith({"en": "Error: ", "vi": "Lỗi: "}[lang])


def test_a_keyboard_that_changed_a_name_is_asked_about(client) -> None:
    page = post(client, "/vi/desk", account_domain="pat@yahô.com")
    assert page.status_code == 422
    assert re.search(r'<button name="account_domain" value="yahoo.com">', page.text)
    assert re.search(r'<button [^>]*name="keep" value="account_domain">', page.text)


def test_the_question_stays_until_it_is_left(client) -> None:
    first = Situation(Facts()).next.fact
    answer = post(client, "/en/desk", error="spam")
    assert answer.headers["Location"] == f"/en/desk?error=spam&ask={first}"
    answer = post(client, answer.headers["Location"], go="on")
    assert answer.headers["Location"] == "/en/desk?error=spam"


def test_a_mistake_keeps_the_question(client) -> None:
    page = post(client, "/en/desk?ask=port", port=["smtp"], go="on")
    assert page.status_code == 422
    assert 'data-fact="port"' in page.text


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("fact", ["error", "account_domain", "port", "sender_domain", "program"])
def test_the_card_reads_out_in_the_callers_language(client, lang: str, fact: str) -> None:
    url = f"/{lang}/desk?account_domain=proseware.com&caller={OTHER[lang]}&ask={fact}"
    page = client.get(url)
    said = shown_question(OTHER[lang], fact)
    quoted = re.search(rf'<blockquote lang="{OTHER[lang]}"[^>]*>(.*?)</blockquote>', page.text)[1]
    assert read_out(said.text) in unescape(quoted)
    numbers = [int(number) for number in re.findall(r"<kbd>(\d+)</kbd><input", page.text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == (len(said.choices) or {"account_domain": 1, "sender_domain": 2}[fact])
    rows = re.findall(r'data-ask="(\w+)" href', page.text)
    assert set(rows) == knowledge().questions.keys() - {fact}


def test_a_settled_plan_has_nothing_to_ask(client) -> None:
    page = client.get(f"/en/desk?{FULL}")
    assert "No more questions" in page.text
    assert set(re.findall(r'data-ask="(\w+)" href', page.text)) == knowledge().questions.keys()


def test_verdict_and_steps_stand_in_both_languages(client) -> None:
    page = client.get(f"/en/desk?{FULL}")
    text = visible_text(page)
    facts = Facts(
        **{k: v if k != "port" else 25 for k, v in (p.split("=") for p in FULL.split("&"))}
    )
    for code in ("en", "vi"):
        plan = Plan(Situation(facts), languages()[code].gettext, code)
        for words in (plan.summary, plan.why, *(remedy.title for remedy in plan.remedies)):
            assert read_out(words) in text
    alone = visible_text(client.get(f"/vi/desk?{FULL}"))
    assert Plan(Situation(facts), str, "en").summary not in alone


def test_several_recipients_are_judged_each(client) -> None:
    page = client.get(f"/en/desk?{FULL.replace('adatum.com', 'adatum.com,proseware.com')}")
    assert re.search(r"<b>adatum.com</b>: is refused", page.text)
    assert re.search(r"<b>proseware.com</b>: goes through", page.text)


def test_the_first_way_that_was_not_tried_is_open(client) -> None:
    url = f"/en/desk?{FULL}"
    first, second = re.findall(
        r'<details class="way[^"]*" id="way-([\w-]+)"', client.get(url).text
    )[:2]
    answer = post(client, url, tried=[first])
    assert answer.headers["Location"] == f"{url}&tried={first}"
    page = client.get(answer.headers["Location"])
    assert re.findall(r'id="way-([\w-]+)" open', page.text) == [second]
    assert post(client, answer.headers["Location"], tried=[]).headers["Location"] == url


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_ticket_stands_in_both_languages(client, lang: str) -> None:
    page = client.get(f"/{lang}/desk?{FULL}&caller={OTHER[lang]}&tried=use-login")
    plain, markdown = (
        unescape(text) for text in re.findall(r"readonly>\n(.*?)</textarea>", page.text, re.S)
    )
    texts = {
        name: [
            client.get(f"/{code}/ticket.{name}?{FULL}&tried=use-login").text
            for code in (lang, OTHER[lang])
        ]
        for name in ("txt", "md")
    }
    assert plain == "\n----------\n\n".join(texts["txt"])
    assert markdown == "\n---\n\n".join(texts["md"])


def test_the_callers_own_plan_is_in_the_callers_language(client) -> None:
    early = client.get("/en/desk?error=relay-denied&caller=vi").text
    assert "https://wizard.example/vi/check?error=relay-denied&amp;plan=now" in early
    page = client.get(f"/vi/desk?{FULL}&caller=en").text
    assert f"https://wizard.example/en/check?{FULL.replace('&', '&amp;')}</a>" in page
    assert f'<img src="/en/qr.svg?{FULL.replace("&", "&amp;")}"' in page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_paste_is_read_shown_and_forgotten(client, lang: str) -> None:
    page = post(client, f"/{lang}/desk?place=work&port=587", text=REFUSED, read="yes")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text.count("<mark>") >= 5
    assert "kim@" not in re.sub(r"<blockquote class.*?</blockquote>", "", page.text, flags=re.S)
    form = form_of(page.text)
    assert (form["error"], form["port"], form["place"]) == (["relay-denied"], ["25"], ["work"])
    assert 'rows="2"' in page.text, "the box is empty again"
    action = unescape(re.search(r'action="([^"]*desk[^"]*)"', page.text)[1])
    assert "error=relay-denied" in action
    assert "ask=" not in action, "the next question is asked"
    assert client.get(action).status_code == 200


def test_a_paste_goes_with_what_was_answered_beside_it(client) -> None:
    page = post(client, "/en/desk", text=REFUSED, program="iphone", account_domain="pat@")
    assert page.status_code == 422
    form = form_of(page.text)
    assert (form["program"], form["error"]) == (["iphone"], ["relay-denied"])
    assert form["account_domain"] == ["pat@"]


def test_a_text_without_an_error_stays_in_the_box(client) -> None:
    page = post(client, "/en/desk?place=work", text="Dear Pat,\nsee you at noon.", read="yes")
    assert page.status_code == 200
    assert "We found no error in the text you pasted" in page.text
    assert "Dear Pat,\nsee you at noon.</textarea>" in page.text
    assert form_of(page.text)["place"] == ["work"]


def test_a_text_that_is_too_long_is_said(client) -> None:
    page = post(client, "/en/desk", text="a" * 300_000)
    assert page.status_code == 422
    assert 'href="#paste"' in page.text
    assert client.post("/en/desk", data={"text": "a" * 2_000_000}).status_code == 413


def test_an_empty_box_is_said_only_where_nothing_else_was_answered(client) -> None:
    page = post(client, "/en/desk", read="yes")
    assert page.status_code == 422
    assert 'href="#paste"' in page.text
    # Enter in another field presses the form's first button.
    answer = post(client, "/en/desk", read="yes", account_domain="proseware.com")
    assert answer.headers["Location"] == "/en/desk?account_domain=proseware.com"


def test_doubt_and_other_meanings_are_told(client) -> None:
    url, text = "/en/desk?place=work", "550 message refused by policy, looks like spam, relay"
    page = post(client, url, text=text)
    assert page.status_code == 200
    others = re.findall(
        r'The error could also mean: <button [^>]*name="error" value="([^"]*)"', page.text
    )
    assert others
    action = unescape(re.search(r'action="([^"]*desk[^"]*)"', page.text)[1])
    form = form_of(page.text)
    form["error"].append(others[0])
    assert f"error={others[0]}" in client.post(action, data=form).headers["Location"]


def test_nobody_frames_the_desk_and_its_script_may_ask(client, portal_client) -> None:
    for page in (client.get("/en/desk"), portal_client.get("/at/proseware/en/desk")):
        policy = page.headers["Content-Security-Policy"]
        assert "connect-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
    assert "connect-src" not in client.get("/en/check").headers["Content-Security-Policy"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_portals_desk_knows_the_portals_account(portal_client, lang: str) -> None:
    url = f"/at/proseware/{lang}/desk"
    page = portal_client.get(f"{url}?error=relay-denied&refused_by=own-server")
    form = form_of(page.text)
    assert form["account_domain"] == ["proseware.com"]
    assert "smtp.proseware.com" in page.text
    links = re.findall(r'(?:href|action|src)="(/[^"]*)"', page.text)
    assert links
    assert all(link.startswith("/at/proseware/") for link in links)
    answer = portal_client.post(url, data=form | {"place": "away", "go": "on"})
    assert answer.headers["Location"].startswith(f"{url}?place=away&account_domain=proseware.com")


def test_the_portals_own_line_is_the_agents_not_the_callers(portal_client) -> None:
    portal_client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    page = portal_client.get("/at/proseware/en/desk")
    assert page.status_code == 200
    assert form_of(page.text)["connection"] == [""]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("query", ["", FULL, f"{FULL}&ask=error", f"{FULL}&ask=login&caller=en"])
def test_a_screen_stays_reasonable(client, lang: str, query: str) -> None:
    packed = client.get(f"/{lang}/desk?{query}", headers={"Accept-Encoding": "br"})
    assert len(packed.data) <= 20_000


def test_unknown_languages_have_no_desk(client) -> None:
    assert client.get("/xx/desk").status_code == 404
    assert client.post("/xx/desk?" + urlencode({"place": "work"})).status_code == 404
