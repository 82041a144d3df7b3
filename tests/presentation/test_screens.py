"""Pictures of steps: in the shape of each platform, small, with texts that fit."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.diagnosis.guide import Caption, Control, Screen
from app.knowledge import knowledge
from app.knowledge.programs import FORM, PLATFORMS
from app.presentation.screens import DrawnScreen, draw_screen
from app.presentation.screens.pen import BOLD, DOTS, WIDTH, fit, measure
from tests.diagnosis.test_guide import VALUES, guide, remedies_in_programs

TITLE = Caption("Accounts")
SPOT = Caption("SMTP")
LONG = Caption("Use the following type of encrypted connection when sending " * 2)


def screen(platform: str, *controls: Control, title: Caption = TITLE) -> Screen:
    return Screen(platform, (Caption("Settings"), Caption("your name", ours=True)), title, controls)


def screens() -> Iterator[Screen]:
    """Yield the screens of every step there is, in both languages."""
    for program in knowledge().programs.known:
        for lang in ("vi", "en"):
            for _, acts in remedies_in_programs():
                for values in VALUES:
                    steps = guide(program, values, lang).steps(acts)
                    yield from (step.screen for step in steps if step.screen)


def texts(drawn: DrawnScreen) -> list[str]:
    return [shape.text for shape in drawn.shapes if shape.text]


def test_every_steps_picture_is_small_marked_and_different_from_others() -> None:
    pictures: dict[tuple, Screen] = {}
    for shown in screens():
        drawn = draw_screen(shown)
        assert 80 <= drawn.height <= 270, shown
        assert any(shape.look == "m" for shape in drawn.shapes), shown
        said = " ".join(texts(drawn))
        for control in shown.controls:
            # A form shows the tab that it is on, and not the list beside it.
            known = control.label.text.split()[0] in said
            assert known or (control.kind == "row" and not control.marked), control
            assert control.kind != "secret" or DOTS in said
        assert pictures.setdefault(drawn.shapes, shown) == shown, "two screens look the same"
        for shape in drawn.shapes:
            assert 0 <= shape.x <= shape.x + shape.width <= WIDTH
            assert 0 <= shape.y <= shape.y + shape.height <= drawn.height
            wide = measure(shape.text) * (BOLD if shape.weight else 1)
            part = {"middle": 0.5, "end": 1}.get(shape.anchor, 0)
            assert shape.x - wide * part >= 0, shape
            assert shape.x + wide * (1 - part) <= WIDTH, shape
    assert len(pictures) > 100


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("label", [SPOT, LONG], ids=["short", "long"])
def test_every_element_and_field_can_be_drawn_on_every_platform(platform: str, label) -> None:
    drawn = {}
    for kind in (*PLATFORMS[platform], *FORM, "secret", "press"):
        control = Control(kind, label, Caption("465") if kind == "enter" else Caption())
        picture = draw_screen(screen(platform, replace(control, marked=True)))
        drawn[kind] = picture.shapes
        assert any(label.text.startswith(text.rstrip("…")) for text in texts(picture)), kind
        assert any(shape.look == "m" for shape in picture.shapes), kind
        for shape in picture.shapes:
            assert 0 <= shape.x <= shape.x + shape.width <= WIDTH, kind
    # Only a row and a button look the same in a list of Android's.
    assert len(set(drawn.values())) == len(drawn) - (platform == "android")


def test_each_platform_has_its_own_window() -> None:
    spot = Control("enter", SPOT, Caption("465"), marked=True)
    assert len({draw_screen(screen(platform, spot)).shapes for platform in PLATFORMS}) == 5


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_nobody_knows_is_a_bar_and_no_text(platform: str) -> None:
    kind = PLATFORMS[platform][1]
    spot = Control(kind, SPOT, marked=True)
    known, unknown = (
        draw_screen(screen(platform, spot, title=title)) for title in (TITLE, Caption())
    )
    assert TITLE.text in texts(known)
    assert TITLE.text not in texts(unknown)
    bars = [drawn.shapes[-1].path.count("h") for drawn in (known, unknown)]
    assert bars[1] == bars[0] + 1
    assert set(texts(known)) <= {TITLE.text, SPOT.text, "Settings", "your name"}


def test_our_words_are_quiet_unless_they_are_what_to_press() -> None:
    account = Control("row", Caption("yours", ours=True))
    chosen = draw_screen(screen("windows", account, Control("button", SPOT, marked=True)))
    marked = draw_screen(screen("windows", replace(account, marked=True)))
    looks = [
        {shape.look for shape in drawn.shapes if shape.text == "yours"}
        for drawn in (chosen, marked)
    ]
    assert looks == [{"s"}, {""}]


def test_readers_hear_where_a_way_leads_and_what_is_entered() -> None:
    tab, port = Control("tab", Caption("Advanced")), Control("enter", SPOT, Caption("465"))
    password = Control("secret", Caption("Password"), marked=True)
    buttons = [Control("press", Caption(text), marked=True) for text in ("Next", "Finish")]
    for controls, words in (
        ([replace(tab, marked=True)], "Accounts: Advanced"),
        ([tab, replace(port, marked=True)], "SMTP: 465"),
        ([password], "Password"),
        (buttons, "Next, Finish"),
    ):
        assert draw_screen(screen("windows", *controls)).words == words
    row = Control("row", SPOT, marked=True)
    for title in (Caption("your account", ours=True), Caption()):
        assert draw_screen(screen("ios", row, title=title)).words == "Settings: SMTP"


def test_a_text_takes_lines_and_is_shortened_only_where_these_are_full() -> None:
    assert fit("Outgoing server", 200) == ("Outgoing server",)
    assert fit("Outgoing mail server (SMTP)", 130) == ("Outgoing mail", "server (SMTP)")
    *_, last = fit(LONG.text, 130)
    assert last.endswith("…")
    assert all(measure(line) <= 130 for line in fit(LONG.text, 130, 3))
    assert measure("Cổng") == measure("Cong")
