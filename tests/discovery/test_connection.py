"""The output of the command that a page gives tells what can be reached from there."""

from __future__ import annotations

import subprocess
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from app.diagnosis import Facts, Situation
from app.presentation.connection_test import test_commands as commands_for
from app.presentation.connection_test import tested_server as server_to_test
from app.presentation.paste_input import merge_reading
from app.reading import Command, read
from tests.discovery.laboratory import Laboratory
from tests.linting import LintingClient

FACTS = {"error": "no-connection", "refused_by": "own-server", "account_domain": "gmx.de"}
FACTS |= {"program": "thunderbird", "place": "home", "vpn": "no", "port": "465", "plan": "now"}
POWERSHELL = """\
WARNING: TCP connect to (192.0.2.1 : 465) failed
ComputerName           : mail.gmx.net
RemoteAddress          : 192.0.2.1
RemotePort             : 465
InterfaceAlias         : Wi-Fi
SourceAddress          : 192.168.1.7
PingSucceeded          : False
TcpTestSucceeded       : False

ComputerName     : mail.gmx.net
RemoteAddress    : 192.0.2.1
RemotePort       : 587
InterfaceAlias   : Wi-Fi
SourceAddress    : 192.168.1.7
TcpTestSucceeded : True
"""
NETCAT = """\
nc: connect to mail.gmx.net (192.0.2.1) port 465 (tcp) timed out: Operation now in progress
Connection to mail.gmx.net (192.0.2.1) 587 port [tcp/submission] succeeded!
"""


def run(lab: Laboratory, number: int, names: dict[int, str]) -> str:
    """Return what one of the commands prints in the laboratory, with the real ports' numbers."""
    text = commands_for("smtp.own.example")[number][1]
    hosts = {port: lab.zone[f"{name}.example"] for port, name in names.items()}
    for port, real in ((465, lab.ports[465]), (587, lab.ports[587])):
        text = text.replace(f"smtp.own.example:{port}", f"smtp.own.example:{real}")
        text = text.replace(f"smtp.own.example {port}", f"{hosts[port]} {real}")
        text = text.replace("curl ", f"curl --resolve smtp.own.example:{real}:{hosts[port]} ", 1)
    text = text.replace("curl ", f"curl --cacert {lab.certificate_file} ", 1).replace(
        "-m 8", "-m 1"
    )
    text = text.replace("-zvw 8", "-zvw 1")
    done = subprocess.run(text, shell=True, capture_output=True, text=True, timeout=30)
    printed = done.stdout + done.stderr
    for port, real in ((465, lab.ports[465]), (587, lab.ports[587])):
        printed = printed.replace(str(real), str(port))
    return printed


def seen(command: Command | None) -> list[tuple[int, str]]:
    assert command is not None
    return [(test.port, test.outcome) for test in command.ports]


@pytest.mark.parametrize(
    ("at_465", "at_587", "ports", "best"),
    [
        ("smtp.own", "smtp.own", [(465, "works"), (587, "works")], "465"),
        ("smtp.closed", "smtp.own", [(465, "unreached"), (587, "works")], "587"),
        ("smtp.hole", "smtp.own", [(465, "unreached"), (587, "works")], "587"),
        ("smtp.own", "smtp.hole", [(465, "works"), (587, "unreached")], "465"),
        ("smtp.closed", "smtp.hole", [(465, "unreached"), (587, "unreached")], "none"),
        ("smtp.wrong", "smtp.own", [(465, "encryption"), (587, "works")], "587"),
        ("smtp.wrong", "smtp.wrong", [(465, "encryption"), (587, "encryption")], None),
        ("smtp.own", "smtp.bare", [(465, "works"), (587, "encryption")], "465"),
    ],
)
def test_what_curl_prints(
    lab: Laboratory, at_465: str, at_587: str, ports: list[tuple[int, str]], best: str | None
) -> None:
    reading = read(run(lab, 1, {465: at_465, 587: at_587}))
    assert seen(reading.command) == ports
    assert reading.command is not None
    assert reading.command.open_port == best


def test_what_nc_prints(lab: Laboratory) -> None:
    printed = run(lab, 3, {465: "smtp.closed", 587: "smtp.own"})
    assert seen(read(printed).command) == [(465, "unreached"), (587, "works")]


SIX = """\
*   Trying [2001:db8::1]:465...
* Immediate connect fail for 2001:db8::1: Network is unreachable
*   Trying 192.0.2.1:465...
* Connected to mail.gmx.net (192.0.2.1) port 465
*  SSL certificate verify ok.
< 220 gmx.net ESMTP
*   Trying 192.0.2.1:587...
* Connected to mail.gmx.net (192.0.2.1) port 587
< 421 too many connections
curl: (8) weird server reply
"""
SIX_WINDOWS = """\
WARNING: TCP connect to (2001:db8::1 : 465) failed
ComputerName     : mail.gmx.net
RemotePort       : 465
TcpTestSucceeded : True

WARNING: TCP connect to (192.0.2.1 : 587) failed
ComputerName     : mail.gmx.net
RemotePort       : 587
TcpTestSucceeded : False
"""
MAC = """\
Connection to mail.gmx.net port 465 [tcp/urd] succeeded!
nc: connectx to mail.gmx.net port 587 (tcp) failed: Operation timed out
"""
SILENT = """\
*   Trying 192.0.2.1:465...
* Connected to mail.gmx.net (192.0.2.1) port 465
* Operation timed out after 8001 milliseconds with 0 bytes received
curl: (28) Operation timed out
*   Trying 192.0.2.1:587...
* Connected to mail.gmx.net (192.0.2.1) port 587
* Recv failure: Connection reset by peer
curl: (56) Recv failure: Connection reset by peer
"""


@pytest.mark.parametrize(
    ("text", "ports", "best"),
    [
        (SIX, [(465, "works"), (587, "broken")], "465"),
        (SIX_WINDOWS, [(465, "works"), (587, "unreached")], "465"),
        (MAC, [(465, "works"), (587, "unreached")], "465"),
        (SILENT, [(465, "broken"), (587, "broken")], "none"),
    ],
)
def test_what_failed_before_or_after_a_connection(
    text: str, ports: list[tuple[int, str]], best: str
) -> None:
    command = read(text).command
    assert seen(command) == ports
    assert command is not None
    assert command.open_port == best


@pytest.mark.parametrize("text", [POWERSHELL, NETCAT])
def test_what_other_commands_print(text: str) -> None:
    reading = read(text)
    assert seen(reading.command) == [(465, "unreached"), (587, "works")]
    assert reading.command is not None
    assert reading.command.open_port == "587"
    facts = merge_reading(reading, Facts(error="no-connection", port=465))
    assert (facts.open_port, facts.port, facts.error) == ("587", 465, "no-connection")
    assert facts.server is None  # what was tested is not what is set


def test_nothing_of_a_shell_is_in_a_command() -> None:
    for _, command in commands_for("xn--mail-0na.example"):
        assert not set(command) & set("`\"'<>&\\")
    unknown = Situation(Facts(server="smtp.fabrikam.vn"))
    assert server_to_test(unknown) == "smtp.fabrikam.vn"
    assert server_to_test(Situation(Facts(server="unknown"))) is None


def test_a_test_leads_to_the_port_that_works(client: LintingClient) -> None:
    query = urlencode(FACTS)
    plan = client.get(f"/en/check?{query}").text
    assert "/en/test?" in plan
    page = client.get(f"/en/test?{query}").text
    assert "curl.exe --ssl-no-revoke -sSv" in page
    assert "mail.gmx.net" in page
    shown = client.post(f"/en/read?{query}", data={"text": POWERSHELL, "show": "yes"}).text
    assert "Port 587 works from here" in shown
    assert "192.168.1.7" not in shown
    onward = shown.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    facts = dict(parse_qsl(urlsplit(onward).query))
    assert (facts["open_port"], facts["port"]) == ("587", "465")
    steps = client.get(onward).text.split('<ol class="steps"')[1].split("</ol>")[0]
    assert ">587<" in steps
    assert ">465<" not in steps


def test_what_fails_encrypted_is_another_error() -> None:
    text = (
        "*   Trying 192.0.2.1:465...\n* Connected to smtp.gmx.de (192.0.2.1) port 465\n"
        "* SSL certificate problem: self signed certificate\n*   Trying 192.0.2.1:587...\n"
        "* connect to 192.0.2.1 port 587 failed: Connection refused\n"
    )
    facts = merge_reading(read(text), Facts(error="no-connection"))
    assert (facts.error, facts.open_port) == ("tls-failed", None)


def test_where_no_port_works_another_network_is_tried_first() -> None:
    facts = Facts(error="no-connection", account_domain="gmx.de", port=587, program="thunderbird")
    assert Situation(facts.but(open_port="none")).diagnosis.remedies[0] == "other-network"
    assert Situation(facts.but(open_port="465")).diagnosis.remedies[0] == "fix-encryption"
    assert Situation(facts.but(open_port="465")).settings["port"] == 465
    other = Situation(Facts(error="no-connection", account_domain="fabrikam.vn", open_port="587"))
    assert other.settings["port"] == 587


@pytest.mark.parametrize("language", ["vi", "en"])
def test_without_a_server_it_is_asked_for(client: LintingClient, language: str) -> None:
    page = client.get(f"/{language}/test?error=no-connection")
    assert "change=server" in page.text
    assert "curl" not in page.text
