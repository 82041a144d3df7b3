"""Thunderbird itself fetches our file and reads the values that our page shows."""

import pytest

from app.diagnosis import Facts, Plan, Situation
from tests.device.thunderbird import Thunderbird

READ = """
const {fetchHTTP} = ChromeUtils.importESModule("resource:///modules/accountcreation/FetchHTTP.sys.mjs");
const {readFromXML} = ChromeUtils.importESModule("resource:///modules/accountcreation/readFromXML.sys.mjs");
const config = readFromXML(await fetchHTTP(given[0], {urlArgs: given[1]}), "test");
const plain = server => ({host: server.hostname, port: server.port, socket: server.socketType,
                          auth: server.auth, user: server.username, type: server.type});
return {incoming: plain(config.incoming), outgoing: plain(config.outgoing), id: config.id,
        domains: config.domains, incomplete: !config.isComplete()};
"""
SOCKET = {"tls": 3, "starttls": 2}
"""Ci.nsMsgSocketType: alwaysSTARTTLS and SSL."""
PASSWORD, OAUTH2 = 3, 10
"""Ci.nsMsgAuthMethod: passwordCleartext and OAuth2."""


@pytest.mark.parametrize(
    ("domain", "auth"),
    [
        ("gmail.com", OAUTH2),
        ("outlook.com", OAUTH2),
        ("yahoo.com", OAUTH2),
        ("icloud.com", PASSWORD),
        ("zoho.com", PASSWORD),
    ],
)
@pytest.mark.parametrize("path", ["mail", ".well-known/autoconfig/mail"])
def test_thunderbird_reads_what_the_page_shows(
    thunderbird: Thunderbird, address: str, domain: str, auth: int, path: str
) -> None:
    url = f"{address}/{path}/config-v1.1.xml"
    found = thunderbird.run(READ, url, {"emailaddress": f"lan@{domain}"})
    remedies = Plan(Situation(Facts(error="tls-required", account_domain=domain))).remedies
    values = next(remedy.values for remedy in remedies if remedy.values)
    assert found["outgoing"] == {
        "host": values["server"],
        "port": values["port"],
        "socket": SOCKET[values["security"]],
        "auth": auth,
        "user": "%EMAILADDRESS%",
        "type": "smtp",
    }
    assert found["incoming"]["type"] == "imap"
    assert domain in found["domains"]


def test_thunderbird_is_told_when_we_do_not_know(thunderbird: Thunderbird, address: str) -> None:
    with pytest.raises(RuntimeError, match=r"404|NOT FOUND"):
        thunderbird.run(READ, f"{address}/mail/config-v1.1.xml", {"emailaddress": "lan@a.com"})
