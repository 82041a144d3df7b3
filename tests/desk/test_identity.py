"""Signing in with the provider's own identity provider, a real one, and what is refused."""

from __future__ import annotations

import json
import logging
import re
import socket
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app import create_app
from app.desk.sign_in import oidc_client
from app.knowledge import add_providers
from app.portals.identity_provider import IdentityProvider
from app.services import services
from app.settings import Settings
from tests.browser.pages import write_portals
from tests.conftest import PORTALS
from tests.desk.idprovider import IdentityServer, Visitor, running
from tests.linting import LintingClient, visible_text

HOME = "https://desk.example"
BEGIN = "/en/desk/sign-in/provider"
BACK = "/vi/desk/signed-in"
PASSWORD = "correct horse battery"
CLIENTS = {
    "desk": f"{HOME}{BACK}",
    "portal": f"{HOME}/at/proseware{BACK}",
    "other": "https://other.example/back",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityServer]:
    with running(CLIENTS) as server:
        yield server


def vouching(issuer: str, **changes: str) -> IdentityProvider:
    """Return the desk's settings for a provider."""
    told = {"name": "Staff login", "agents": "helpdesk", "leads": "leads"} | changes
    return IdentityProvider(issuer, "desk", "secret of desk", **told)


def make_app(folder: Path, identity: IdentityProvider | None, **settings: Any) -> Flask:
    database = f"sqlite:///{folder}/desk.sqlite3"
    settings = {"sign_in_limit": ""} | settings
    app = create_app(
        Settings(
            page_cache=0, database_url=database, identity=identity, public_url=HOME, **settings
        )
    )
    app.test_client_class = LintingClient
    return app


@pytest.fixture
def desk_app(tmp_path: Path, provider: IdentityServer) -> Flask:
    return make_app(tmp_path, vouching(provider.issuer))


def path_of(url: str) -> str:
    """Return what a browser asks the desk for."""
    assert url.startswith(f"{HOME}/")
    return url.removeprefix(HOME)


def go(client: LintingClient, account: str, begin: str = BEGIN, **typed: str) -> str:
    """Go through the provider; return the path that the browser comes back by."""
    return path_of(Visitor().answer(client.get(begin).location, account, **typed))


def changed(url: str, **values: str | None) -> str:
    """Return a URL with other values in its query, or without some."""
    parts = urlsplit(url)
    query = {k: v for k, v in (dict(parse_qsl(parts.query)) | values).items() if v is not None}
    return parts._replace(query=urlencode(query)).geturl()


def who(app: Flask) -> list[tuple[str, str, str]]:
    """Return desk, name and role of everybody known."""
    return [(agent.portal, agent.name, agent.role) for agent in services(app).storage.agents.all()]


def is_in(client: LintingClient, root: str = "") -> bool:
    return client.get(f"{root}/en/desk/cases").status_code == 200


@pytest.mark.parametrize(("account", "role"), [("kim", "agent"), ("lan", "lead")])
def test_an_agent_signs_in(desk_app: Flask, account: str, role: str) -> None:
    client = desk_app.test_client()
    page = client.get(client.get("/en/desk?ask=place").location)
    link = re.search('class="button" id="provider" href="([^"]+)">([^<]+)', page.text)
    assert link
    assert link[2] == "Sign in with Staff login"
    sent = dict(parse_qsl(urlsplit(client.get(link[1]).location).query))
    assert sent["redirect_uri"] == f"{HOME}{BACK}"
    assert (sent["code_challenge_method"], sent["response_type"]) == ("S256", "code")
    assert len({"state", "nonce", "code_challenge"} & sent.keys()) == 3
    back = go(client, account, link[1])
    assert client.get(back).location == "/en/desk?ask=place", "in the language begun with"
    assert is_in(client)
    assert client.get("/vi/desk/cases").status_code == 200
    assert who(desk_app) == [("", f"{account} of the provider", role)]


def test_nothing_of_the_way_stays_in_the_session(desk_app: Flask) -> None:
    client = desk_app.test_client()
    for _ in range(5):
        go(client, "kim")
    with client.session_transaction(path="/en/desk") as session:
        assert len([key for key in session if key.startswith("_state_")]) == 1
    assert len(client.get_cookie("__Secure-desk", path="/en/desk").value) < 1000
    client.get(go(client, "kim"))
    with client.session_transaction(path="/en/desk") as session:
        assert list(session) == ["token"]


def test_the_session_is_another_one_afterwards(desk_app: Flask) -> None:
    client, thief = desk_app.test_client(), desk_app.test_client()
    back = go(client, "kim")
    prepared = client.get_cookie("__Secure-desk", path="/vi/desk").value
    client.get(back)
    thief.set_cookie("__Secure-desk", prepared, path="/vi/desk")
    assert thief.get("/vi/desk/cases").status_code == 303
    assert thief.get(back).status_code == 400, "the code was used"


def test_somebody_in_no_group_is_told_so(desk_app: Flask) -> None:
    client = desk_app.test_client()
    page = client.get(go(client, "eve"))
    assert page.status_code == 403
    assert page.headers["Content-Language"] == "en"
    assert "Your Staff login account has no access" in visible_text(page)
    assert not is_in(client)
    assert not who(desk_app)
    location = client.get(BEGIN).location
    assert "prompt=login" in location, "or nobody else could ever sign in there"
    assert client.get(path_of(Visitor().answer(location, "kim"))).status_code == 303


@pytest.mark.parametrize(
    ("site", "status"),
    [
        ("cross-site", 200),
        ("same-site", 200),
        ("", 200),
        ("same-origin", 303),
        ("none", 303),
        (None, 303),
    ],
)
def test_no_other_site_begins_a_sign_in(desk_app: Flask, site: str | None, status: int) -> None:
    client = desk_app.test_client()
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    page = client.get(f"{BEGIN}?to=desk/cases", headers=headers)
    assert page.status_code == status
    if status == 200:
        assert f'id="provider" href="{BEGIN}?to=desk%2Fcases"' in page.text
        with client.session_transaction(path="/en/desk") as session:
            assert not [key for key in session if key.startswith("_state_")]


def test_a_role_changes_with_the_next_sign_in(desk_app: Flask) -> None:
    client, other = desk_app.test_client(), desk_app.test_client()
    client.get(go(client, "minh", groups="helpdesk"))
    other.get(go(other, "minh", groups="leads"))
    assert who(desk_app) == [("", "minh of the provider", "lead")]
    another = desk_app.test_client()
    assert another.get(go(another, "minh", groups="other")).status_code == 403


def test_everybody_may_work_where_no_group_is_named(
    tmp_path: Path, provider: IdentityServer
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer, agents="", leads=""))
    for account in ("eve", "lan"):
        client = app.test_client()
        assert client.get(go(client, account)).status_code == 303
    assert {role for _, _, role in who(app)} == {"agent"}


def test_somebody_who_cancels_there_is_told_so(desk_app: Flask) -> None:
    client = desk_app.test_client()
    page = client.get(go(client, "kim", "/vi/desk/sign-in/provider?to=desk/cases", cancel="yes"))
    assert page.status_code == 403
    assert page.headers["Content-Language"] == "vi"
    assert 'action="/vi/desk/sign-in?to=desk%2Fcases"' in page.text
    assert "code=" not in page.text
    assert "state=" not in page.text


def test_a_wrong_state_is_refused(desk_app: Flask) -> None:
    client = desk_app.test_client()
    back = go(client, "kim")
    for wrong in (
        changed(back, state="x"),
        changed(back, state=None),
        changed(back, iss="x"),
        BACK,
    ):
        assert client.get(wrong).status_code == 400
    assert desk_app.test_client().get(back).status_code == 400, "somebody else's browser"
    assert not who(desk_app)
    assert client.get(back).status_code == 303, "nobody can spoil it from outside"


def test_an_address_counts_once(desk_app: Flask) -> None:
    client = desk_app.test_client()
    back = go(client, "kim")
    pending = client.get_cookie("__Secure-desk", path="/vi/desk").value
    client.get(back)
    assert client.get(back).location == "/vi/desk", "loaded again: still signed in"
    fresh = desk_app.test_client()
    assert fresh.get(back).status_code == 400
    fresh.set_cookie("__Secure-desk", pending, path="/vi/desk")
    page = fresh.get(back)
    assert page.status_code == 400
    assert "took too long, or was already completed" in visible_text(page)
    assert not is_in(fresh)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"nonce": "another"}, 502),
        ({"nonce": None}, 502),
        ({"code_challenge": "x" * 43}, 400),
        ({"scope": "openid"}, 303),
    ],
)
def test_what_was_changed_on_the_way_is_refused(
    desk_app: Flask, change: dict[str, str | None], status: int
) -> None:
    client = desk_app.test_client()
    location = changed(client.get(BEGIN).location, **change)
    page = client.get(path_of(Visitor().answer(location, "kim")))
    # A scope left out takes rights away, and gives none.
    expected = 403 if "scope" in change else status
    assert page.status_code == expected
    assert not who(desk_app)


def test_a_code_for_another_client_is_refused(desk_app: Flask) -> None:
    client = desk_app.test_client()
    location = client.get(BEGIN).location
    stolen = Visitor().answer(
        changed(location, client_id="other", redirect_uri=CLIENTS["other"]), "lan"
    )
    page = client.get(f"{BACK}?{urlsplit(stolen).query}")
    assert page.status_code == 400
    assert not who(desk_app)


def forged(claims: dict[str, Any], kind: str) -> str:
    """Return an ID token that the provider has not signed."""
    if kind == "none":
        parts = (urlsafe_b64encode(json.dumps(part).encode()) for part in ({"alg": "none"}, claims))
        return "".join(f"{part.decode().rstrip('=')}." for part in parts)
    if kind == "HS256":
        key = OctKey.import_key("secret of desk" * 3)
        return jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])
    return jwt.encode({"alg": "RS256"}, claims, OUR_KEY)


OUR_KEY = RSAKey.generate_key(2048)


@pytest.mark.parametrize(
    ("kind", "change", "status"),
    [
        ("ours", {}, 303),
        ("theirs", {}, 502),
        ("none", {}, 502),
        ("HS256", {}, 502),
        ("ours", {"iss": "http://127.0.0.1:1"}, 502),
        ("ours", {"aud": "other"}, 502),
        ("ours", {"aud": "other", "azp": "desk"}, 502),
        ("ours", {"exp": 1}, 502),
        ("ours", {"nonce": "another"}, 502),
        ("ours", {"sub": ""}, 502),
        ("ours", {"sub": 5}, 502),
        ("ours", {"sub": "a\0b"}, 502),
        ("ours", {"sub": "x" * 256}, 502),
    ],
)
def test_a_token_counts_only_as_signed_for_us(
    desk_app: Flask,
    provider: IdentityServer,
    monkeypatch,
    caplog,
    kind: str,
    change: dict[str, Any],
    status: int,
) -> None:
    client = desk_app.test_client()
    location = client.get(BEGIN).location
    sent = dict(parse_qsl(urlsplit(location).query))
    now = int(time.time())
    claims = {
        "iss": provider.issuer,
        "aud": "desk",
        "sub": "lan",
        "iat": now,
        "exp": now + 60,
        "nonce": sent["nonce"],
        "name": "Lan",
        "groups": ["leads"],
    } | change
    token = {"id_token": forged(claims, kind), "access_token": "x", "token_type": "Bearer"}
    monkeypatch.setattr(oidc_client.OidcClient, "fetch_access_token", lambda *_, **__: token)
    keys = {"keys": [OUR_KEY.as_dict(private=False)]}
    if kind == "ours":
        monkeypatch.setattr(oidc_client.OidcClient, "fetch_jwk_set", lambda *_, **__: keys)
    with caplog.at_level(logging.INFO):
        page = client.get(f"{BACK}?code=a-secret-code&state={sent['state']}")
    assert page.status_code == status
    assert bool(who(desk_app)) == (status == 303)
    for secret in ("a-secret-code", sent["state"], "secret of desk", "Lan", token["id_token"]):
        assert secret not in caplog.text


def test_a_provider_that_is_away_leaves_passwords(tmp_path: Path, caplog) -> None:
    with running(CLIENTS) as server:
        app = make_app(tmp_path, vouching(server.issuer))
        services(app).storage.agents.add("", "lan", "agent", PASSWORD)
        client = app.test_client()
        back = go(client, "kim")
        server.stop()
        pages = [client.get(back), client.get(f"{BEGIN}?to=desk/cases")]
    for page in pages:
        assert page.status_code == 503
        assert "Staff login is not responding" in visible_text(page)
    token = re.search('name="csrf_token" value="([^"]+)"', pages[-1].text)
    action = re.search('method="post" action="([^"]+)"', pages[-1].text)
    assert token
    assert action
    form = {"name": "lan", "password": PASSWORD, "csrf_token": token[1]}
    assert client.post(action[1], data=form).location == "/en/desk/cases"
    assert is_in(client)
    assert "ConnectionError" in caplog.text


def test_a_slow_provider_is_not_waited_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(oidc_client, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = make_app(tmp_path, vouching(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        assert app.test_client().get(BEGIN).status_code == 503


def test_a_provider_of_another_name_is_refused(
    tmp_path: Path, provider: IdentityServer, caplog
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer.replace("127.0.0.1", "localhost")))
    assert app.test_client().get(BEGIN).status_code == 502
    assert provider.issuer in caplog.text


class Pretender(BaseHTTPRequestHandler):
    """Answers every request with what its server was told."""

    def do_GET(self) -> None:
        status, headers, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        for header in headers.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def pretender() -> Iterator[HTTPServer]:
    """Run a server that is asked once."""
    with HTTPServer(("127.0.0.1", 0), Pretender) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        yield server
        thread.join()


def told_by(server: HTTPServer) -> dict[str, Any]:
    """Return what a provider that is right says about itself."""
    issuer = f"http://127.0.0.1:{server.server_port}"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
    }


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 303),
        ({"issuer": "https://other.example"}, 502),
        ({"issuer": None}, 502),
        ({"token_endpoint": "http://other.example/token"}, 502),
        ({"scopes_supported": 5}, 502),
        ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, 502),
        ({"authorization_endpoint": None}, 502),
        ({"verify": False, "proxies": {}}, 303),
    ],
)
def test_a_provider_is_believed_about_itself_as_far_as_it_is_safe(
    tmp_path: Path, pretender: HTTPServer, change: dict[str, Any], status: int
) -> None:
    told = told_by(pretender)
    pretender.answer = (200, {}, json.dumps(told | change).encode())  # type: ignore[attr-defined]
    app = make_app(tmp_path, vouching(told["issuer"]))
    assert app.test_client().get(BEGIN).status_code == status


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"[]"),
        (200, {}, b"<h1>Welcome</h1>"),
        (200, {}, b""),
        (404, {}, b""),
        (500, {}, b""),
        (302, {"Location": "https://other.example/"}, b""),
    ],
)
def test_a_provider_that_says_nothing_of_itself(
    tmp_path: Path, pretender: HTTPServer, answer: tuple[int, dict[str, str], bytes]
) -> None:
    pretender.answer = answer  # type: ignore[attr-defined]
    app = make_app(tmp_path, vouching(f"http://127.0.0.1:{pretender.server_port}"))
    assert app.test_client().get(BEGIN).status_code in (502, 503)


def test_the_secret_is_sent_as_the_provider_wants_it(pretender: HTTPServer) -> None:
    told = told_by(pretender) | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    pretender.answer = (200, {}, json.dumps(told).encode())  # type: ignore[attr-defined]
    read = oidc_client.OidcClient(vouching(told["issuer"]), "-").load_server_metadata()
    assert read["token_endpoint_auth_method"] == "client_secret_post"


def test_a_wrong_secret_is_said_in_the_log(
    tmp_path: Path, provider: IdentityServer, caplog
) -> None:
    app = make_app(tmp_path, replace(vouching(provider.issuer), client_secret="wrong"))
    client = app.test_client()
    page = client.get(go(client, "kim"))
    assert page.status_code == 502
    assert "invalid_client" in caplog.text


def test_tries_are_limited(tmp_path: Path, provider: IdentityServer) -> None:
    app = make_app(tmp_path, vouching(provider.issuer), sign_in_limit="2 per hour")
    statuses = [app.test_client().get(BEGIN).status_code for _ in range(21)]
    assert statuses == [303] * 20 + [429], "ten times as many: a whole helpdesk at one address"


def test_tries_from_all_of_a_network_are_limited(tmp_path: Path, provider: IdentityServer) -> None:
    app = make_app(tmp_path, vouching(provider.issuer), sign_in_limit="1 per hour")
    rate = services(app).rates.oidc
    for number in range(100):
        rate.take((f"provider-began 2001:db8:7:{number}::/64", "provider-began 2001:db8:7::/48"))
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "2001:db8:7:ffff::1"
    assert client.get(BEGIN).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "2001:db8:8::1"
    assert client.get(BEGIN).status_code == 303


def test_a_desk_without_a_provider_has_no_way_to_one(tmp_path: Path) -> None:
    client = make_app(tmp_path, None).test_client()
    assert client.get(BEGIN).status_code == 404
    assert client.get(BACK).status_code == 404
    assert 'id="provider"' not in client.get("/en/desk/sign-in").text


@pytest.fixture
def portal_app(tmp_path: Path, provider: IdentityServer, monkeypatch) -> Iterator[Flask]:
    """Return an app whose portal has a provider for its desk, and which has none itself."""
    monkeypatch.setenv("OIDC_PROSEWARE_SECRET", "secret of portal")
    path = write_portals(tmp_path)
    path.write_text(f"{path.read_text('utf-8')}{sign_in_table(provider.issuer)}", "utf-8")
    yield make_app(tmp_path, None, portals=str(path))
    add_providers()


def sign_in_table(issuer: str) -> str:
    """Return the table that the example has as a comment."""
    table = PORTALS.read_text("utf-8").partition("# [portal.sign_in]\n")[2]
    lines = [line.removeprefix("# ") for line in table.splitlines() if line.startswith("# ")]
    text = "\n[portal.sign_in]\n" + "\n".join(lines) + "\n"
    assert 'client_id = "thong-thu"' in text
    text = text.replace('client_id = "thong-thu"', 'client_id = "portal"')
    return re.sub('issuer = ".+"', f'issuer = "{issuer}"', text)


def test_a_portal_has_a_provider_of_its_own(portal_app: Flask) -> None:
    client, root = portal_app.test_client(), "/at/proseware"
    assert client.get(BEGIN).status_code == 404
    plain = client.get(f"{root};accent=ffee00{BEGIN}?to=desk/cases").location
    assert plain == f"{root}{BEGIN}?to=desk%2Fcases"
    back = go(client, "kim", plain)
    assert back.startswith(f"{root}{BACK}?")
    assert client.get(back.removeprefix(root)).status_code == 404, "not at the desk outside"
    assert client.get(back).location == f"{root}/en/desk/cases"
    assert is_in(client, root)
    assert not is_in(client)
    assert who(portal_app) == [("proseware", "kim of the provider", "agent")]


def test_a_new_portals_file_counts_at_once(portal_app: Flask) -> None:
    book = services(portal_app).portals
    book.path.write_text(
        book.path.read_text("utf-8").replace('client_id = "portal"', 'client_id = "other"'), "utf-8"
    )
    assert book.reload()
    location = portal_app.test_client().get(f"/at/proseware{BEGIN}").location
    assert "client_id=other" in location


@pytest.mark.parametrize(
    ("asked", "told", "status"),
    [
        ({"acr": "two three"}, {"acr": "two"}, 303),
        ({"acr": "two"}, {"acr": "one"}, 403),
        ({"acr": "two"}, {}, 403),
        ({"amr": "mfa pwd"}, {"amr": "pwd mfa otp"}, 303),
        ({"amr": "mfa"}, {"amr": "pwd"}, 403),
        ({"amr": "mfa"}, {}, 403),
        ({"acr": "two", "amr": "otp"}, {"acr": "two", "amr": "pwd otp"}, 303),
    ],
)
def test_how_somebody_signed_in_there_is_checked(
    tmp_path: Path,
    provider: IdentityServer,
    asked: dict[str, str],
    told: dict[str, str],
    status: int,
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer, **asked))
    client = app.test_client()
    page = client.get(go(client, "lan", **told))
    assert page.status_code == status
    assert bool(who(app)) == (status == 303)
    if status == 403:
        assert "not secure enough for this helpdesk" in visible_text(page)
        assert "prompt=login" in client.get(BEGIN).location


def test_what_somebody_did_there_does_not_count_as_a_wrong_password(
    tmp_path: Path, provider: IdentityServer
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer), sign_in_limit="1 per hour")
    services(app).storage.agents.add("", "lan", "agent", PASSWORD)
    for _ in range(5):
        client = app.test_client()
        assert client.get(go(client, "kim")).status_code == 303, "one after the other, one address"
    client = app.test_client()
    token = re.search('name="csrf_token" value="([^"]+)"', client.get("/en/desk/sign-in").text)
    form = {"name": "lan", "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/en/desk/sign-in", data=form).status_code == 303


def test_a_desk_without_passwords_shows_the_provider_only(
    tmp_path: Path, provider: IdentityServer
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer), passwords="nobody")
    page = app.test_client().get("/en/desk/sign-in").text
    assert 'id="provider"' in page
    assert 'type="password"' not in page
