"""The ticket in Markdown shows what the plain one says, and nothing typed becomes markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.diagnosis import Facts, Plan, Situation
from app.i18n.languages import languages
from app.presentation.ticket import escape_markdown, make_ticket, write_markdown, write_plain
from tests.handouts.test_handouts import FACTS, HERE

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1)
TRICKS = st.sampled_from(
    [
        "# a",
        "- a",
        "+ a",
        "* a",
        "1. a",
        "1) a",
        "> a",
        "---",
        "===",
        "[a](b)",
        "a|b",
        "<b>a</b>",
        "&lt;",
        "`a`",
        "**a**",
        "~~a~~",
        "![a](b)",
        "\\*a*",
        "[a]: b",
        "```",
        "$a$",
        "a\nb",
    ]
)


def shown(markdown: str) -> list[tuple[str, str]]:
    """Return what a reader sees: the kind of every piece, and its words."""
    pieces = [p for block in MARKDOWN.parse(markdown) for p in block.children or ()]
    return [(piece.type, piece.content) for piece in pieces]


@given(TEXTS | TRICKS)
def test_escaped_words_are_shown_as_they_are(text: str) -> None:
    words = " ".join(text.split())
    pieces = shown(escape_markdown(text))
    assert {kind for kind, _ in pieces} <= {"text", "text_special"}
    assert "".join(content for _, content in pieces) == words
    if words:
        assert [block.type for block in MARKDOWN.parse(escape_markdown(text))] == [
            "paragraph_open",
            "inline",
            "paragraph_close",
        ]


@given(TEXTS | TRICKS)
def test_no_site_makes_a_link_of_words(text: str) -> None:
    """GitHub's and GitLab's extension: these are links by themselves."""
    for start in ("https://", "http://", "www.", "a@b."):
        assert not re.search(
            r"https?://|www\.|[^\\]@", escape_markdown(start + text), re.IGNORECASE
        )


@given(TEXTS | TRICKS)
def test_nothing_that_was_said_opens_markup(text: str) -> None:
    language = languages()["en"]
    plan = Plan(Situation(Facts(error="mailbox-full")), language.gettext, "en")
    parts = make_ticket(plan, plan.remedies[0], language, HERE, [(text, [text])])
    plain = make_ticket(plan, plan.remedies[0], language, HERE)
    kinds = [kind for kind, _ in shown(write_markdown(parts)) if "text" not in kind]
    assert kinds == [kind for kind, _ in shown(write_markdown(plain)) if "text" not in kind]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_markdown_says_what_the_plain_text_says(client, lang: str) -> None:
    query = f"{FACTS}&tried=webmail"
    answer = client.get(f"/{lang}/ticket.md?{query}")
    assert answer.mimetype == "text/markdown"
    assert f"<{HERE}/{lang}/check?{query}>" in answer.text
    words = re.compile(r"[^\W_]+")
    seen = " ".join(t.content for b in MARKDOWN.parse(answer.text) for t in b.children or ())
    plain = client.get(f"/{lang}/ticket.txt?{query}").text
    numbers = r"(?m)^\d+\. "
    assert words.findall(re.sub(numbers, "", plain).casefold()) == words.findall(seen.casefold())


def test_what_was_tried_is_told_and_no_longer_another_way(client) -> None:
    text = client.get(f"/en/ticket.txt?{FACTS}&tried=webmail&tried=pop-first").text
    tried = text.partition("TRIED, BUT IT DIDN'T WORK\n")[2].partition("\n\n")[0].splitlines()
    assert len(tried) == 2
    assert all(line.startswith("- ") for line in tried)
    assert not set(tried) & set(text.partition("OTHER FIXES\n")[2].splitlines())
    assert "TRIED" not in client.get(f"/en/ticket.txt?{FACTS}").text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_plain_ticket_stays_as_it_is(client, golden, lang: str) -> None:
    golden(f"ticket-{lang}.txt", client.get(f"/{lang}/ticket.txt?{FACTS}").text.splitlines())


def test_parts_of_a_case_stand_behind_what_is_known() -> None:
    language = languages()["en"]
    plan = Plan(Situation(Facts(error="mailbox-full")), language.gettext, "en")
    extra = [("Code", ["ab-12"]), ("Notes", []), ("Outcome", ["solved"])]
    text = write_plain(make_ticket(plan, plan.remedies[0], language, HERE, extra))
    titles = [line for line in text.splitlines() if line.isupper()]
    assert titles[1:4] == ["WHAT WE KNOW", "CODE", "OUTCOME"]
    assert "NOTES" not in text
