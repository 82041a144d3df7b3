"""The API inside a portal: its facts, its words, and only its sites' scripts."""

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.knowledge import add_providers
from app.settings import Settings
from tests.conftest import PORTALS

HOME = "/at/proseware"
LISTED = "https://www.proseware.com"
FACTS = {
    "place": "away",
    "connection": "other",
    "recipient_domain": "adatum.com",
    "error": "relay-denied",
    "login": "none",
}


def ask(client: FlaskClient, root: str, path: str = "diagnoses", body=None, **headers: str):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"{root}/api/v1/{path}?lang=en", json=body or FACTS, headers=headers)


def test_the_portals_facts_and_words_are_in_the_answer(portal_client: FlaskClient) -> None:
    plan = ask(portal_client, HOME).get_json()
    assert plan["url"].startswith(f"{HOME}/en/check?")
    assert "account_domain=proseware.com" in plan["url"]
    first = plan["remedies"][0]
    assert first["values"]["server"] == "smtp.proseware.com"
    assert first["note"] == "The username is your full email address."
    assert "pop-first" not in [remedy["id"] for remedy in plan["remedies"]]
    other = ask(portal_client, HOME, body=FACTS | {"account_domain": "gmail.com"}).get_json()
    assert {remedy["note"] for remedy in other["remedies"]} == {None}
    outside = ask(portal_client, "").get_json()
    assert "account_domain" not in outside["url"]


def test_a_reading_leads_into_the_portal(portal_client: FlaskClient) -> None:
    said = ask(portal_client, HOME, "readings", {"text": "550 5.7.1 Relaying denied"}).get_json()
    assert said["url"].startswith(f"{HOME}/en/check?")


@pytest.mark.parametrize("root", [HOME, ""])
@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (LISTED, True),
        ("https://demo.example", True),
        ("http://www.proseware.com", False),
        ("https://www.proseware.com.evil.example", False),
        ("https://evil.example", False),
        ("null", False),
        ("*", False),
        ("", False),
    ],
)
def test_only_listed_sites_may_call_it(portal_client, root, origin, may) -> None:
    expected = origin if may else None
    for answer in (
        ask(portal_client, root, Origin=origin),
        ask(portal_client, root, body={"port": "x"}, Origin=origin),
        portal_client.get(f"{root}/api/v1/nothing", headers={"Origin": origin}),
        portal_client.get(f"{root}/api/v1/openapi.json", headers={"Origin": origin}),
        portal_client.options(f"{root}/api/v1/diagnoses", headers={"Origin": origin}),
    ):
        assert answer.headers.get("Access-Control-Allow-Origin") == expected
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers.getlist("Vary")


def test_what_one_site_may_read_is_not_handed_to_another() -> None:
    app = create_app(Settings(page_cache=8, portals=str(PORTALS)))
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    add_providers()
    for origin in (None, LISTED, "https://evil.example", None):
        headers = {"Origin": origin} if origin else {}
        answer = client.get(f"{HOME}/api/v1/openapi.json", headers=headers)
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        assert allowed == (LISTED if origin == LISTED else None)


def test_a_browser_that_asks_beforehand_is_told(portal_client: FlaskClient) -> None:
    answer = portal_client.options(
        f"{HOME}/api/v1/diagnoses",
        headers={
            "Origin": LISTED,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


def test_pages_are_for_no_ones_scripts(portal_client: FlaskClient) -> None:
    page = portal_client.get(f"{HOME}/en/", headers={"Origin": LISTED})
    assert "Access-Control-Allow-Origin" not in page.headers


def test_the_script_is_for_everybody(portal_client: FlaskClient) -> None:
    for name, kept in (("v1.0.0.js", "immutable"), ("v1.js", "max-age=3600")):
        script = portal_client.get(f"/embed/{name}", headers={"Origin": "https://any.example"})
        assert script.headers["Access-Control-Allow-Origin"] == "*"
        assert kept in script.headers["Cache-Control"]
        assert script.mimetype == "text/javascript"
    for name in ("v1.0.1.js", "v2.js", "v1", "v1.0.js.js", "x.js", ".js", "v.js"):
        assert portal_client.get(f"/embed/{name}").status_code == 404, name


def test_the_description_names_the_portals_root(portal_client: FlaskClient) -> None:
    description = portal_client.get(f"{HOME}/api/v1/openapi.json").get_json()
    assert description["servers"][0]["url"].endswith(HOME)
