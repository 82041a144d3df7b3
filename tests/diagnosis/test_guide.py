"""Steps are made from remedy × program × values: complete for each, and only with what is known."""

import re
from itertools import product

import pytest

from app.diagnosis import CHOICES, Facts, Plan, Situation
from app.diagnosis.guide import Caption, Guide, Screen
from app.diagnosis.inline_markup import plain
from app.i18n.languages import languages
from app.knowledge import knowledge
from app.knowledge.programs import PHONES

GMAIL = {
    "server": "smtp.gmail.com",
    "port": 465,
    "security": "tls",
    "login": "password",
    "sign_in": "app-password",
}
UNTOLD = {"port": 587, "security": "starttls", "login": "password", "sign_in": "unknown"}
OAUTH = {
    "server": "smtp-mail.outlook.com",
    "port": 587,
    "security": "starttls",
    "login": "oauth",
    "sign_in": "oauth-only",
}
VALUES = (GMAIL, UNTOLD, OAUTH)
BASE = Facts(error="relay-denied", place="work", connection="other", account_domain="gmail.com")


def guide(program: str | None, values=GMAIL, lang: str = "en") -> Guide:
    programs = knowledge().programs
    return Guide(programs, programs.find(program), values, lang, languages()[lang].gettext)


def remedies_in_programs() -> list[tuple[str, tuple[str, ...]]]:
    return [
        (remedy.id, step.acts)
        for remedy in knowledge().remedies.values()
        for step in remedy.steps
        if step.acts
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("program", CHOICES["program"])
def test_every_remedy_has_whole_sentences_for_every_program(program: str, lang: str) -> None:
    for (remedy, acts), values in product(remedies_in_programs(), VALUES):
        steps = guide(program, values, lang).steps(acts)
        assert steps, f"{remedy} has no steps"
        for step in steps:
            text = plain(step.text)
            assert re.fullmatch(r"[A-ZĐỞÔỨ].*[.]", text), text
            assert not re.search(r"[{}⟦⟧⟨⟩*`]|None(?! ?/)|  ", text), text
            if step.screen:
                assert step.screen.marked
                assert all(control.label.text for control in step.screen.controls)
        said = " ".join(plain(step.text) for step in steps)
        if "port" in acts and program != "webmail":
            assert str(values["port"]) in said
            assert "server" not in acts or values.get("server", "") in said


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_act_reads_as_it_was_reviewed(lang: str, golden) -> None:
    lines = []
    for program, act in product(knowledge().programs.known, knowledge().programs.general.acts):
        for name, values in (("password", GMAIL), ("oauth", OAUTH)):
            steps = guide(program, values, lang).steps((act,))
            general = "general" if any(step.general for step in steps) else "own"
            said = " ".join(plain(step.text) for step in steps) or "needless"
            lines.append(f"{program} | {act} | {name} | {general} | {said}")
    golden(f"steps-{lang}.txt", lines)


def test_labels_are_confirmed_or_shown_in_english_with_a_gloss() -> None:
    (way,) = guide("thunderbird", lang="vi").steps(("outgoing",))
    assert "⟦Công cụ⟧ › ⟦Cài đặt tài khoản⟧" in way.text
    assert "en:" not in way.text
    newer, way = guide("outlook-classic", lang="vi").steps(("outgoing",))
    assert "⟦en:File⟧ (Tệp)" in way.text
    assert "`File` (Tệp)" in newer.text
    assert "⟦File⟧" in guide("outlook-classic").steps(("outgoing",))[1].text


def test_what_is_not_confirmed_comes_from_the_general_guide_and_says_so() -> None:
    for program in ("outlook-mobile", "other", None, "unknown"):
        steps = guide(program).steps(("server", "port"))
        assert all(step.general for step in steps)
        assert "⟦" not in "".join(step.text for step in steps)
    mixed = guide("outlook-mac").steps(("server", "port"))
    assert [step.general for step in mixed] == [False, True]
    assert not Plan(Situation(BASE.but(program="thunderbird"))).remedies[0].general
    assert Plan(Situation(BASE.but(program="samsung-email"))).remedies[0].general


def test_the_acts_follow_each_other_as_on_the_programs_screens() -> None:
    acts = ("outgoing", "server", "port", "security", "login", "user", "password")
    said = [plain(step.text) for step in guide("outlook-classic").steps(acts)]
    assert said.index("Open “More Settings” › “Outgoing Server”.") < said.index("Open “Advanced”.")
    named = [text for text in said if re.search("user ?name", text, re.IGNORECASE)]
    assert not named, "the tick takes the same login"
    android = [plain(step.text) for step in guide("thunderbird-android").steps(acts)]
    assert android.index("For “Security”, choose “SSL/TLS”.") < android.index(
        "In “Port”, enter 465."
    )


def test_no_window_is_opened_twice_and_each_is_closed() -> None:
    acts = ("outgoing", "server", "port", "security", "login", "save")
    steps = guide("outlook-classic").steps(acts)
    ways = [plain(step.text) for step in steps if plain(step.text).startswith("Open ")]
    assert ways[1:] == ["Open “More Settings” › “Outgoing Server”.", "Open “Advanced”."]
    assert [plain(step.text) for step in steps[-2:]] == ["Press “OK”.", "Press “Next” › “Finish”."]
    assert [button.label.text for button in steps[-1].screen.marked] == ["Next", "Finish"]
    password = guide("outlook-classic").steps(("outgoing", "password", "save"))
    assert "Press “OK”." not in [plain(step.text) for step in password], "no window in between"
    sender = guide("outlook-classic").steps(("sender", "save"))
    assert plain(sender[-1].text) == "Save the changes.", "its own buttons end another window"
    for program in CHOICES["program"]:
        for _, acts in remedies_in_programs():
            said = [step.text for step in guide(program).steps(acts)]
            assert len(said) == len(set(said)), said


def test_only_classic_outlook_fetches_first_by_itself() -> None:
    classic = guide("outlook-classic").steps(("fetch-first",))
    assert "Log on to incoming mail server before sending mail" in classic[-3].text
    assert [plain(step.text) for step in classic[-2:]] == [
        "Press “OK”.",
        "Press “Next” › “Finish”.",
    ]
    for program in set(CHOICES["program"]) - {"outlook-classic", "webmail"}:
        (step,) = guide(program).steps(("fetch-first",))
        assert "can't check for new mail automatically" in step.text


def test_a_server_that_nobody_publishes_is_the_one_that_the_provider_gives() -> None:
    (step,) = guide("thunderbird", UNTOLD).steps(("server",))
    assert plain(step.text) == (
        "Check “Server Name”: it should show your provider's outgoing server. Your provider's help "
        "pages list it under SMTP."
    )


def test_what_stands_in_the_picture_is_what_the_steps_say() -> None:
    steps = guide("thunderbird", lang="vi").steps(("outgoing", "server", "port", "security"))
    form = steps[2].screen
    assert [(c.label.text, c.value.text) for c in form.controls] == [
        ("Tên Máy Chủ", "smtp.gmail.com"),
        ("Cổng", "465"),
        ("Bảo mật kết nối", "SSL/TLS"),
    ]
    (marked,) = form.marked
    assert marked.label.text == "Cổng"
    for step in steps[1:]:
        (marked,) = step.screen.marked
        assert marked.value.text in plain(step.text)


def drawn(program: str, remedy: str, values=GMAIL, lang: str = "en") -> list[Screen]:
    acts = [acts for id, acts in remedies_in_programs() if id == remedy]
    return [step.screen for step in guide(program, values, lang).steps(acts[0]) if step.screen]


def kinds(screen: Screen) -> list[tuple[str, str]]:
    return [(control.kind, control.label.text) for control in screen.controls]


def test_a_way_is_drawn_as_its_last_screen() -> None:
    classic, _, tab, _, _, advanced, port, *_, ok, end = drawn("outlook-classic", "use-login")
    assert classic.title.text == "Account Settings"
    assert kinds(classic) == [("row", "your account"), ("button", "Change")]
    # Nobody has confirmed the title of the window that the button opens.
    assert tab.title.text == advanced.title.text == ""
    assert [name.text for name in tab.way] == ["More Settings"]
    assert [kinds(screen) for screen in (tab, advanced)] == [
        [("tab", "Outgoing Server")],
        [("tab", "Advanced")],
    ]
    assert kinds(port)[0] == ("tab", "Advanced"), "it stands open above the fields"
    assert kinds(ok) == [("tab", "Advanced"), ("press", "OK")]
    assert kinds(end) == [("press", "Next"), ("press", "Finish")], "in the window below"
    mac = drawn("apple-mail", "use-login")[0]
    assert mac.title.text == "Accounts"
    assert kinds(mac) == [
        ("row", "your account"),
        ("tab", "Server Settings"),
        ("list", "Account"),
        ("menu", "Edit SMTP Server List"),
    ]
    phone = drawn("iphone", "use-login")[0]
    assert (phone.title.text, kinds(phone)) == ("SMTP", [("row", "your server")])


def test_a_window_whose_name_nobody_has_confirmed_has_none() -> None:
    by_button = drawn("thunderbird", "use-login")[1]
    assert by_button.title.text == ""
    named = [name.text for name in by_button.way if not name.ours]
    assert named[-2:] == ["Outgoing Server", "Edit…"]
    by_row = drawn("iphone", "use-login")[1]
    assert by_row.title == Caption("your server", ours=True)
    assert by_row.way[-1].text == "SMTP"


def test_a_password_is_never_shown_and_what_is_not_known_stands_in_no_box() -> None:
    for told, server in ((UNTOLD, ""), (GMAIL, "smtp.gmail.com")):
        form = drawn("iphone", "use-login", told)[1]
        values = {control.label.text: control.value.text for control in form.controls}
        assert values["Host Name"] == server
        assert values["Password"] == ""
        assert ("secret", "Password") in kinds(form)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("program", CHOICES["program"])
def test_a_picture_shows_the_apps_own_words_and_differs_from_the_others(program, lang) -> None:
    shown = knowledge().programs.find(program)
    own = {label for _, label in shown.named()} | set(shown.labels.get(lang, {}).values())
    for (_, acts), values in product(remedies_in_programs(), VALUES):
        steps = guide(program, values, lang).steps(acts)
        screens = [step.screen for step in steps if step.screen]
        assert len(screens) == len(set(screens))
        assert not any(step.screen for step in steps if step.general), (
            "no words of the general guide"
        )
        for screen in screens:
            assert screen.platform == shown.platform
            for control in screen.controls:
                assert control.label.ours == (control.label.text not in own)
                assert not control.label.ours or control.kind == "row"
                assert not set('“”"*`⟦⟧⟨⟩') & set(control.label.text + control.value.text)
                assert (control.label.language == "en") <= (lang == "vi")
            assert screen.title.ours <= (screen.platform in PHONES)


def test_an_oauth_only_account_is_never_told_to_type_a_password() -> None:
    for error in ("relay-denied", "authentication-failed", "authentication-required"):
        plan = Plan(Situation(BASE.but(account_domain="outlook.com", error=error)))
        assert not {"use-login", "fix-password", "app-password"} & {r.id for r in plan.remedies}
        assert "sign-in-again" in [remedy.id for remedy in plan.remedies]
    for program, (_, acts) in product(CHOICES["program"], remedies_in_programs()):
        said = " ".join(step.text for step in guide(program, OAUTH).steps(acts))
        assert "your email password" not in said
        assert "Normal password" not in said
    android = guide("thunderbird-android", OAUTH).steps(("sign-in",))
    assert "⟦OAuth 2.0⟧" in android[1].text


def test_the_program_is_asked_for_only_where_it_changes_the_steps() -> None:
    assert Situation(Facts(error="mailbox-full", refused_by="recipient-server")).next.fact is None
    settled = Facts(
        error="sender-not-allowed", refused_by="recipient-server", account_domain="unknown"
    )
    assert Situation(settled).next.fact == "program"
    assert Situation(settled.but(program="unknown")).next.fact is None
    assert Situation(settled).next.ready


def test_a_field_that_is_empty_is_not_left_as_it_is() -> None:
    (step,) = guide("outlook-new", UNTOLD).steps(("server",))
    assert plain(step.text).startswith("In the server field, enter your provider's outgoing server")
