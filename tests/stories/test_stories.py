"""People's stories: they paste their words, answer what they know, and look at the first advice.

Each line of stories.jsonl is one story, told anew from a public thread or help page (``source``):
``paste``, ``answers`` to what is asked, what an expert would tell first (``expect``), and what
solved it.  Where a story does not hold yet, OPEN says why; one that begins to hold has to leave it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.knowledge import knowledge

Story = dict[str, Any]
STORIES: list[Story] = [
    json.loads(line)
    for line in (Path(__file__).parent / "stories.jsonl").read_text("utf-8").splitlines()
]
OPEN = {
    "bt-530": "BT's settings are not known",
    "gmail-answered-by-my-host": "that the web host answers in place of the server set is not told",
    "icloud-from-vanishes": "nothing in the person's own words is read",
    "misp-third-party-relay": "nothing in the person's own words is read",
    "nordvpn-k9": "that the VPN is on is not read from the person's own words",
    "not-permitted-to-relay": "webmail is not read from the person's own words",
    "own-vps-cannot-send": "a server of one's own is not a case of the table",
    "ssl-on-587": "a port and an encryption that don't fit each other are not compared",
    "vi-crm-blacklist": "that only some recipients fail is not read",
    "vi-hoa-don-gui-loi-mot-khach": "that only one recipient fails is not read",
    "webmail-peer-certificate": "somebody who runs a webmail is taken for one who uses it",
    "zoho-answered-by-my-host": "that another server answers is not read from a session",
}
QUESTIONS = 16
"""More than any walk asks."""


def walk(client: Any, story: Story) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the plan that a story comes to, and the facts that led there."""
    lang, expect = f"?lang={story['lang']}", story["expect"]
    reading = client.post(f"/api/v1/readings{lang}", json={"text": story["paste"]}).get_json()
    query = parse_qs(urlsplit(reading["url"]).query)
    facts = {key: values[0] for key, values in query.items()}
    if facts.get("error") == "none":  # the page says so, and the person goes on to the questions
        del facts["error"]
    for _ in range(QUESTIONS):
        plan = client.post(f"/api/v1/diagnoses{lang}", json=facts).get_json()
        question = plan["next_question"]
        if plan["ready"] or question is None:
            break
        fact, offered = question["fact"], {choice["value"] for choice in question["choices"]}
        known = story["answers"].get(fact, "unknown")
        facts[fact] = expect["program"] if fact == "program" and "program" in expect else known
        assert fact != "program" or facts[fact] in offered
    return plan, facts


def faults(expect: dict[str, Any], plan: dict[str, Any], facts: dict[str, str]) -> Iterator[str]:
    """Yield what is not as an expert would have it."""
    advised = [remedy["id"] for remedy in plan["remedies"]]
    covering = {name: remedy.id for name, remedy in knowledge().covering.items()}
    first = {*expect.get("first", ()), *(covering.get(n) for n in expect.get("first", ()))}
    if first and advised[0] not in first:
        yield f"first is {advised[0]}"
    if "top" in expect and not {*advised[:3]} & {*expect["top"]}:
        yield f"the first three are {advised[:3]}"
    if advised[0] in expect.get("never", ()):
        yield f"first is {advised[0]}, which is wrong"
    if expect.get("values", "") not in json.dumps(plan["remedies"]):
        yield f"{expect['values']} is not named"
    for key, value in expect.get("facts", {}).items():
        if facts.get(key) != str(value):
            yield f"{key} is {facts.get(key)}"
    if facts.get("refused_by") not in (None, expect.get("refused_by", facts.get("refused_by"))):
        yield f"refused by {facts['refused_by']}"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["id"])
def test_the_person_is_helped(client, story: Story) -> None:
    wrong = list(faults(story["expect"], *walk(client, story)))
    if story["id"] in OPEN:
        assert wrong, "it holds now: take it out of OPEN"
    else:
        assert not wrong


def test_every_story_says_where_it_is_from() -> None:
    assert all(story["source"] and story["solution"] for story in STORIES)
    assert {story["id"] for story in STORIES} >= OPEN.keys()
    assert len({story["id"] for story in STORIES}) == len(STORIES)
