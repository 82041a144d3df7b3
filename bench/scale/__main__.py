"""Fill, load, restart, and print a table: ``make scale``."""

from __future__ import annotations

import argparse

from .run import SMALL, Plan, measure, report

if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m bench.scale", description=__doc__)
    parser.add_argument("--small", action="store_true", help="the short form, as the tests run it")
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="of load")
    chosen = parser.parse_args()
    plan = SMALL if chosen.small else Plan(seconds=chosen.seconds)
    report(measure(plan, print))
