"""Make load: requests a second at one URL, over kept-alive connections."""

import re
import shutil
import socket
import subprocess
import time

Address = tuple[str, int]

CONNECTIONS = 4
WRK = shutil.which("wrk")
NAME = "wrk" if WRK else "a client in Python (it is slow and flattens the ratios: install wrk)"


def rate(address: Address, path: str, headers: dict[str, str], seconds: int = 1) -> float:
    """Ask for `path` again and again, and tell how many answers came a second.

    :raise RuntimeError: if an answer is not a success.
    """
    if WRK:
        return rate_by_wrk(address, path, headers, seconds)
    return rate_by_python(address, path, headers, seconds)


def rate_by_wrk(address: Address, path: str, headers: dict[str, str], seconds: int) -> float:
    """Measure with wrk, one thread."""
    fields = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = [str(WRK), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *fields, url(address, path)]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", report)
    if found is None or "Non-2xx" in report or float(found[1]) == 0:
        raise RuntimeError(f"{url(address, path)} does not work:\n{report}")
    return float(found[1])


def rate_by_python(address: Address, path: str, headers: dict[str, str], seconds: int) -> float:
    """Measure with one connection and as little Python as will do."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: {address[0]}\r\n{fields}\r\n".encode("ascii")
    answers = 0
    with socket.create_connection(address, timeout=10) as connection:
        start = time.perf_counter()
        while time.perf_counter() < start + seconds:
            connection.sendall(request)
            read_answer(connection, path)
            answers += 1
        return answers / (time.perf_counter() - start)


def read_answer(connection: socket.socket, path: str) -> None:
    """Read one answer to its end.

    :raise RuntimeError: if it is not a 200 with a known length.
    """
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += receive(connection)
    head = data[:end].lower()
    length = re.search(rb"\r\ncontent-length: *(\d+)", head)
    if length is None or b" 200 " not in head.split(b"\r\n")[0]:
        raise RuntimeError(f"{path} does not work: {head!r}")
    missing = end + 4 + int(length[1]) - len(data)
    while missing > 0:
        missing -= len(receive(connection))


def receive(connection: socket.socket) -> bytes:
    """Read what has come.

    :raise RuntimeError: if the server hangs up.
    """
    data = connection.recv(65536)
    if not data:
        raise RuntimeError("the server closed a connection that was to be kept")
    return data


def url(address: Address, path: str) -> str:
    """Write address and path as one."""
    return f"http://{address[0]}:{address[1]}{path}"
