"""Draw the tree of questions: boxes are questions and plans, the reasons stand on the edges.

Equal subtrees are drawn once, so the drawing is a graph that reads from left to right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from ..knowledge import knowledge
from .facts import Facts
from .interview import Interview, State, interview, known_variables
from .plan import statement

Translate = Callable[[str], str]
COLUMN, ROW, BOX = 430, 34, 250


@dataclass
class Tree:
    """Nodes by number with their text and column; edges with their reasons."""

    nodes: dict[int, tuple[str, int, bool]] = field(default_factory=dict)
    edges: dict[tuple[int, int], list[str]] = field(default_factory=dict)


def grow(facts: Facts, translate: Translate) -> Tree:
    """Return the tree of questions below some facts."""
    walk = interview()
    tree, numbers = Tree(), {}  # type: tuple[Tree, dict[State, int]]
    depth: dict[State, int] = {}

    def visit(state: State, column: int) -> int:
        number = numbers.setdefault(state, len(numbers))
        if depth.get(state, -1) >= column:
            return number
        depth[state] = column
        fact = walk.next_question(state)
        tree.nodes[number] = (_text(walk, state, fact, translate), column, fact is None)
        if fact is None:
            return number
        for value, after in walk.answers(state, fact):
            reasons = tree.edges.setdefault((number, visit(after, column + 1)), [])
            reason = _reason(fact, value, translate)
            if reason not in reasons:
                reasons.append(reason)
        return number

    visit(walk.state(*known_variables(facts)), 0)
    return tree


def draw_mermaid(facts: Facts, translate: Translate) -> str:
    """Return the tree as a Mermaid flowchart."""
    tree = grow(facts, translate)
    lines = ["flowchart LR"]
    for number, (text, _, ends) in tree.nodes.items():
        left, right = ("([", "])") if ends else ("[", "]")
        lines.append(f'  n{number}{left}"{_quoted(text)}"{right}')
    for (above, below), reasons in tree.edges.items():
        lines.append(f'  n{above} -->|"{_quoted(" / ".join(reasons))}"| n{below}')
    return "\n".join(lines)


def draw_svg(facts: Facts, translate: Translate) -> str:
    """Return the tree as an SVG picture that needs nothing else."""
    tree = grow(facts, translate)
    columns: dict[int, list[int]] = {}
    for number, (_, column, _) in tree.nodes.items():
        columns.setdefault(column, []).append(number)
    rows: dict[int, int] = {}
    heights = {n: 2 + sum(len(r) for (_, b), r in tree.edges.items() if b == n) for n in tree.nodes}
    tallest = 0
    for column in sorted(columns):
        row = 1
        for number in columns[column]:
            rows[number] = row
            row += heights[number]
        tallest = max(tallest, row)
    width = COLUMN * (max(columns) + 1) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tallest * ROW + 20}" '
        f'width="{width}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{tallest * ROW + 20}" fill="#fff"/>',
    ]
    drawn: dict[int, int] = dict.fromkeys(tree.nodes, 0)
    for (above, below), reasons in tree.edges.items():
        x1, y1 = tree.nodes[above][1] * COLUMN + BOX + 10, rows[above] * ROW + 12
        x2 = tree.nodes[below][1] * COLUMN + 10
        y2 = rows[below] * ROW + 12
        label_y = y2 + 18 + drawn[below] * 16
        drawn[below] += len(reasons)
        middle = x2 - (COLUMN - BOX) // 2
        parts.append(
            f'<path d="M{x1} {y1}C{middle} {y1} {middle} {label_y} {x2} {y2}" '
            f'fill="none" stroke="#8aa"/>'
        )
        for line, reason in enumerate(reasons):
            parts.append(
                f'<text x="{x2 + 4}" y="{label_y + line * 16 + 12}" fill="#0b6157">'
                f"{escape(_cut(reason, 62))}</text>"
            )
    for number, (text, column, ends) in tree.nodes.items():
        x, y = column * COLUMN + 10, rows[number] * ROW
        fill = "#e6f0ec" if ends else "#fff4dd"
        parts.append(
            f'<rect x="{x}" y="{y}" width="{BOX}" height="24" rx="5" fill="{fill}" stroke="#678"/>'
            f'<text x="{x + 8}" y="{y + 16}">{escape(_cut(text, 40))}'
            f"<title>{escape(text)}</title></text>"
        )
    return "\n".join([*parts, "</svg>"])


def _text(walk: Interview, state: State, fact: str | None, translate: Translate) -> str:
    if fact is not None:
        return translate(knowledge().questions[fact].text)
    outcome = walk.tree.outcome(state.node)
    return outcome.scenario if outcome else "?"


def _reason(fact: str, value: str, translate: Translate) -> str:
    question = knowledge().questions[fact]
    if value == "not told":
        return translate("I don't know")
    if question.choice(value) is None:
        return value
    return statement(question, "…", value, translate)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
