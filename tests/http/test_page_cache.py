"""The page cache serves equal bytes, stores only what it may, and stays bounded."""

import gzip
from collections.abc import Iterable

import brotli
import pytest
from werkzeug.test import Client

from app import create_app
from app.http import page_cache
from app.http.page_cache import ONLY_IF_CACHED, NotCached, PageCache
from app.settings import Settings


def counting(status: str = "200 OK", control: str = "public, max-age=300"):
    calls: list[str] = []

    def app(environ, start) -> Iterable[bytes]:
        calls.append(environ["QUERY_STRING"])
        start(status, [("Cache-Control", control), ("Content-Type", "text/html")])
        return [b"page ", environ["QUERY_STRING"].encode()]

    return app, calls


def test_a_page_is_rendered_once() -> None:
    app, calls = counting()
    client = Client(PageCache(app, 10))
    assert [client.get("/vi/?a=1").data for _ in range(3)] == [b"page a=1"] * 3
    assert calls == ["a=1"]


def test_the_key_has_coding_and_query() -> None:
    app, calls = counting()
    client = Client(PageCache(app, 10))
    client.get("/vi/?a=1")
    client.get("/vi/?a=2")
    client.get("/vi/?a=1", headers={"Accept-Encoding": "br"})
    client.get("/vi/?a=1", headers={"Accept-Encoding": "gzip, br"})
    assert len(calls) == 3


def test_errors_private_pages_posts_and_long_queries_are_not_stored() -> None:
    for status, control in (("422 X", "public"), ("302 Found", "public"), ("200 OK", "no-store")):
        app, calls = counting(status, control)
        client = Client(PageCache(app, 10))
        client.get("/?a=1")
        client.get("/?a=1")
        assert len(calls) == 2
    app, calls = counting()
    client = Client(PageCache(app, 10))
    client.post("/?a=1")
    client.post("/?a=1")
    client.get("/?" + "x" * 600)
    client.get("/?" + "x" * 600)
    assert len(calls) == 4


def test_the_least_recently_used_page_goes_first() -> None:
    app, calls = counting()
    client = Client(PageCache(app, 2))
    for query in ("a", "b", "a", "c", "a", "b"):
        client.get(f"/?{query}")
    assert calls == ["a", "b", "c", "b"]


def test_a_page_rendered_before_clear_is_not_stored() -> None:
    inner, calls = counting()

    def forgetting(environ, start):
        if not calls:
            cache.clear()
        return inner(environ, start)

    cache = PageCache(forgetting, 10)
    client = Client(cache)
    assert [client.get("/?a=1").data for _ in range(3)] == [b"page a=1"] * 3
    assert calls == ["a=1", "a=1"]


def test_cached_and_uncached_responses_are_equal() -> None:
    cached = create_app(Settings(page_cache=8)).test_client()
    plain = create_app(Settings(page_cache=0)).test_client()
    for url in ("/vi/", "/en/check?place=work", "/en/check?place=moon", "/xx/", "/"):
        first, again, fresh = cached.get(url), cached.get(url), plain.get(url)
        assert first.data == again.data == fresh.data
        assert first.status_code == again.status_code == fresh.status_code
        assert list(first.headers) == list(again.headers)


UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("coding", UNPACK)
def test_a_page_is_compressed_well_once_it_is_asked_for_again(monkeypatch, coding) -> None:
    compressed: list[bytes] = []
    compress = page_cache.compress_well
    monkeypatch.setattr(
        page_cache, "compress_well", lambda *told: compressed.append(told[0]) or compress(*told)
    )
    client = create_app(Settings(page_cache=8)).test_client()
    asked = [client.get("/vi/", headers={"Accept-Encoding": coding}) for _ in range(4)]
    quick, small, *later = asked
    assert len(small.data) < len(quick.data)
    assert [page.data for page in later] == [small.data] * 2
    assert compressed == [quick.data]
    whole = client.get("/vi/").data
    for page in asked:
        assert UNPACK[coding](page.data) == whole
        assert page.content_length == len(page.data)
        assert [name for name, _ in page.headers] == [name for name, _ in quick.headers]


def test_nobody_waits_while_a_page_is_compressed(monkeypatch) -> None:
    app = create_app(Settings(page_cache=8))
    client, met = app.test_client(), []

    def ask(**more) -> bytes:
        headers = {"Accept-Encoding": "br"}
        return client.get("/vi/", headers=headers, environ_overrides=more).data

    def compress(body: bytes, coding: str) -> bytes:
        met.extend((ask(), ask(**{ONLY_IF_CACHED: True})))
        return b"small"

    monkeypatch.setattr(page_cache, "compress_well", compress)
    quick = ask()
    with pytest.raises(NotCached):  # the event loop, which has no time for it
        ask(**{ONLY_IF_CACHED: True})
    assert not met
    assert ask() == b"small"
    assert met == [quick, quick]
    assert ask(**{ONLY_IF_CACHED: True}) == b"small"


def test_a_page_compressed_before_clear_is_not_stored(monkeypatch) -> None:
    def app(environ, start) -> Iterable[bytes]:
        start("200 OK", [("Cache-Control", "public"), ("Content-Encoding", "br")])
        return [b"quick"]

    def compress(body: bytes, coding: str) -> bytes:
        cache.clear()
        return b"small"

    monkeypatch.setattr(page_cache, "compress_well", compress)
    cache = PageCache(app, 8)
    client = Client(cache)
    assert [client.get("/").data for _ in range(3)] == [b"quick", b"small", b"quick"]


def test_a_failure_to_compress_does_not_stop_later_ones(monkeypatch) -> None:
    def fail(body: bytes, coding: str) -> bytes:
        raise MemoryError

    client = create_app(Settings(page_cache=8)).test_client()
    quick = client.get("/vi/", headers={"Accept-Encoding": "br"}).data
    with monkeypatch.context() as patch:
        patch.setattr(page_cache, "compress_well", fail)
        with pytest.raises(MemoryError):
            client.get("/vi/", headers={"Accept-Encoding": "br"})
    assert len(client.get("/vi/", headers={"Accept-Encoding": "br"}).data) < len(quick)
