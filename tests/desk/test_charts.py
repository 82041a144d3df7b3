"""Charts: what is drawn is in proportion, inside of the picture, and read off a round scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.insights.charts import GAP, HEIGHT, INSET, SLOT, draw_bars, draw_columns, scale_top

NUMBERS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (5, 10), (11, 20), (40, 40), (41, 100), (999, 1000)],
)
def test_the_scale_ends_at_a_round_number_with_a_whole_half(most: int, top: int) -> None:
    assert scale_top(most) == top
    assert top % 2 == 0


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=100))
def test_columns_stand_side_by_side_inside_of_the_picture(pairs: list[tuple[int, int]]) -> None:
    columns = draw_columns(pairs)
    assert len(columns.outer) == len(columns.inner) == len(pairs)
    assert columns.width == SLOT * len(pairs)
    for place, (outer, inner) in enumerate(zip(columns.outer, columns.inner, strict=True)):
        assert outer.x == place * SLOT + GAP / 2
        assert (inner.x - outer.x, outer.width - inner.width) == (INSET, 2 * INSET)
        for box in (outer, inner):
            assert 0 <= box.y <= HEIGHT
            assert box.y + box.height == pytest.approx(HEIGHT)


def test_columns_are_in_proportion() -> None:
    columns = draw_columns([(40, 10), (0, 0), (20, 20)])
    assert [box.height for box in columns.outer] == [100, 0, 50]
    assert [box.height for box in columns.inner] == [25, 0, 50]
    assert (columns.top, columns.half) == (40, 20)


@given(st.lists(NUMBERS, max_size=50))
def test_bars_are_in_proportion_and_the_longest_is_whole(numbers: list[int]) -> None:
    bars = draw_bars(numbers)
    assert all(0 <= bar <= HEIGHT for bar in bars)
    assert max(bars, default=0) == (HEIGHT if any(numbers) else 0)
    assert [bar for _, bar in sorted(zip(numbers, bars, strict=True))] == sorted(bars)


def test_a_bar_may_be_a_share() -> None:
    assert draw_bars([5], 20) == (25.0,)
    assert draw_bars([30], 20) == (100.0,)
    assert draw_bars([0], 0) == (0.0,)
    assert draw_bars([]) == ()
