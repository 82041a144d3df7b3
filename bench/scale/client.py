"""HTTP over one connection that is kept, as a browser does: little work for each request."""

from __future__ import annotations

import asyncio
import ssl
from typing import NamedTuple
from urllib.parse import urlencode

import brotli

HOST = "127.0.0.1"
PATIENCE = 60.0


class Answer(NamedTuple):
    """An answer: status, headers with small letters, the body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        packed = self.headers.get("content-encoding") == "br"
        return (brotli.decompress(self.body) if packed else self.body).decode()


class Client:
    """Somebody at a browser.

    :param tls: how to check the server's certificate, None for plain HTTP
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None, cookie: str = "") -> None:
        self._port, self._tls = port, tls
        self._head = f"Host: {HOST}:{port}\r\nAccept-Encoding: br\r\n"
        if cookie:
            self._head += f"Cookie: __Secure-desk={cookie}\r\n"
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, script: bool = False
    ) -> Answer:
        """Send a request, and return the answer.

        :param form: what is POSTed
        :param script: say that the desk's own script asks
        :raise OSError: no connection, or none that lasts; IncompleteReadError is one kind
        :raise TimeoutError: no answer in time
        """
        body = urlencode(form or {}).encode()
        lines = [f"{method} {path} HTTP/1.1\r\n{self._head}"]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}\r\n")
            lines.append("Content-Type: application/x-www-form-urlencoded\r\n")
        if script:
            lines.append("X-Desk: 1\r\n")
        request = "".join([*lines, "\r\n"]).encode() + body
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._exchange(request)
        except asyncio.IncompleteReadError as fault:
            self.close()
            raise ConnectionError("the answer ends early") from fault
        except (OSError, TimeoutError):
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        if self._pipe:
            self._pipe[1].transport.abort()  # at once: the loop may end before a polite end does
        self._pipe = None

    async def _exchange(self, request: bytes) -> Answer:
        if self._pipe is None or self._pipe[0].at_eof():
            self.close()
            self._pipe = await asyncio.open_connection(HOST, self._port, ssl=self._tls)
        reader, writer = self._pipe
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        if "chunked" in headers.get("transfer-encoding", ""):
            body = await _read_chunks(reader)
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(head[0].split()[1]), headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)
