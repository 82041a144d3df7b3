"""The drawings hold the whole tree, with the reasons on the edges."""

from xml.etree import ElementTree

from app.diagnosis import Facts, Situation
from app.diagnosis.tree_drawing import draw_mermaid, draw_svg, grow

BELOW = Situation(Facts(error="relay-denied", refused_by="own-server"))


def test_every_plan_below_stands_in_the_drawing() -> None:
    tree = grow(Situation(Facts()), str)
    ends = {text for text, _, is_end in tree.nodes.values() if is_end}
    assert {"work-relay", "away-relay", "home-local", "silent-drop"} <= ends
    reached = {below for _, below in tree.edges}
    assert len(reached) == len(tree.nodes) - 1


def test_svg() -> None:
    root = ElementTree.fromstring(draw_svg(BELOW, str))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "You're at work." in texts
    assert "work-relay" in texts


def test_mermaid() -> None:
    lines = draw_mermaid(BELOW, str).splitlines()
    assert lines[0] == "flowchart LR"
    assert any('-->|"A VPN is on."|' in line for line in lines)
