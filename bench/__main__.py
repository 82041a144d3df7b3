"""Measure and print: ``python -m bench [reading] [questions] [desk] [pages] [start]
[abuse] [discovery] [growth]``, or all.
"""

import argparse
import sys
import time

from bench import abuse, desk, discovery, growth, pages, questions, reading, start

PARTS = {
    "reading": reading.main,
    "questions": questions.main,
    "desk": desk.main,
    "pages": pages.main,
    "start": start.main,
    "abuse": abuse.main,
    "discovery": discovery.main,
    "growth": growth.main,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=", ".join(PARTS))
    chosen = parser.parse_args().part
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for name in chosen or PARTS:
        begun = time.monotonic()
        PARTS[name]()
        print(f"({name}: {time.monotonic() - begun:.0f} s)", file=sys.stderr, flush=True)
