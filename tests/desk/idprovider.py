"""A real OpenID provider on a free port of loopback, for as long as a test needs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

PROGRAM = "node"
FOLDER = Path(__file__).parent / "provider"
PATIENCE = 60.0


def client(id: str, redirect_uri: str) -> dict[str, object]:
    """Return a client as the provider registers it."""
    return {"client_id": id, "client_secret": f"secret of {id}", "redirect_uris": [redirect_uri]}


class IdentityServer:
    """A provider that anybody can sign in at as anybody."""

    def __init__(self, clients: Mapping[str, str], host: str) -> None:
        told = json.dumps([client(id, uri) for id, uri in clients.items()])
        self._process = subprocess.Popen(
            [PROGRAM, "provider.mjs", host, told],
            cwd=FOLDER,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout
        self.issuer = self._process.stdout.readline().strip()
        assert self.issuer, "the provider does not start"

    def stop(self) -> None:
        """Take the provider away, as a power cut does."""
        self._process.kill()
        self._process.communicate()


class Visitor(requests.Session):
    """Somebody's browser at the provider."""

    def answer(self, url: str, account: str = "", **typed: str) -> str:
        """Follow a sign-in's address, sign in where asked, and return where it leads in the end."""
        issuer = urljoin(url, "/")
        page = self.get(url, allow_redirects=False, timeout=PATIENCE)
        while page.status_code != 303 or page.headers["Location"].startswith((issuer, "/")):
            if page.status_code == 200:
                form = {"account": account} | typed
                page = self.post(page.url, form, allow_redirects=False, timeout=PATIENCE)
            else:
                assert page.is_redirect, page.text
                place = urljoin(page.url, page.headers["Location"])
                page = self.get(place, allow_redirects=False, timeout=PATIENCE)
        return page.headers["Location"]


@contextmanager
def running(clients: Mapping[str, str], host: str = "127.0.0.1") -> Iterator[IdentityServer]:
    """Run a provider; where there is none, skip, or fail if OIDC_TESTS=required.

    :param clients: the redirect URI of each client's id
    :param host: the name of loopback that the provider goes by
    """
    if not (shutil.which(PROGRAM) and (FOLDER / "node_modules" / "oidc-provider").is_dir()):
        reason = "NOT TESTED with a real OpenID provider: run tests/desk/install"
        if os.environ.get("OIDC_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    server = IdentityServer(clients, host)
    try:
        yield server
    finally:
        server.stop()
