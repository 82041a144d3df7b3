"""Make the table of confirmed labels of mail programs, for docs/programs.md."""

from __future__ import annotations

from collections.abc import Iterator

from .programs import Program, Programs


def label_table(programs: Programs) -> Iterator[str]:
    """Yield the lines of a Markdown table: a row for each act of each program.

    A label stands as the program shows it in English, with what is confirmed in other languages
    behind it.  An act that is not listed for a program comes from the general guide.
    """
    yield "| program | act | labels, confirmed | by what | checked |"
    yield "|---|---|---|---|---|"
    for program in programs.known.values():
        acts = dict.fromkeys(act for act, _ in program.named())
        for act in () if program.words else acts:
            shown = [_shown(program, label) for of, label in program.named() if of == act]
            yield (
                f"| {program.id} | {act} | {', '.join(dict.fromkeys(shown))} "
                f"| {program.source} | {program.checked} |"
            )


def _shown(program: Program, label: str) -> str:
    confirmed = [
        f"{language}: {labels[label]}"
        for language, labels in program.labels.items()
        if label in labels
    ]
    return f"{label} ({', '.join(confirmed)})" if confirmed else label
