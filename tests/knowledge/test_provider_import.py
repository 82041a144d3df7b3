"""A copy of the ISPDB is read whole: the good files kept, the rest named, nothing believed."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from app.diagnosis import Facts, Plan, Situation
from app.diagnosis.reduction import find_provider
from app.knowledge import KnowledgeError, Outgoing, Provider, add_providers, knowledge
from app.knowledge.client_config import BadFile
from app.knowledge.freshness import dated_facts
from app.knowledge.provider_import import read_copy
from app.knowledge.provider_table import read_providers, write_providers
from app.settings import Settings

DAY = date(2026, 11, 24)
SMTP = """<outgoingServer type="smtp"><hostname>smtp.proseware.com</hostname><port>{port}</port>
<socketType>{socket}</socketType><username>%EMAILADDRESS%</username>{ways}{more}</outgoingServer>"""
IMAP = """<incomingServer type="{kind}"><hostname>{kind}.proseware.com</hostname><port>993</port>
<socketType>SSL</socketType><authentication>password-cleartext</authentication></incomingServer>"""


def smtp(port: object = 465, socket="SSL", ways=("password-cleartext",), more="") -> str:
    shown = "".join(f"<authentication>{way}</authentication>" for way in ways)
    return SMTP.format(port=port, socket=socket, ways=shown, more=more)


def entry(*servers: str, domains=("proseware.com",), name="Proseware") -> str:
    shown = "".join(f"<domain>{domain}</domain>" for domain in domains)
    return (
        f'<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">{shown}'
        f"<displayShortName>{name}</displayShortName>{''.join(servers)}"
        "</emailProvider></clientConfig>"
    )


def folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "ispdb").mkdir()
    for name, text in files.items():
        (tmp_path / "ispdb" / f"{name}.com.xml").write_text(text, "utf-8")
    (tmp_path / "README.md").write_text("not an entry")
    return tmp_path


def test_a_provider_is_read_with_its_source_and_day(tmp_path: Path) -> None:
    servers = [IMAP.format(kind="pop3"), IMAP.format(kind="imap"), smtp(587, "STARTTLS"), smtp()]
    path = folder(tmp_path, a=entry(*servers, domains=("Proseware.com", "mail.proseware.net")))
    imported = read_copy(path, DAY)
    (provider,) = imported.providers
    assert (provider.name, provider.sign_in, provider.oauth) == ("Proseware", "password", False)
    assert provider.domains == ("proseware.com", "mail.proseware.net")
    assert [(o.port, o.security) for o in provider.outgoing] == [(465, "tls"), (587, "starttls")]
    assert [i.protocol for i in provider.incoming] == ["imap", "pop3"]
    assert (provider.source, provider.checked) == ("Thunderbird ISPDB, a.com.xml", DAY)
    assert not provider.mail_only
    assert imported.conflicts == imported.faults == []


@pytest.mark.parametrize(
    ("ways", "sign_in", "oauth"),
    [
        (("OAuth2",), "oauth-only", True),
        (("OAuth2", "password-cleartext"), "unknown", True),
        (("password-encrypted",), "password", False),
        (("none", "plain"), "password", False),
    ],
)
def test_how_one_logs_in_is_not_guessed(tmp_path, ways, sign_in, oauth) -> None:
    (provider,) = read_copy(folder(tmp_path, a=entry(smtp(ways=ways))), DAY).providers
    assert (provider.sign_in, provider.oauth) == (sign_in, oauth)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no xml", "no XML"),
        ("<clientConfig/>", "no clientConfig with"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + entry(smtp()), "has a document type"),
        (entry(smtp(), domains=()), "no domain"),
        (entry(smtp(), domains=("proseware.com/x",)), "is not a host name"),
        (entry(smtp(port="many")), "is no port"),
        (entry(smtp(port=70000)), "is no port"),
        (entry(), "no outgoing server"),
        (entry(smtp(25, "plain")), "no outgoing server"),
        (entry(smtp(ways=("none",))), "no outgoing server"),
        (entry(smtp(ways=("client-IP-address",))), "no outgoing server"),
        (entry(smtp(more="<restriction>clientIPAddress</restriction>")), "no outgoing server"),
        (entry(smtp()) + "x" * 300_000, "larger than 256 KB"),
    ],
)
def test_a_bad_file_is_named_and_the_good_ones_kept(tmp_path: Path, text: str, why: str) -> None:
    path = folder(tmp_path, bad=text, good=entry(smtp(), domains=("adatum.com",)))
    imported = read_copy(path, DAY)
    assert [provider.domains for provider in imported.providers] == [("adatum.com",)]
    (fault,) = imported.faults
    assert fault.startswith("bad.com.xml: ")
    assert why in fault


def test_the_first_file_has_a_domain_and_shipped_ones_stay(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a=entry(smtp(), domains=("proseware.com", "gmail.com")),
        b=entry(smtp(587, "STARTTLS"), domains=("proseware.com", "adatum.com")),
    )
    imported = read_copy(path, DAY, knowledge().providers)
    assert [p.domains for p in imported.providers] == [("proseware.com",), ("adatum.com",)]
    assert imported.conflicts == [
        "gmail.com: a.com.xml, but shipped with the app",
        "proseware.com: b.com.xml, but a.com.xml",
    ]


def test_host_names_that_depend_on_the_domain_are_filled_in(tmp_path: Path) -> None:
    text = entry(smtp(), domains=("proseware.com", "adatum.com"))
    path = folder(tmp_path, a=text.replace("smtp.proseware.com", "smtp.%EMAILDOMAIN%"))
    servers = {p.domains[0]: p.outgoing[0].server for p in read_copy(path, DAY).providers}
    assert servers == {d: f"smtp.{d}" for d in ("proseware.com", "adatum.com")}
    person = text.replace("smtp.proseware.com", "%EMAILLOCALPART%.proseware.com")
    (path / "ispdb/a.com.xml").write_text(person)
    assert "no outgoing server" in read_copy(path, DAY).faults[0]


def test_a_zip_is_read_like_a_checkout(tmp_path: Path) -> None:
    path = folder(tmp_path, a=entry(smtp()))
    with ZipFile(tmp_path / "db.zip", "w") as archive:
        archive.write(path / "ispdb/a.com.xml", "autoconfig-master/ispdb/a.com.xml")
        archive.writestr("autoconfig-master/README.md", "x")
        archive.writestr("autoconfig-master/tools/proseware.com", "x")
    assert read_copy(tmp_path / "db.zip", DAY) == read_copy(path, DAY)
    (tmp_path / "no.zip").write_text("no zip")
    with pytest.raises(BadFile, match="neither a folder nor a zip"):
        read_copy(tmp_path / "no.zip", DAY)


@pytest.mark.no_cover
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_no_file_breaks_the_import(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("db")
    (path / "a.com.xml").write_bytes(content)
    whole = entry(smtp()).encode()
    (path / "b.com.xml").write_bytes(whole[: len(content)] + content + whole[len(content) :])
    imported = read_copy(path, DAY)
    assert len(imported.faults) + len(imported.providers) >= 1


@pytest.fixture
def own(tmp_path: Path):
    """Use an operator's own provider for one test."""
    files = folder(tmp_path, a=entry(smtp(587, "STARTTLS"), IMAP.format(kind="imap")))
    file = tmp_path / "own" / "providers.sqlite3"
    write_providers(file, read_copy(files, DAY).providers)
    yield file
    add_providers()


def test_an_operators_own_providers_give_exact_steps_from_the_next_start(own: Path, client) -> None:
    facts = Facts(error="tls-required", account_domain="mail.proseware.com", program="thunderbird")
    assert Situation(facts).case["account"] == "unknown"
    create_app(Settings(providers_file=str(own)))
    assert find_provider(facts).name == "Proseware"
    assert Situation(facts).case["account"] == "password"
    remedy = next(r for r in Plan(Situation(facts)).remedies if r.values)
    assert remedy.values["server"] == "smtp.proseware.com"
    assert remedy.values["port"] == 587
    answer = client.get("/en/profile.mobileconfig?account_domain=proseware.com")
    assert b"smtp.proseware.com" in answer.data
    assert find_provider(Facts(account_domain="gmail.com")).id == "gmail"


def test_a_file_of_providers_that_is_broken_stops_the_start(own: Path) -> None:
    whole = own.read_bytes()
    for broken, why in (
        (whole.replace(b'"port": 587', b'"prot": 587'), r"providers\.sqlite3: proseware\.com"),
        (b"no database", "not a database"),
        (b"", "no such table"),
        (b"[{}]", "notes"),
    ):
        own.write_bytes(broken)
        with pytest.raises(KnowledgeError, match=rf"providers\.sqlite3: .*{why}"):
            create_app(Settings(providers_file=str(own)))
    own.unlink()
    create_app(Settings(providers_file=str(own)))


def some(id: str, *domains: str, server: str = "smtp.example.com") -> Provider:
    return Provider(id, id, domains, "password", (Outgoing(server, 465, "tls"),), "a test", DAY)


def as_list(providers: list[Provider]) -> str:
    """Return providers as a file held them until November 2026."""
    rows = (asdict(each) | {"checked": each.checked.isoformat(), "notes": []} for each in providers)
    return json.dumps(list(rows), ensure_ascii=False, indent=1)


@pytest.mark.parametrize("old", [False, True])
def test_of_two_with_a_name_the_first_has_it_and_a_shipped_one_before(
    tmp_path: Path, old: bool
) -> None:
    file = tmp_path / "own #1?.sqlite3"  # none of these means anything in a name
    providers = [
        some("first", "one.example", "gmail.com"),
        some("sécond", "one.example", "two.example"),
        some("first", "three.example", server="smtp.three.example"),
    ]
    if old:
        file.write_text(as_list(providers), "utf-8")
    else:
        write_providers(file, providers)
    table = read_providers(file)
    assert list(table) == providers
    add_providers(table, (some("portal", "two.example"),))
    found = {
        (kind, name): (each := knowledge().provider_by(kind, name)) and each.id
        for kind, name in (
            ("domain", "one.example"),
            ("domain", "two.example"),
            ("domain", "three.example"),
            ("domain", "gmail.com"),
            ("domain", "first"),
            ("id", "sécond"),
            ("id", "one.example"),
            ("server", "smtp.example.com"),
            ("server", "smtp.three.example"),
            ("server", None),
        )
    }
    assert list(found.values()) == [
        *("first", "portal", "first", "gmail", None, "sécond", None, "portal", "first", None)
    ]
    assert knowledge().provider_above("mail.three.example") == providers[2]
    facts = [fact.name for fact in dated_facts(knowledge())]
    assert facts.count("provider first") == 2
    add_providers()


@given(st.lists(st.builds(some, st.text(min_size=1), st.text(), server=st.text()), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, providers: list[Provider]) -> None:
    file = tmp_path_factory.mktemp("own") / "providers.sqlite3"
    write_providers(file, providers)
    table = read_providers(file)
    assert list(table) == providers
    for name in (name for provider in providers for name in provider.names):
        assert table.find(*name) == next(each for each in providers if name in each.names)


def test_many_look_at_once(tmp_path: Path) -> None:
    file = tmp_path / "providers.sqlite3"
    providers = [some(f"p{number}", f"{number}.example") for number in range(300)]
    write_providers(file, providers)
    table = read_providers(file)
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(
            lambda number: table.find("domain", f"{number % 300}.example"), range(2400)
        )
        assert list(found) == providers * 8


def test_a_file_that_somebody_wrote_into_is_said_to_be_damaged(tmp_path: Path, caplog) -> None:
    file = tmp_path / "providers.sqlite3"
    write_providers(file, [some(f"p{number}", f"{number}.example") for number in range(3000)])
    table = read_providers(file)
    assert table.find("domain", "2.example")
    size = file.stat().st_size
    with file.open("rb+") as written:
        written.truncate(0)
        written.truncate(size)  # as many bytes, all zero
    assert {table.find("domain", f"{number}.example") for number in range(900, 1000)} == {None}
    assert {record.getMessage() for record in caplog.records} == {
        "providers.sqlite3 is damaged: import the providers once more"
    }


def test_a_new_file_is_used_from_the_next_start(own: Path) -> None:
    table = read_providers(own)
    write_providers(own, [some("new", "new.example")])
    assert table.find("domain", "proseware.com") is not None
    assert table.find("domain", "new.example") is None
    assert read_providers(own).find("domain", "new.example") is not None
