"""The page about the API is true: its commands work, its answers are the API's, its links hold."""

import html
import json
import re
import shlex
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.diagnosis import CHOICES, FACT_KEYS, SEEN
from app.i18n.languages import published
from app.settings import Settings
from app.web.errors import KINDS
from tests.linting import LintingClient, visible_text

PORTAL = "/at/proseware"
HOSTS = frozenset({"isp.example", "localhost"})


@pytest.fixture
def client() -> FlaskClient:
    """Return a client of an app with a limit and no fixed address."""
    app = create_app(Settings(page_cache=8, allowed_hosts=HOSTS))
    app.test_client_class = LintingClient
    return app.test_client()


def fetch(client: FlaskClient, lang: str = "en", root: str = "") -> TestResponse:
    """Return the page as it stands under a root, at a host of its own."""
    return client.get(
        f"/{lang}/developers/api",
        base_url="https://isp.example",
        environ_overrides={"SCRIPT_NAME": root},
    )


def code(page: TestResponse) -> list[str]:
    """Return what stands in the page as code of several lines, by turns command and answer."""
    return [html.unescape(text) for text in re.findall(r"(?s)<pre><code>(.*?)</code>", page.text)]


def cut(value: Any) -> Any:
    """Leave one entry in each list."""
    if isinstance(value, dict):
        return {key: cut(inner) for key, inner in value.items()}
    return [cut(inner) for inner in value[:1]] if isinstance(value, list) else value


@pytest.mark.parametrize("root", ["", PORTAL])
@pytest.mark.parametrize("lang", published())
def test_every_command_gets_the_answer_that_is_shown(client, lang: str, root: str) -> None:
    found = code(fetch(client, lang, root))
    assert len(found) == 4
    for command, shown in zip(found[::2], found[1::2], strict=True):
        curl, address, data, body = shlex.split(command.replace("\\\n", ""))
        assert (curl, data) == ("curl", "-d")
        assert address.startswith(f"https://isp.example{root}/api/v1/")
        parts = urlsplit(address.replace(f"https://isp.example{root}", ""))
        answer = client.post(
            parts.path,
            query_string=parts.query,
            data=body,
            environ_overrides={"SCRIPT_NAME": root},
        )
        assert answer.status_code == 200
        assert answer.headers["Content-Language"] == lang
        assert json.loads(shown) == cut(answer.get_json())


def test_every_fact_and_value_is_there(client: FlaskClient) -> None:
    page = fetch(client)
    for key in set(FACT_KEYS) - {*SEEN}:
        assert f"<code>{key}</code>" in page.text
    for value in {value for values in CHOICES.values() for value in values}:
        assert f">{value}</samp>" in page.text


@pytest.mark.parametrize("name", KINDS)
def test_every_problem_leads_to_its_place(client: FlaskClient, name: str) -> None:
    assert f'id="problem-{name}"' in fetch(client).text


def test_a_problems_type_is_a_link_to_the_page(client: FlaskClient) -> None:
    told = client.post("/api/v1/diagnoses?lang=vi", data=b"").get_json()
    address, _, name = told["type"].partition("#")
    assert f'id="{name}"' in client.get(address).text


@pytest.mark.parametrize("root", ["", PORTAL])
def test_every_link_stays_under_the_root(client: FlaskClient, root: str) -> None:
    page = fetch(client, "vi", root)
    links = re.findall(r'href="(/[^"]*)"', page.text)
    assert f"{root}/api/v1/openapi.json?lang=vi" in links
    assert all(link.startswith(f"{root}/") for link in links)
    assert f"<code>POST {root}/api/v1/readings</code>" in page.text


def test_it_says_how_often_one_may_ask(client: FlaskClient) -> None:
    assert "120 requests in 60 s" in visible_text(fetch(client))
    free = create_app(Settings(rate_limit="", allowed_hosts=HOSTS)).test_client()
    assert "There is no limit on the number of requests" in visible_text(fetch(free))


def test_a_page_that_names_its_host_is_kept_for_no_other(client: FlaskClient) -> None:
    assert fetch(client).headers["Cache-Control"] == "no-store"
    known = create_app(Settings(public_url="https://wizard.example")).test_client()
    page = fetch(known)
    assert "https://wizard.example/api/v1/readings" in page.text
    assert "isp.example" not in page.text
    assert "public" in page.headers["Cache-Control"]


def test_there_is_no_other_language(client: FlaskClient) -> None:
    assert fetch(client, "xx").status_code == 404
