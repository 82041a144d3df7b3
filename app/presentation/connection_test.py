"""Commands that test, from where a person is, whether their outgoing server can be reached.

They open a session and end it: no email is sent, and no password or address is in them.
"""

from __future__ import annotations

from typing import Final

from ..diagnosis import Situation
from ..i18n.messages import N_

_CURL: Final = "{curl} -sSv --ssl-reqd -m 8 -X NOOP smtps://{server}:465 smtp://{server}:587"
_WINDOWS: Final = "curl.exe --ssl-no-revoke"
"""Windows asks whether a certificate was revoked, and fails where nobody can be asked."""
COMMANDS: Final = (
    (N_("Windows 10 and 11: open “Command Prompt”"), _CURL, _WINDOWS),
    (N_("Mac: open “Terminal”; Linux: any terminal"), _CURL, "curl"),
    (
        N_("Windows, if the first command isn't found: open “PowerShell”"),
        "465, 587 | ForEach-Object {{ Test-NetConnection {server} -Port $_ }}",
        "",
    ),
    (
        N_("A website or a server, if curl is missing: open its shell (SSH)"),
        "nc -zvw 8 {server} 465; nc -zvw 8 {server} 587",
        "",
    ),
)


def tested_server(situation: Situation) -> str | None:
    """Return the server to test: the provider's, else the one that is set; None if unknown."""
    provider = situation.provider
    return provider.outgoing[0].server if provider else situation.facts.known("server")


def test_commands(server: str) -> list[tuple[str, str]]:
    """Return commands to copy, each after where it is typed.

    A server's canonical name has nothing special to a shell.
    """
    return [(where, text.format(curl=curl, server=server)) for where, text, curl in COMMANDS]
