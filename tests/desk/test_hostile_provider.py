"""An identity provider, or whoever stands in its place, that answers what it should not."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from app.portals.identity_provider import IdentityProvider
from app.services import services
from tests.desk.hostileprovider import DISCOVERY, KEY, HostileProvider, running
from tests.desk.test_identity import BACK, BEGIN, is_in, make_app, vouching, who
from tests.linting import LintingClient
from tests.securitylog import listening

OTHERS = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with running() as server:
        yield server


@pytest.fixture
def desk_app(tmp_path: Path, provider: HostileProvider) -> Flask:
    return make_app(tmp_path, vouching(provider.issuer))


def begin(client: LintingClient, provider: HostileProvider) -> str:
    """Begin a sign-in; return the path that the browser comes back by."""
    location = client.get(BEGIN).location
    sent = dict(parse_qsl(urlsplit(location).query))
    provider.nonce = sent["nonce"]
    return f"{BACK}?code=c&state={sent['state']}"


def sign_in(client: LintingClient, provider: HostileProvider) -> TestResponse:
    return client.get(begin(client, provider))


def test_a_right_answer_is_taken(desk_app: Flask, provider: HostileProvider) -> None:
    client = desk_app.test_client()
    assert sign_in(client, provider).status_code == 303
    assert is_in(client)


@pytest.mark.parametrize("other", [{"sub": "kim", "groups": ["leads"]}, {"groups": ["leads"]}])
def test_user_info_about_somebody_else_is_refused(
    desk_app: Flask, provider: HostileProvider, other: dict[str, Any]
) -> None:
    provider.claims = {"sub": "lan"}
    provider.answers["/userinfo"] = (200, {"Content-Type": "application/json"}, other)
    client = desk_app.test_client()
    assert sign_in(client, provider).status_code == 502
    assert "/userinfo" in provider.asked
    assert not who(desk_app)
    assert not is_in(client)


def test_what_is_signed_comes_before_user_info(desk_app: Flask, provider: HostileProvider) -> None:
    provider.claims = {"sub": "lan", "groups": ["helpdesk"]}
    more = {"sub": "lan", "name": "Lan", "groups": ["leads"], "acr": "high", "amr": ["mfa"]}
    provider.answers["/userinfo"] = (200, {"Content-Type": "application/json"}, more)
    assert sign_in(desk_app.test_client(), provider).status_code == 303
    assert who(desk_app) == [("", "Lan", "agent")]


def test_how_somebody_signed_in_is_not_believed_of_user_info(
    tmp_path: Path, provider: HostileProvider
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer, acr="high"))
    provider.claims = {"sub": "lan"}
    more = {"sub": "lan", "name": "Lan", "groups": ["leads"], "acr": "high"}
    provider.answers["/userinfo"] = (200, {"Content-Type": "application/json"}, more)
    assert sign_in(app.test_client(), provider).status_code == 403
    assert not who(app)


def test_the_same_subject_of_another_provider_is_somebody_else(
    tmp_path: Path, provider: HostileProvider
) -> None:
    provider.claims["groups"] = ["leads"]
    first = make_app(tmp_path, vouching(provider.issuer))
    lead = first.test_client()
    assert sign_in(lead, provider).status_code == 303
    with running() as other:
        second = make_app(tmp_path, vouching(other.issuer))
        client = second.test_client()
        assert sign_in(client, other).status_code == 303
    agents = services(second).storage.agents.all()
    assert len({agent.id for agent in agents}) == 2
    assert sorted(agent.role for agent in agents) == ["agent", "lead"]
    assert lead.get("/en/desk/audit").status_code == 200
    assert client.get("/en/desk/audit").status_code == 403


def test_what_a_provider_refuses_is_in_the_security_log(
    tmp_path: Path, provider: HostileProvider, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(tmp_path, vouching(provider.issuer, acr="high"))
    client = app.test_client()
    with listening(caplog) as events:
        client.get(begin(client, provider).replace("code=c", "error=access_denied"))
        client.get(begin(client, provider).replace("state=", "state=x"))
        sign_in(client, provider)
        provider.id_token = "a.b.c"
        sign_in(client, provider)
        provider.answers[DISCOVERY] = (500, {}, "")
        client.get(BEGIN)
    refused = {"event": "sign-in-refused", "portal": "", "reason": "provider"}
    assert events == [refused | {"status": status} for status in (403, 400, 403, 502, 503)]


@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/keys", "/userinfo"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_of_a_provider_is_followed(
    desk_app: Flask, provider: HostileProvider, path: str, status: int
) -> None:
    provider.claims = {"sub": "lan"}
    client = desk_app.test_client()
    back = begin(client, provider)
    with running() as other:
        other.discovery = provider.discovery
        location = {"Location": f"{other.issuer}{path}"}
        provider.answers[path] = (status, location, "")
        if path == DISCOVERY:
            assert desk_app.test_client().get(BEGIN).status_code in (502, 503)
        assert client.get(back).status_code in (502, 503)
        assert other.asked == []
    assert path in provider.asked
    assert not who(desk_app)


def test_the_public_key_is_no_shared_secret(desk_app: Flask, provider: HostileProvider) -> None:
    client = desk_app.test_client()
    back = begin(client, provider)
    claims = provider.signed().split(".")[1]
    header = urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=")
    signature = hmac.digest(KEY.as_pem(private=False), f"{header}.{claims}".encode(), "sha256")
    provider.id_token = f"{header}.{claims}.{urlsafe_b64encode(signature).decode().rstrip('=')}"
    assert client.get(back).status_code == 502
    assert not who(desk_app)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({}, OTHERS),
        ({"jwk": OTHERS.as_dict(private=False)}, OTHERS),
        ({"jku": "http://127.0.0.1:1/keys"}, OTHERS),
        ({"kid": "two"}, KEY),
    ],
    ids=["unknown-key", "key-in-header", "key-elsewhere", "no-such-key"],
)
def test_no_key_but_the_providers_counts(
    desk_app: Flask, provider: HostileProvider, header: dict[str, Any], key: Any
) -> None:
    client = desk_app.test_client()
    back = begin(client, provider)
    claims = jwt.decode(provider.signed(), KEY).claims
    header = {"alg": "RS256", "kid": "one"} | header
    provider.id_token = jwt.encode(header, claims, key)
    assert client.get(back).status_code == 502
    assert not who(desk_app)


@pytest.mark.parametrize(
    "change",
    [
        {"aud": ["other"]},
        {"aud": ["desk", "other"]},
        {"aud": ["desk"], "azp": "other"},
        {"aud": None},
        {"iss": None},
        {"exp": None},
        {"nonce": None},
        {"sub": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": ["lan"]},
        {"at_hash": "x"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    desk_app: Flask, provider: HostileProvider, change: dict[str, Any]
) -> None:
    client = desk_app.test_client()
    back = begin(client, provider)
    provider.id_token = provider.signed(**change)
    assert client.get(back).status_code == 502
    assert not who(desk_app)


def test_a_token_of_the_sign_in_before_is_refused(
    desk_app: Flask, provider: HostileProvider
) -> None:
    client = desk_app.test_client()
    begin(client, provider)
    provider.id_token = provider.signed()
    assert sign_in(client, provider).status_code == 502


def test_a_provider_names_itself_by_nothing_else(tmp_path: Path, provider: HostileProvider) -> None:
    identity: IdentityProvider = vouching(f"{provider.issuer}/")
    client = make_app(tmp_path, identity).test_client()
    assert client.get(BEGIN).status_code == 502
