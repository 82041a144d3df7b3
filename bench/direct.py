"""Call a WSGI application with no server: how long it takes for itself."""

import io
import time
from typing import Any
from urllib.parse import unquote
from wsgiref.types import WSGIApplication


def environ(path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Prepare a request as a server would hand it over."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    } | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}


def body(app: WSGIApplication, request: dict[str, Any]) -> bytes:
    """Answer one request.

    :raise RuntimeError: if it is not a 200.
    """
    statuses: list[str] = []

    def start_response(status: str, headers: object, exc_info: object = None) -> Any:
        statuses.append(status)

    answer = app(request.copy(), start_response)
    try:
        data = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    if not statuses[0].startswith("200 "):
        raise RuntimeError(f"{request['PATH_INFO']}?{request['QUERY_STRING']}: {statuses[0]}")
    return data


def rate(app: WSGIApplication, request: dict[str, Any], seconds: float = 0.1) -> float:
    """Answer the request again and again, and tell how many times a second."""
    answers = 0
    start = time.perf_counter()
    while time.perf_counter() < start + seconds:
        for _ in range(10):
            body(app, request)
        answers += 10
    return answers / (time.perf_counter() - start)
