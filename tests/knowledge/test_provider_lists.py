"""Lists of providers that other projects keep are read, and nothing in them can do harm."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.client_config import BadFile
from app.knowledge.model import Incoming, Outgoing, Provider
from app.knowledge.provider_import import read_copy
from app.knowledge.provider_lists import read_chatmail, read_mutt_wizard, read_nodemailer

DAY = date(2026, 11, 30)
SERVICES = {
    "Fabrikam": {
        "description": "Fabrikam Mail",
        "domains": ["fabrikam.example", "fab.example"],
        "host": "smtp.fabrikam.example",
        "port": 465,
        "secure": True,
    },
    "Adatum": {"domains": ["adatum.example"], "host": "smtp.adatum.example", "port": 587},
    "Sender": {"host": "smtp.sender.example", "port": 587},
    "Plain": {"domains": ["plain.example"], "host": "smtp.plain.example", "port": 25},
    "Broken": {"domains": ["broken.example"], "host": "no host", "port": 465, "secure": True},
}
CSV = (
    "ADDRESS,IMAP,imap port,SMTP,smtp port\nfabrikam.example,imap.fabrikam.example,993,"
    "smtp.fabrikam.example,587\n*@adatum.example,mail.adatum.example,993,mail.adatum.example,465\n"
    "old.example,mail.old.example,993,mail.old.example,25\n"
)
MARKDOWN = """\
---
name: Fabrikam
status: PREPARATION
domains:
 - fabrikam.example
server:
  - type: imap
    socket: SSL
    hostname: imap.fabrikam.example
    port: 993
  - type: smtp
    socket: STARTTLS
    hostname: smtp.fabrikam.example
    port: 587
  - type: smtp
    socket: SSL
    hostname: smtp.fabrikam.example
    port: 465
last_checked: 2017-06
---

Some words.
"""
IMAP = (Incoming("imap", "imap.fabrikam.example", 993, "tls"),)


def providers(found: object) -> list[Provider]:
    return [each for each in found if isinstance(each, Provider)]  # type: ignore[attr-defined]


def test_nodemailer() -> None:
    found = list(read_nodemailer(json.dumps(SERVICES).encode(), DAY))
    first, second = providers(found)
    assert (first.name, first.domains) == ("Fabrikam Mail", ("fabrikam.example", "fab.example"))
    assert first.outgoing == (Outgoing("smtp.fabrikam.example", 465, "tls"),)
    assert second.outgoing == (Outgoing("smtp.adatum.example", 587, "starttls"),)
    assert {first.sign_in, second.sign_in} == {"unknown"}
    faults = [str(each) for each in found if isinstance(each, BadFile)]
    assert [fault.split(":")[0] for fault in faults] == ["Plain", "Broken"]


def test_mutt_wizard() -> None:
    found = list(read_mutt_wizard(CSV.encode(), DAY))
    first, second = providers(found)
    assert first.outgoing == (Outgoing("smtp.fabrikam.example", 587, "starttls"),)
    assert first.incoming == IMAP
    assert second.domains == ("adatum.example",)
    assert sum(isinstance(each, BadFile) for each in found) == 1


def test_chatmail() -> None:
    found = read_chatmail(MARKDOWN.encode(), "fabrikam.md", DAY)
    assert found.outgoing == (
        Outgoing("smtp.fabrikam.example", 465, "tls"),
        Outgoing("smtp.fabrikam.example", 587, "starttls"),
    )
    assert found.incoming == IMAP
    assert found.source == "chatmail/provider-db, fabrikam.md"


@pytest.mark.parametrize(
    "content",
    [
        MARKDOWN.replace("PREPARATION", "BROKEN"),
        MARKDOWN.replace("domains:", "names:"),
        MARKDOWN.replace("smtp", "pop3"),
        MARKDOWN.replace("port: 587", "port: 99999"),
        "no front",
        "---\n!!python/object/apply:os.system ['true']\n---\n",
        "---\n- a\n- list\n---\n",
        "---\n" + "[" * 5000 + "\n---\n",
    ],
)
def test_a_file_that_cannot_be_used(content: str) -> None:
    with pytest.raises(BadFile):
        read_chatmail(content.encode(), "x.md", DAY)


def test_the_form_tells_which_list_it_is(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text(json.dumps(SERVICES))
    (tmp_path / "domains.csv").write_text(CSV)
    folder = tmp_path / "provider-db" / "_providers"
    folder.mkdir(parents=True)
    (folder / "fabrikam.md").write_text(MARKDOWN)
    (folder / "example.com.md").write_text(MARKDOWN)
    (folder.parent / "README.md").write_text("Read me")
    with ZipFile(tmp_path / "provider-db.zip", "w") as archive:
        archive.writestr("provider-db-1/_providers/fabrikam.md", MARKDOWN)
        archive.writestr("provider-db-1/README.md", "Read me")
    for name, count in (
        ("services.json", 2),
        ("domains.csv", 2),
        ("provider-db", 1),
        ("provider-db.zip", 1),
    ):
        imported = read_copy(tmp_path / name, DAY)
        assert len(imported.providers) == count, name
        assert not any("README" in fault for fault in imported.faults)


def test_a_list_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text("[1, 2]")
    with pytest.raises(BadFile):
        read_copy(tmp_path / "services.json", DAY)


@given(st.binary(max_size=300))
def test_anything_is_a_list_or_a_fault(content: bytes) -> None:
    for reader in (read_nodemailer, read_mutt_wizard):
        with suppress(BadFile):
            assert all(isinstance(each, Provider | BadFile) for each in reader(content, DAY))
    with suppress(BadFile):
        read_chatmail(content, "x.md", DAY)


@given(st.recursive(st.none() | st.text(max_size=8) | st.integers(), st.lists, max_leaves=5))
def test_any_service_is_a_provider_or_a_fault(value: object) -> None:
    rows = [
        {"X": value},
        {"X": {"domains": value, "host": value, "port": value}},
        {"X": {"domains": ["a.example"], "host": "b.example", "port": value, "secure": value}},
    ]
    for row in rows:
        for each in read_nodemailer(json.dumps(row).encode(), DAY):
            assert isinstance(each, Provider | BadFile)
