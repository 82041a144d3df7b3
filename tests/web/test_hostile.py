"""No path and no query of any route ends in a 500, reaches a header, or leads to another site."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
from app.diagnosis import FACT_KEYS
from app.settings import Settings
from tests.conftest import PORTALS

LONG = "a" * 3900
HOSTILE = (
    "%00",
    "%0d%0aSet-Cookie:%20a=b",
    "%0a",
    "%0d",
    "%ff",
    "%ed%a0%80",
    "%c2%85",
    "%e2%80%a8",
    "%e2%80%ae",
    "%f0%9f",
    "%",
    "%2",
    "%2e%2e/x",
    "..",
    "../../../x",
    "/",
    "//evil.example",
    "%2f%2fevil.example",
    "%5c%5cevil.example",
    "\\evil.example",
    "@evil.example",
    ";accent=",
    ";accent=ff00ff;",
    ";accent=%0d%0aa",
    "?",
    "&",
    "=",
    "<script>",
    "{0.__class__}",
    "%25s",
    "-1",
    "%d9%a3",
    "9" * 3900,
    LONG,
)
"""What is put into every place of a URL, percent-encoded as it is sent."""
WORST = ("%0d%0aSet-Cookie:%20a=b", "%ff%00%ed%a0%80", "//evil.example")
"""What is put into every parameter by itself, too."""
NAMES = (
    *FACT_KEYS,
    "asked",
    "change",
    "code",
    "day",
    "days",
    "emailaddress",
    "error",
    "file",
    "from",
    "keep",
    "lang",
    "name",
    "next",
    "note",
    "origin",
    "outcome",
    "password",
    "plan",
    "state",
    "step",
    "text",
    "to",
    "version",
    "was",
    "way",
    "who",
    "worked",
)
"""What some route reads from a query or a form."""
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return the whole app: portals, desk and cases, no limit, and a page cache to poison."""
    database = tmp_path_factory.mktemp("desk") / "desk.sqlite3"
    return create_app(
        Settings(
            page_cache=64,
            portals=str(PORTALS),
            demo_url="http://demo.example",
            database_url=f"sqlite:///{database}",
            rate_limit="",
            case_limit="",
            guess_limit="",
            sign_in_limit="",
        )
    )


def send(
    app: Flask, method: str, path: str, query: str = "", body: str = "", kind: str = FORM
) -> list[str]:
    """Send a request, its path and query as they are; return what is wrong with the answer."""
    builder = EnvironBuilder("/", method=method, data=body or None, content_type=body and kind)
    environ = builder.get_environ()
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")  # PEP 3333
    environ["QUERY_STRING"] = query
    chunks, status, headers = run_wsgi_app(app.wsgi_app, environ)
    b"".join(chunks)
    return faults(status, list(headers))


def faults(status: str, headers: list[tuple[str, str]]) -> list[str]:
    """Return what is wrong with an answer: it broke, a header was injected, it leads elsewhere."""
    found = [status] if status.startswith("5") else []
    for name, value in headers:
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", name + value):
            found.append(f"{name} holds a control character")
        if name == "Set-Cookie" and value.startswith("a=b"):
            found.append("a cookie was injected")
        if name == "Location" and not re.match(r"/(?![/\\])", value):
            found.append(f"leads to {value[:60]}")
    return found


def places(rule: str) -> Iterator[str]:
    """Yield a route's path with every hostile text in every place of it."""
    path = fill(rule, "H2KM4QR69")
    for text in HOSTILE:
        yield from (path + text, f"{path}/{text}", f"/{text}{path}", f"/{path}")
        yield from (f"/at/proseware{path}{text}", f"/at/proseware{text}{path}", f"/at/{text}{path}")
        yield fill(rule, text)
        yield rule.replace("<language:lang>", text).replace("<code>", text).replace("<name>", text)


def fill(rule: str, text: str) -> str:
    return re.sub("<(?:code|name)>", lambda _: text, rule.replace("<language:lang>", "en"))


def rules() -> list[Rule]:
    app = create_app(Settings(page_cache=0))
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


@pytest.mark.no_cover
@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.endpoint} {rule.rule}")
def test_no_url_breaks_a_route_or_reaches_a_header(served: Flask, rule: Rule) -> None:
    plain = fill(rule.rule, "H2KM4QR69")
    for method in sorted({"GET", "POST"} & (rule.methods or set())):
        paths = {"", *places(rule.rule)}
        found = {path: send(served, method, path) for path in paths}
        for text in HOSTILE:
            every = "&".join(f"{name}={text}" for name in NAMES)
            for query in (text, f"{text}={text}", every, every[:3900]):
                found[query] = send(served, method, plain, query)
            found[f"portal {text}"] = send(served, method, f"/at/proseware{plain}", every[:3900])
            if method == "POST":
                found[f"form {text}"] = send(served, method, plain, body=every)
                for kind in ("application/json", f"multipart/form-data; boundary={text[:70]}"):
                    found[f"{kind} {text}"] = send(served, method, plain, body=text, kind=kind)
        for text in WORST:
            for name in NAMES:
                pair = f"{name}={text}"
                found[pair] = send(served, method, plain, pair)
                if method == "POST":
                    found[f"form {pair}"] = send(served, method, plain, body=pair)
        assert not {place: told for place, told in found.items() if told}


def test_what_is_looked_for_would_be_found() -> None:
    assert not faults("302 Found", [("Location", "/en/check?x=1"), ("Vary", "Accept")])
    for status, name, value in (
        ("500 Internal Server Error", "Vary", ""),
        ("200 OK", "Location", "//evil.example"),
        ("200 OK", "Location", "http://evil.example/"),
        ("200 OK", "Location", "/\\evil.example"),
        ("200 OK", "Set-Cookie", "a=b"),
        ("200 OK", "X", "a\r\nb"),
    ):
        assert faults(status, [(name, value)])
