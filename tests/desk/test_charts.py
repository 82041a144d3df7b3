"""Charts: what is drawn is in proportion, and read off a round scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.insights.summary import draw_bars, scale_top

NUMBERS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (5, 10), (11, 20), (40, 40), (41, 100), (999, 1000)],
)
def test_the_scale_ends_at_a_round_number_with_a_whole_half(most: int, top: int) -> None:
    assert scale_top(most) == top
    assert top % 2 == 0


@given(st.lists(NUMBERS, max_size=50))
def test_bars_are_in_proportion_and_the_longest_is_whole(numbers: list[int]) -> None:
    bars = draw_bars(numbers)
    assert all(0 <= bar <= 100 for bar in bars)
    assert max(bars, default=0) == (100 if any(numbers) else 0)
    assert [bar for _, bar in sorted(zip(numbers, bars, strict=True))] == sorted(bars)


def test_a_bar_may_be_a_share() -> None:
    assert draw_bars([5], 20) == (25.0,)
    assert draw_bars([10, 0, 20], 40) == (25.0, 0, 50.0)
    assert draw_bars([30], 20) == (100.0,)
    assert draw_bars([0], 0) == (0.0,)
    assert draw_bars([]) == ()
