"""The rows and G1 to G23 through the pages, in both languages."""

import pytest
from flask.testing import FlaskClient

from app.diagnosis import Plan, Situation
from app.i18n.languages import languages
from tests.cases import CASES, Case
from tests.diagnosis.test_cases import merge_reading
from tests.linting import visible_text


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_plan_page_says_what_the_diagnosis_says(client: FlaskClient, case: Case, lang) -> None:
    page = client.get(f"/{lang}/check?{case.query}&plan=now")
    assert page.status_code == 200
    plan = Plan(Situation(merge_reading(case.query)), languages()[lang].gettext)
    text = visible_text(page)
    heading = page.text.partition("<h1>")[2].partition("</h1>")[0]
    for words in (plan.summary, plan.remedies[0].title, *(r.text for r in plan.because)):
        assert _plain(words) in _plain(text)
    assert _plain(plan.summary).startswith(_plain(heading.partition("<")[0])[:20])
    if case.row:
        assert _plain(plan.article[0]) in _plain(text)


def _plain(text: str) -> str:
    return "".join(text.replace("`", "").replace("&#39;", "'").split())
