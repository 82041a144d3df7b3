"""Draw the tree of questions: boxes are questions and plans, the reasons stand on the edges.

Equal subtrees are drawn once, so the drawing is a graph that reads from left to right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from ..knowledge import knowledge
from ..knowledge.variables import UNTOLD
from .interview import VARIABLE_OF, State, spoken_choice
from .placeholders import Translate
from .readiness import Adviser, adviser
from .situation import Situation

COLUMN, BOX, ROW, LINE = 480, 300, 30, 16
"""Widths of a column and of a box, heights of a box with its margin and of a line, in pixels."""


@dataclass
class Tree:
    """Nodes by number with their text and column; edges with their reasons."""

    nodes: dict[int, tuple[str, int, bool]] = field(default_factory=dict)
    edges: dict[tuple[int, int], list[str]] = field(default_factory=dict)


def grow(situation: Situation, translate: Translate) -> Tree:
    """Return the tree of all questions that can still change the plan in a situation."""
    advise = adviser(situation.offer)
    walk = advise.walk
    tree, numbers = Tree(), {}  # type: tuple[Tree, dict[State, int]]
    depth: dict[State, int] = {}

    def visit(state: State, column: int) -> int:
        number = numbers.setdefault(state, len(numbers))
        if depth.get(state, -1) >= column:
            return number
        depth[state] = column
        fact = advise.choose(state).fact
        tree.nodes[number] = (_text(advise, state, fact, translate), column, fact is None)
        if fact is None:
            return number
        for value, after in walk.answers(state, fact):
            reasons = tree.edges.setdefault((number, visit(after, column + 1)), [])
            reason = _reason(fact, value, translate)
            if reason not in reasons:
                reasons.append(reason)
        return number

    known, answered = situation.told
    visit(walk.state(dict(known), answered), 0)
    return tree


def draw_mermaid(situation: Situation, translate: Translate) -> str:
    """Return the tree as a Mermaid flowchart."""
    tree = grow(situation, translate)
    lines = ["flowchart LR"]
    for number, (text, _, ends) in tree.nodes.items():
        left, right = ("([", "])") if ends else ("[", "]")
        lines.append(f'  n{number}{left}"{_quoted(text)}"{right}')
    for (above, below), reasons in tree.edges.items():
        lines.append(f'  n{above} -->|"{_quoted(" / ".join(reasons))}"| n{below}')
    return "\n".join(lines)


def draw_svg(situation: Situation, translate: Translate) -> str:
    """Return the tree as an SVG picture that needs nothing else.

    The reasons stand at the end of their edges, each once; a pointer on an edge shows its own.
    """
    tree = grow(situation, translate)
    reasons: dict[int, dict[str, None]] = {number: {} for number in tree.nodes}
    for (_, below), on_edge in tree.edges.items():
        reasons[below] |= dict.fromkeys(on_edge)
    places, height = _places(tree, {number: len(lines) for number, lines in reasons.items()})
    width = max(x for x, _ in places.values()) + COLUMN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for (above, below), on_edge in tree.edges.items():
        (x1, y1), (x2, y2) = places[above], places[below]
        bend = x2 - (COLUMN - BOX) // 2
        parts.append(
            f'<path d="M{x1 + BOX} {y1 + 12}C{bend} {y1 + 12} {bend} {y2 + 12} {x2} {y2 + 12}" '
            f'fill="none" stroke="#8aa"><title>{escape(" / ".join(on_edge))}</title></path>'
        )
    for number, (text, _, ends) in tree.nodes.items():
        parts += _box(*places[number], text, list(reasons[number]), ends)
    return "\n".join([*parts, "</svg>"])


def _places(tree: Tree, lines: dict[int, int]) -> tuple[dict[int, tuple[int, int]], int]:
    """Return where each node's box stands, in pixels, and the height of the whole."""
    places: dict[int, tuple[int, int]] = {}
    filled: dict[int, int] = {}
    for number, (_, column, _) in tree.nodes.items():
        top = filled.get(column, 20)
        places[number] = (10 + column * COLUMN, top)
        filled[column] = top + ROW + LINE * lines[number] + 14
    return places, max(filled.values())


def _box(x: int, y: int, text: str, reasons: list[str], ends: bool) -> list[str]:
    fill = "#e6f0ec" if ends else "#fff4dd"
    return [
        f'<rect x="{x}" y="{y}" width="{BOX}" height="24" rx="5" fill="{fill}" stroke="#678"/>',
        f'<text x="{x + 8}" y="{y + 16}">{escape(_cut(text, 46))}'
        f"<title>{escape(text)}</title></text>",
        *(
            f'<text x="{x + 6}" y="{y + 38 + LINE * line}" fill="#0b6157">'
            f"{escape(_cut(reason, 62))}</text>"
            for line, reason in enumerate(reasons)
        ),
    ]


def _text(advise: Adviser, state: State, fact: str | None, translate: Translate) -> str:
    if fact is not None:
        return translate(knowledge().questions[fact].text)
    tree = advise.walk.tree
    return tree.outcomes[tree.at_unknown(state.node)].scenario


def _reason(fact: str, value: str, translate: Translate) -> str:
    question = knowledge().questions[fact]
    if value == UNTOLD:
        return translate("I don't know")
    choice = spoken_choice(VARIABLE_OF[fact], value)
    if choice is None:
        return f"{translate(question.label)}: …"
    return translate(choice.says).format(value="…")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
