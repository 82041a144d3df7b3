"""Print how often the reader is right, by how sure it says that it is.

``python -m tests.reading.calibration``: the table in docs/reading.md, from the blind sets.
"""

from __future__ import annotations

from itertools import pairwise

from tests.reading.test_blind_sets import right_above

BOUNDS = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)


if __name__ == "__main__":
    print("| confidence | texts | reason right |\n|---|---|---|")
    for low, high in pairwise(BOUNDS):
        (texts, right), (more, more_right) = right_above(low), right_above(high)
        if texts > more:
            share = (right - more_right) / (texts - more)
            print(f"| {low} to {min(high, 1.0)} | {texts - more} | {share:.2f} |")
