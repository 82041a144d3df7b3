"""The laboratory that these tests look settings up in, or the reason why there is none."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copy, which

import pytest
from flask import Flask

from app import create_app
from app.discovery import Discoveries
from app.knowledge import add_providers
from app.services import install, services
from app.settings import Settings
from tests.discovery.laboratory import LabNetwork, Laboratory, laboratory

PORTALS = Path(__file__).parents[2] / "docs" / "portals" / "example.toml"
DAY = date(2026, 11, 30)
LISTED = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
PACC = json.dumps(
    {
        "protocols": {"smtp": {"host": "smtp.own.example"}, "imap": {"host": "imap.own.example"}},
        "authentication": {"password": True},
    }
).encode()
DIGEST = base64.b64encode(hashlib.sha256(PACC).digest()).decode()


def config(host: str, socket: str = "SSL", port: int = 465, user: str = "%EMAILADDRESS%") -> bytes:
    """Return a client configuration with one outgoing server, and one for fetching mail."""
    return f"""<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="x"><domain>x.example</domain>
<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port>
<socketType>SSL</socketType><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>{host}</hostname><port>{port}</port>
<socketType>{socket}</socketType><username>{user}</username>
<authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>""".encode()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """Run the laboratory; where it can't be, skip, or fail if DISCOVERY_TESTS=required."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin")
        if not which("knotd"):
            reason = (
                "NOT TESTED in a laboratory: no knotd found; run tests/discovery/install as root"
            )
            if os.environ.get("DISCOVERY_TESTS") == "required":
                pytest.fail(reason)
            pytest.skip(reason)
        with laboratory(tmp_path_factory.mktemp("laboratory")) as found:
            _furnish(found)
            yield found


@pytest.fixture
def network(lab: Laboratory) -> LabNetwork:
    """Return a way into the laboratory, with no connection made yet."""
    return LabNetwork(lab)


@pytest.fixture
def discoveries(network: LabNetwork, caplog: pytest.LogCaptureFixture) -> Iterator[Discoveries]:
    """Return searches that remember nothing of other tests, and in which nothing goes wrong."""
    with Discoveries(network, lambda: DAY) as found:
        yield found
    assert not [record for record in caplog.records if record.name.startswith("app.discovery")]


@pytest.fixture
def finding_app(lab: Laboratory, tmp_path: Path) -> Iterator[Flask]:
    """Return the app as an operator has it who has switched discovery on, in the laboratory."""
    text = PORTALS.read_text("utf-8").replace("smtp.proseware.com", "smtp.none.example")
    (tmp_path / "portals.toml").write_text(text, "utf-8")
    copy(PORTALS.parent / "proseware.svg", tmp_path)
    settings = Settings(
        page_cache=0,
        discovery=True,
        database_url=f"sqlite:///{tmp_path / 'desk.sqlite3'}",
        rate_limit="",
        portals=str(tmp_path / "portals.toml"),
    )
    app = create_app(settings)
    kept = services(app)
    assert kept.discovery is not None
    with Discoveries(LabNetwork(lab), lambda: DAY) as discoveries:
        install(app, replace(kept, discovery=replace(kept.discovery, discoveries=discoveries)))
        yield app
        assert kept.storage is not None
        kept.storage.database.close()
    add_providers()


def _furnish(lab: Laboratory) -> None:
    """Set all hosts up, and say in DNS where they are."""
    web = lab.web(
        "auto.example", "autoconfig.auto.example", "well.example", "ua-auto-config.pacc.example",
        "ua-auto-config.forged.example", "autoconfig.hoster.example", "ispdb.example",
        "web.example", "autoconfig.slow.example", "elsewhere.test",
        "autoconfig.inside.example",
    )  # fmt: skip
    stranger = lab.web("autoconfig.stranger.example", certificate="another.example")
    own, bare = lab.mail("smtp.own.example"), lab.mail("smtp.bare.example", starttls=False)
    wrong = lab.mail("smtp.wrong.example", certificate="another.example")
    none = lab.mail("smtp.none.example", auth=False)
    hole = lab.black_hole(443, 465, 587)
    path = "/mail/config-v1.1.xml"
    known = f"/.well-known/autoconfig{path}"
    pacc = "/.well-known/user-agent-configuration.json"
    lab.pages |= {
        ("autoconfig.auto.example", path): (200, config("smtp.own.example")),
        ("well.example", known): (
            200,
            config("smtp.own.example", "STARTTLS", 587, "%EMAILLOCALPART%"),
        ),
        ("ua-auto-config.pacc.example", pacc): (200, PACC),
        ("ua-auto-config.forged.example", pacc): (200, PACC + b" "),
        ("autoconfig.hoster.example", path): (200, config("smtp.own.example")),
        ("ispdb.example", "/v1.1/listed.example"): (200, config("smtp.own.example")),
        ("autoconfig.inside.example", path): (200, config("smtp.private.example")),
        ("web.example", "/"): (200, b"here"),
        ("web.example", "/moved"): (302, "/"),
        ("web.example", "/away"): (302, "https://elsewhere.test/"),
        ("web.example", "/plain"): (302, "http://web.example/"),
        ("web.example", "/port"): (302, "https://web.example:465/"),
        ("web.example", "/round"): (302, "/round"),
        ("web.example", "/huge"): (200, "huge"),
        ("web.example", "/drip"): (200, "drip"),
        ("web.example", "/hang"): (200, "hang"),
        ("elsewhere.test", "/"): (200, b"there"),
    }
    busy = lab.talker(b"421 4.7.0 too many connections\r\n")
    lab.publish(
        f"""
ready.lab. TXT "yes"
web.example. A {web}
elsewhere.test. A {web}
autoconfig.auto.example. A {web}
auto.example. MX 10 mx.auto.example.
well.example. A {web}
ua-auto-config.pacc.example. A {web}
_ua-auto-config.pacc.example. TXT "v=UAAC1; a=sha256; d={DIGEST}"
ua-auto-config.forged.example. A {web}
_ua-auto-config.forged.example. TXT "v=UAAC1; a=sha256; d={DIGEST}"
autoconfig.hoster.example. A {web}
hosted.example. MX 10 mx.hoster.example.
ispdb.example. A {web}
autoconfig.stranger.example. A {stranger}

smtp.own.example. A {own}
imap.own.example. A {own}
smtp.bare.example. A {bare}
smtp.wrong.example. A {wrong}
smtp.none.example. A {none}
smtp.relay.example. A {lab.mail("smtp.relay.example", refusal="550 5.7.1 Relaying denied")}
smtp.listed.example. A {lab.mail("smtp.listed.example", refusal=LISTED)}
smtp.nobody.example. A {lab.mail("smtp.nobody.example", refusal="550 5.1.1 No such user here")}
smtp.busy.example. A {busy}
smtp.tarpit.example. A {lab.talker(b"2", every=0.2)}
smtp.endless.example. A {lab.talker(b"220-" + b"x" * 500 + bytes((13, 10)), every=0.00001)}
smtp.hole.example. A {hole}
smtp.closed.example. A {lab.address()}

_submissions._tcp.srv.example. SRV 0 1 465 smtp.srv.example.
_imaps._tcp.srv.example. SRV 0 1 993 imap.srv.example.
smtp.srv.example. A {lab.mail("smtp.srv.example")}
_submission._tcp.abroad.example. SRV 0 1 587 smtp.own.example.
_submission._tcp.port0.example. SRV 0 1 0 smtp.own.example.
_submissions._tcp.never.example. SRV 0 0 0 .
_submissions._tcp.known.example. SRV 0 1 465 smtp.gmail.com.

company.example. MX 1 aspmx.l.google.com.
company.example. MX 5 alt1.aspmx.l.google.com.
mixed.example. MX 1 aspmx.l.google.com.
mixed.example. MX 5 mixed-example.mail.protection.outlook.com.
mixed-equal.example. MX 5 aspmx.l.google.com.
mixed-equal.example. MX 5 mx.mixed-equal.example.
pa.example. MX 5 mail8971.maychuemail.com.
mail8971.maychuemail.com. A {lab.address()}
pa.example. MX 10 mx8971.maychuemail.net.
vina.example. MX 10 e2.vinahost.vn.
mail.vina.example. A {own}
gone.example. MX 10 e2.vinahost.vn.
filtered.example. MX 10 us-smtp-inbound-1.mimecast.com.
us-smtp-inbound-1.mimecast.com. A {lab.mail("us-smtp-inbound-1.mimecast.com")}
forwarded.example. MX 10 mx1.improvmx.com.
port25.example. MX 10 mx.port25.example.
_submission._tcp.port25.example. SRV 0 1 25 smtp.own.example.
_submissions._tcp.google-srv.example. SRV 0 1 465 smtp.gmail.com.
null.example. MX 0 .
mail.guess.example. A {lab.mail("mail.guess.example")}
guess.example. MX 10 mx.guess.example.
at-mx.example. MX 10 smtp.own.example.
smtp.unsafe.example. A {wrong}
smtp.open.example. A {none}
slow.example. MX 10 smtp.own.example.
autoconfig.slow.example. A {hole}
smtp.private.example. A 10.0.0.1
autoconfig.inside.example. A {web}
private.example. MX 10 metadata.private.example.
metadata.private.example. A 169.254.169.254
half.example. A {web}
half.example. A 10.0.0.1
half-six.example. A {web}
half-six.example. AAAA fd00::1
"""
    )
