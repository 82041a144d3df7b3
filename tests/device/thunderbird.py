"""Run a real Thunderbird without a screen, and run script in it (Marionette protocol)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = "thunderbird"
PATIENCE = 60.0
"""Seconds that the program has to come up; it is polled, never slept for."""


class Thunderbird:
    """A running Thunderbird that takes scripts."""

    def __init__(self, port: int) -> None:
        self._socket = _connect(port)
        self._stream = self._socket.makefile("rb")
        self._count = 0

    def greet(self) -> None:
        """Take its greeting, and ask for the right to run script in the program itself."""
        self._receive()
        self._call("WebDriver:NewSession", {})
        self._call("Marionette:SetContext", {"value": "chrome"})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function in the program, and return what it returns."""
        # The scripts that Marionette runs get a callback as their last argument.
        body = (
            "const done = arguments[arguments.length - 1]; const given = [...arguments];"
            f"(async () => {{ {script} }})()"
            ".then(value => done({value}), fault => done({fault: String(fault)}));"
        )
        answer = self._call("WebDriver:ExecuteAsyncScript", {"script": body, "args": arguments})
        answer = answer["value"]
        if "fault" in answer:
            raise RuntimeError(answer["fault"])
        return answer["value"]

    def close(self) -> None:
        """Let go of the program."""
        self._stream.close()
        self._socket.close()

    def _call(self, command: str, parameters: dict[str, Any]) -> Any:
        self._count += 1
        text = json.dumps([0, self._count, command, parameters])
        self._socket.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, fault, result = self._receive()
        if fault:
            raise RuntimeError(f"{command}: {fault['message']}")
        return result

    def _receive(self) -> Any:
        digits = b""
        while not digits.endswith(b":"):
            digits += self._stream.read(1) or _gone()
        return json.loads(self._stream.read(int(digits[:-1])))


def _gone() -> bytes:
    raise RuntimeError("Thunderbird has gone away")


def _connect(port: int) -> socket.socket:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except OSError:
            if time.monotonic() > end:
                raise


@contextmanager
def running(folder: Path) -> Iterator[Thunderbird]:
    """Start a Thunderbird with a profile of its own in a folder, and end it by its pid."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    profile = folder / "profile"
    profile.mkdir()
    preferences = {
        "marionette.port": port,
        "app.update.auto": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "mail.provider.suppress_dialog_on_startup": True,
    }
    (profile / "user.js").write_text(
        "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in preferences.items())
    )
    command = [
        PROGRAM,
        "--headless",
        "--marionette",
        "-remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(profile),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)}
        )
    try:
        client = Thunderbird(port)
        try:
            client.greet()
            yield client
        finally:
            client.close()
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
