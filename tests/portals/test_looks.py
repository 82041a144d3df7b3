"""Whatever colours an operator wishes for, everything can be read, by day and by night."""

from hypothesis import given
from hypothesis import strategies as st

from app.portals.looks import Palette, contrast, defaults, make_palette

AA = 4.5
WORDS = ("ink", "soft", "accent", "stop", "doubt")
READ = [(word, ground) for word in WORDS for ground in ("paper", "card")]
READ += [("ink", "tint"), ("accent", "tint"), ("on", "accent")]
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
schemes = st.dictionaries(st.sampled_from(["accent", "paper", "card", "ink"]), colours)


def unreadable(palette: Palette) -> list[str]:
    return [
        f"{word} on {ground}"
        for scheme in (palette.light, palette.dark)
        for word, ground in READ
        if contrast(scheme[word], scheme[ground]) < AA
    ]


def test_our_own_can_be_read() -> None:
    ours = make_palette({}, {})
    assert (ours.light, ours.dark) == defaults()
    assert not unreadable(ours)
    assert not ours.adjusted


@given(schemes, schemes)
def test_any_colours_can_be_read(light: dict[str, str], dark: dict[str, str]) -> None:
    palette = make_palette(light, dark)
    assert not unreadable(palette)
    told = {(scheme, name) for scheme, name, _ in palette.adjusted}
    for scheme, wished, used in (("light", light, palette.light), ("dark", dark, palette.dark)):
        for name, colour in wished.items():
            assert (used[name] != colour) == ((scheme, name) in told)


def test_what_can_be_read_stays_as_it_was_wished() -> None:
    palette = make_palette({"accent": "#7A2048"}, {"accent": "#f0a3c0"})
    assert not palette.adjusted
    assert (palette.light["accent"], palette.dark["accent"]) == ("#7a2048", "#f0a3c0")
    assert "--accent:#7a2048" in palette.css


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") < AA < contrast("#767676", "#ffffff")
