"""Box algebra is exact: held against plain enumeration of small spaces."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.diagnosis.boxes import Box, Space, by_value, meet, subtract, subtract_all, volume

SPACE = Space({"a": ("1", "2", "unknown"), "b": ("x", "unknown"), "c": ("p", "q", "unknown")})
boxes = st.tuples(*(st.integers(1, whole) for whole in SPACE.whole))


def points(box: Box) -> set[tuple[int, ...]]:
    bits = ([i for i in range(m.bit_length()) if m >> i & 1] for m in box)
    return set(product(*bits))


@given(boxes, boxes)
def test_meet(a: Box, b: Box) -> None:
    shared = meet(a, b)
    assert (points(shared) if shared else set()) == points(a) & points(b)


@given(boxes, boxes)
def test_subtract_leaves_disjoint_pieces_of_what_is_left(a: Box, b: Box) -> None:
    pieces = [points(piece) for piece in subtract(a, b)]
    assert set().union(*pieces) == points(a) - points(b)
    assert sum(map(len, pieces)) == len(points(a) - points(b))


@given(st.lists(boxes, max_size=5))
def test_cutting_all_out_leaves_the_rest(cuts: list[Box]) -> None:
    left = subtract_all([SPACE.whole], cuts)
    covered = set().union(*map(points, cuts)) if cuts else set()
    assert set().union(*map(points, left)) == points(SPACE.whole) - covered
    assert sum(map(volume, left)) == volume(SPACE.whole) - len(covered)


@given(st.lists(boxes, max_size=12))
def test_each_value_has_the_boxes_that_allow_it(some: list[Box]) -> None:
    for at, sets in enumerate(by_value(SPACE, some)):
        assert sets == [
            sum(1 << number for number, box in enumerate(some) if box[at] >> value & 1)
            for value in range(SPACE.whole[at].bit_length())
        ]


def test_a_box_says_what_it_narrows() -> None:
    assert SPACE.box({"a": ("2", "1")}) == (0b011, 0b11, 0b111)


def test_the_witness_is_the_plainest_case() -> None:
    far = SPACE.box({"a": ("1",), "b": ("x",)})
    near = SPACE.box({"c": ("q", "p")})
    assert SPACE.witness([far, near]) == {"c": "p"}
