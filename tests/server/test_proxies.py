"""The server behind real proxies: trusted headers, and attacks that must not work."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator

import pytest

from tests.browser.pages import write_portals
from tests.browser.server import Served, serving
from tests.server.proxies import KINDS, Proxy, in_front, program_of
from tests.server.wire import Answer, ask, connect, head, many, read_answer

CUSTOMER = "127.0.0.9"
WAY_IN = "/at/proseware/en/check?account_domain=tailspintoys.com"
FORM = "Content-Type: application/x-www-form-urlencoded"
FORGED = (
    f"X-Forwarded-For: {CUSTOMER}",
    f"X_Forwarded_For: {CUSTOMER}",
    f"X-Forwarded_For: {CUSTOMER}",
    f"x_forwarded-for: {CUSTOMER}",
    f"Forwarded: for={CUSTOMER}",
    f"X-Real-IP: {CUSTOMER}",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("server")
    portals = write_portals(folder, **{"192.0.2.0/24": f"{CUSTOMER}/32"})
    settings = {
        "PORTALS": str(portals),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "METRICS_FROM": CUSTOMER,
        "RATE_LIMIT": "3 per hour",
        "DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3",
        "WEB_THREADS": "3",
    }
    with serving(folder / "log", **settings) as running:
        yield running


@pytest.fixture(scope="module", params=[(k, c) for k in KINDS for c in (False, True)], ids=str)
def proxy(
    request: pytest.FixtureRequest, server: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    kind, careless = request.param
    if program_of(kind) is None:
        if os.environ.get("PROXY_TESTS") == "required":
            pytest.fail(f"{kind} is not installed")
        pytest.skip(f"{kind} is not installed")
    with in_front(kind, server.port, tmp_path_factory.mktemp(kind), careless) as running:
        yield running


@pytest.fixture
def stranger(request: pytest.FixtureRequest) -> str:
    """Return an unused client address."""
    kind, careless = request.node.callspec.params["proxy"]
    return f"127.0.{1 + careless}.{100 + list(KINDS).index(kind)}"


def fetch(proxy: Proxy, request: bytes, source: str, tls: bool = False) -> Answer:
    client = connect(proxy.tls if tls else proxy.plain, source=source)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client = context.wrap_socket(client)
    with client:
        client.sendall(request)
        answer = read_answer(client)
        assert answer is not None
        return answer


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_the_client_address_is_the_one_the_proxy_sees(
    proxy: Proxy, stranger: str, tls: bool
) -> None:
    def is_customer(source: str, *headers: str) -> bool:
        answer = fetch(proxy, head("GET", WAY_IN, *headers), source, tls)
        return "connection=own" in answer.header("Location")

    assert is_customer(CUSTOMER)
    assert not is_customer(stranger)
    for header in FORGED:
        assert not is_customer(stranger, header), header
    assert not is_customer(stranger, *FORGED)
    assert not is_customer(stranger, *reversed(FORGED))


def test_no_header_resets_a_limit(proxy: Proxy, stranger: str) -> None:
    statuses = []
    for number in range(6):
        headers = [header.replace(CUSTOMER, f"192.0.2.{number}") for header in FORGED]
        request = head("POST", "/api/v1/diagnoses", *headers, "Content-Length: 0")
        statuses.append(fetch(proxy, request, stranger).status)
    assert statuses[-3:] == [429, 429, 429]


def test_no_header_opens_the_metrics(proxy: Proxy, stranger: str) -> None:
    assert fetch(proxy, head("GET", "/metrics"), CUSTOMER).status == 200
    assert fetch(proxy, head("GET", "/metrics", *FORGED), stranger).status == 404


def test_stalled_uploads_behind_a_proxy_block_nobody(proxy: Proxy) -> None:
    with many(proxy.plain, 40, head("POST", "/en/read", FORM, "Content-Length: 1000")):
        answer = ask(proxy.plain, head("GET", "/vi/check?error=relay-denied"))
        assert answer is not None
        assert answer.status == 200


def test_an_upload_behind_a_proxy_is_complete(proxy: Proxy) -> None:
    body = b"text=" + b"550 5.7.1 Unable to relay\n" * 2000
    response = ask(
        proxy.plain, head("POST", "/en/read", FORM, f"Content-Length: {len(body)}") + body
    )
    assert response is not None
    assert response.status == 303
    assert "error=relay-denied" in response.header("Location")
