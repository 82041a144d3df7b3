"""A portals file: what is right is used, what is wrong is said with file, line and key."""

import re
from ipaddress import ip_network
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n.templates import FOLDER
from app.portals.checks import Claims
from app.portals.entry import PortalEntry
from app.portals.portal import PortalTheme
from app.portals.registry import LARGEST, Loaded, load_portals
from tests.conftest import PORTALS, ROOT

TEXT = PORTALS.read_text("utf-8")
HEAD = "[[portal]]\n# The word"
LOGO = (PORTALS.parent / "proseware.svg").read_bytes()


def load(tmp_path: Path, text: str) -> Loaded:
    (tmp_path / "proseware.svg").write_bytes(LOGO)
    path = tmp_path / "portals.toml"
    path.write_text(text, "utf-8")
    return load_portals(path, ("vi", "en"))


def line(part: str, text: str = TEXT) -> int:
    """Return the line of the file that a text stands in."""
    return text[: text.index(part)].count("\n") + 1


TEXTS = [
    name
    for name, field in PortalEntry.model_fields.items()
    if dict[str, str] in get_args(field.annotation)
]


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_a_portal_is_checked_and_shown(tmp_path: Path, name: str) -> None:
    text = re.sub(rf"(?m)^{name} = .*\n", "", TEXT)
    faults = load(tmp_path, text.replace("phone = ", f'{name} = "{{"\nphone = ', 1)).faults
    assert [f"portal[1].{name}: " in str(fault) for fault in faults] == [True]
    templates = (path.read_text("utf-8") for path in FOLDER.rglob("*.html"))
    shown = any(f"portal.entry.{name}" in text for text in templates)
    assert shown, f"no template has portal.entry.{name}: add it to shared/portal-note.html"


def test_the_example_is_right() -> None:
    loaded = load_portals(PORTALS, ("vi", "en"))
    assert not loaded.faults
    assert not loaded.warnings
    provider = loaded.portals["proseware"].provider
    assert provider.domains == ("proseware.com",)
    assert (provider.outgoing[0].server, provider.outgoing[0].port) == ("smtp.proseware.com", 465)
    assert provider.offers == {"smtp-auth", "authorised-network", "webmail"}
    assert (provider.sign_in, provider.mail_only) == ("password", False)


MISTAKES = {
    "bad CIDR": ('"192.0.2.0/24"', '"192.0.2.0/33"', "networks[1]", "is not a network"),
    "host bits": ('"192.0.2.0/24"', '"192.0.2.1/24"', "networks[1]", "host bits"),
    "mapped": ('"192.0.2.0/24"', '"::ffff:192.0.2.0/120"', "networks[1]", "IPv4 network"),
    "missing translation": (
        'vi = "thứ Hai đến thứ Bảy, 7 đến 21 giờ", ',
        "",
        "hours",
        "no text in 'vi'",
    ),
    "empty translation": ('vi = "Trang hỗ trợ"', 'vi = " "', "links[1].text", "no text in 'vi'"),
    "strange language": (
        'languages = ["vi", "en"]',
        'languages = ["vi", "en", "fr"]',
        "languages[3]",
        "is not available",
    ),
    "default": ('default = "vi"', 'default = "fr"', "default", "none of the portal's languages"),
    "unknown key": ('default = "vi"', 'defualt = "vi"', "defualt", "is an unknown key"),
    "domain": (
        'domains = ["proseware.com"]',
        'domains = ["proseware"]',
        "domains[1]",
        "is not a domain",
    ),
    "port": ("port = 465", "port = 0", "outgoing[1].port", "greater than or equal to 1"),
    "port as text": ("port = 465", 'port = "465"', "outgoing[1].port", "without quotation marks"),
    "security": ('security = "tls"', 'security = "ssl"', "outgoing[1].security", "'starttls'"),
    "authorisation": ('"smtp-auth", ', '"smtp", ', "authorisations[1]", "'smtp-auth'"),
    "no smtp-auth": ('"smtp-auth", ', "", "authorisations", "smtp-auth is not offered"),
    "phone": ('phone = "1900 0000"', 'phone = "call us"', "phone", "is not a phone number"),
    "no phone": ('phone = "1900 0000"', "", "hours", "no phone"),
    "colour": ('accent = "#7a2048"', 'accent = "red"', "colours.accent", "is not a colour"),
    "origin": (
        '"https://www.proseware.com", "http',
        '"https://www.proseware.com/", "http',
        "origins[1]",
        "final slash",
    ),
    "origin of all": (
        '"https://www.proseware.com", "http',
        '"https://*.proseware.com", "http',
        "origins[1]",
        "is not an origin",
    ),
    "link": (
        '"https://www.proseware.com/support"',
        '"javascript:alert(1)"',
        "links[1].url",
        "is not a link",
    ),
    "remedy": ("use-login = {", "use-logon = {", "notes.use-logon", "is not a known remedy"),
    "marks": (
        'vi = "Tên đăng nhập',
        'vi = "`Tên` đăng nhập',
        "notes.use-login",
        "which are reserved",
    ),
    "all addresses": ('"192.0.2.0/24"', '"0.0.0.0/0"', "networks[1]", "larger than any"),
    "all of v6": ('"2001:db8:5::/48"', '"::/0"', "networks[2]", "larger than any"),
    "tomorrow": ("checked = 2026-11-24", "checked = 2999-01-01", "checked", "is in the future"),
    "host": (
        'server = "smtp.proseware.com"',
        'server = "smtp://mail"',
        "outgoing[1].server",
        "is not a host name",
    ),
    "long": ('name = "Proseware"', f'name = "{"x" * 500}"', "name", "…' is no name"),
    "origin of IPv6": (
        '"https://www.proseware.com", "http',
        '"http://[::1]:8000", "http',
        "origins[1]",
        "could compare",
    ),
    "number for a network": ('"192.0.2.0/24"', "5", "networks[1]", "is not a network in quotation"),
    "zone": ('"2001:db8:5::/48"', '"fe80::1%eth0"', "networks[2]", "is not a network in quotation"),
    "no host": (
        '"https://www.proseware.com/support"',
        '"https://"',
        "links[1].url",
        "is not a link",
    ),
    "broken link": (
        '"https://www.proseware.com/support"',
        '"https://[bad"',
        "links[1].url",
        "is no address",
    ),
    "logo of no file": (
        'logo = "proseware.svg"',
        r'logo = "a\u0000.svg"',
        "logo",
        "cannot be read",
    ),
    "webmail": ("# webmail = false", 'webmail = "no"', "webmail", "is true or false"),
    "day": ("checked = 2026-11-24", 'checked = "2026-11-24"', "checked", "without quotation marks"),
    "fact": (
        "# [portal.facts]\n# server",
        "[portal.facts]\nvpn",
        "facts.vpn",
        "cannot be pre-filled",
    ),
    "value": (
        "# [portal.facts]\n# server",
        "[portal.facts]\nplace",
        "facts.place",
        "is not a valid value",
    ),
    "logo": ('logo = "proseware.svg"', 'logo = "none.svg"', "logo", "cannot be read"),
    "logo of a kind": ('logo = "proseware.svg"', 'logo = "portals.toml"', "logo", ".svg .png"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, mistake: str) -> None:
    before, after, key, words = MISTAKES[mistake]
    assert before in TEXT
    text = TEXT.replace(before, after, 1)
    (fault,) = load(tmp_path, text).faults
    assert str(fault).startswith(f"portals.toml:{line(HEAD, text)}: portal[1].{key}: ")
    assert words in str(fault)
    assert not load(tmp_path, text).portals


SIGN_IN = """
[portal.sign_in]
issuer = "https://login.proseware.com"
client_id = "thong-thu"
client_secret_from = "OIDC_PROSEWARE_SECRET"
leads = "leads"
"""


def test_a_desk_may_have_an_identity_provider(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("OIDC_PROSEWARE_SECRET", "a-secret")
    loaded = load(tmp_path, TEXT + SIGN_IN)
    assert not loaded.faults
    identity = loaded.portals["proseware"].identity
    assert (identity.client_secret, identity.agents, identity.leads) == ("a-secret", "", "leads")
    assert "a-secret" not in repr(loaded.portals["proseware"])


def test_its_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "secret"
    file.write_text("from-a-file\n")
    monkeypatch.setenv("OIDC_PROSEWARE_SECRET_FILE", str(file))
    identity = load(tmp_path, TEXT + SIGN_IN).portals["proseware"].identity
    assert identity.client_secret == "from-a-file"
    file.unlink()
    (fault,) = load(tmp_path, TEXT + SIGN_IN).faults
    assert "client_secret_from: OIDC_PROSEWARE_SECRET_FILE cannot be read" in str(fault)


@pytest.mark.parametrize(
    ("before", "after", "key", "words"),
    [
        ("OIDC_PROSEWARE_SECRET", "OIDC_OTHER", "client_secret_from", "has no OIDC_OTHER"),
        ("OIDC_PROSEWARE_SECRET", "DATABASE_URL", "client_secret_from", "is no name of a variable"),
        ("https://login", "http://login", "issuer", "begins with https://"),
        ("leads =", "lead =", "lead", "is an unknown key"),
        ('client_id = "thong-thu"', 'client_id = ""', "client_id", "at least 1"),
    ],
)
def test_a_mistake_about_an_identity_provider_is_named(
    tmp_path: Path, monkeypatch, before: str, after: str, key: str, words: str
) -> None:
    monkeypatch.setenv("OIDC_PROSEWARE_SECRET", "a-secret")
    text = TEXT + SIGN_IN.replace(before, after)
    (fault,) = load(tmp_path, text).faults
    assert str(fault).startswith(f"portals.toml:{line(HEAD)}: portal[1].sign_in.{key}: ")
    assert words in str(fault)
    assert "a-secret" not in str(fault)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (fault,) = load(tmp_path, TEXT.replace("checked = 2026-11-24", "")).faults
    assert str(fault) == f"portals.toml:{line(HEAD)}: portal[1].checked: is missing"


@pytest.mark.parametrize(
    ("text", "line"), [("[[portal]\n", 1), ("\n\nname = Proseware\n", 3), ("a = 1\na = 2\n", 2)]
)
def test_what_is_no_toml_is_said_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (fault,) = load(tmp_path, text).faults
    assert str(fault).startswith(f"portals.toml:{line}: ")


def test_other_files_and_other_tables(tmp_path: Path) -> None:
    assert "No such file" in str(load_portals(tmp_path / "none.toml", ("vi",)).faults[0])
    assert "is no key of this file" in str(load(tmp_path, "x = 1\n").faults[0])
    assert "list of tables" in str(load(tmp_path, "portal = 1\n").faults[0])
    assert "holds no [[portal]]" in str(load(tmp_path, "# nothing\n").faults[0])
    assert "is no file" in str(load_portals(tmp_path, ("vi",)).faults[0])
    (tmp_path / "portals.toml").write_bytes(b"\xff\xfe")
    assert load_portals(tmp_path / "portals.toml", ("vi",)).faults


def second(**changes: str) -> str:
    text = TEXT[TEXT.index("[[portal]]\n#") :].replace('id = "proseware"', 'id = "fabrikam"')
    for before, after in (("domains", '["fabrikam.com"]'), ("networks", '["203.0.113.0/24"]')):
        start = text.index(f"\n{before} = ") + 1
        end = text.index("\n", start)
        text = f"{text[:start]}{before} = {changes.get(before, after)}{text[end:]}"
    return text.replace('"fabrikam"', changes.get("id", '"fabrikam"'), 1)


def test_what_two_portals_claim_belongs_to_the_first(tmp_path: Path) -> None:
    assert set(load(tmp_path, TEXT + second()).portals) == {"proseware", "fabrikam"}
    for key, value, words in (
        ("domains", '["fabrikam.com", "proseware.com"]', "domains[2]: 'proseware.com' belongs to"),
        ("networks", '["192.0.2.128/25"]', "networks[1]: 192.0.2.128/25 overlaps 192.0.2.0/24"),
        ("networks", '["2001:db8::/32"]', "networks[1]: 2001:db8::/32 overlaps"),
        ("id", '"proseware"', "id: 'proseware' is used twice"),
    ):
        text = TEXT + second(**{key: value})
        loaded = load(tmp_path, text)
        (fault,) = loaded.faults
        where = text[: text.rindex(HEAD)].count("\n") + 1
        assert str(fault).startswith(f"portals.toml:{where}: portal[2].")
        assert words in str(fault)
        assert list(loaded.portals) == ["proseware"]


def test_whatever_an_editor_adds_the_lines_are_right(tmp_path: Path) -> None:
    text = TEXT.replace("192.0.2.0/24", "192.0.2.0/33")
    for data in (text.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + text.encode()):
        (tmp_path / "proseware.svg").write_bytes(LOGO)
        (tmp_path / "portals.toml").write_bytes(data)
        (fault,) = load_portals(tmp_path / "portals.toml", ("vi", "en")).faults
        assert str(fault).startswith(f"portals.toml:{line(HEAD)}: ")


def test_origins_are_what_browsers_send(tmp_path: Path) -> None:
    text = TEXT.replace('"https://www.proseware.com", ', '"https://Bücher.example:443", ')
    loaded = load(tmp_path, text)
    assert not loaded.faults
    assert loaded.portals["proseware"].origins[0] == "https://xn--bcher-kva.example"


def test_a_hundred_portals_are_read(tmp_path: Path) -> None:
    many = "".join(
        second(id=f'"p{n}"', domains=f'["p{n}.example"]', networks=f'["10.{n}.0.0/16"]')
        for n in range(100)
    ).replace("#7a2048", "#ffee00")
    loaded = load(tmp_path, many)
    assert len(loaded.portals) == len(loaded.warnings) == 100


def test_whatever_is_wrong_it_ends_nothing(tmp_path: Path, monkeypatch) -> None:
    assert load(tmp_path, "a = " + "[" * 4000).faults
    monkeypatch.setattr("app.portals.registry.entry_faults", lambda *_: 1 / 0)
    (fault,) = load(tmp_path, TEXT).faults
    assert "portal[1]: cannot be read (ZeroDivisionError)" in str(fault)


def test_unreadable_colours_are_adjusted_and_said(tmp_path: Path) -> None:
    text = TEXT.replace("#7a2048", "#ffee00").replace("#f0a3c0", "#101010")
    loaded = load(tmp_path, text)
    assert not loaded.faults
    day, night = map(str, loaded.warnings)
    assert day.startswith(f"portals.toml:{line(HEAD)}: portal[1].colours.accent: #ffee00")
    assert "colours.dark.accent: #101010 has a contrast of" in night
    assert "#ffee00" not in PortalTheme(loaded.portals["proseware"]).palette.css


@pytest.mark.parametrize(
    "other",
    [
        'portal = [{ id = "-" }]',
        '[["portal"]]\nid = "-"',
        '[[portal]]\nid = "-"\nname = """\n[[portal]]\n"""',
    ],
)
def test_no_line_is_said_where_it_is_not_sure(tmp_path: Path, other: str) -> None:
    for fault in load(tmp_path, other).faults:
        assert str(fault).startswith("portals.toml: portal[1].")


def measure(tmp_path: Path, text: str) -> float:
    """Return how long a file is read, in seconds; it fits."""
    assert len(text) < 1_000_000
    began = perf_counter()
    load(tmp_path, text)
    return perf_counter() - began


ONE = second().partition("\n[portal.notes]")[0]
SHAPES = {
    "keys": lambda n: ONE + "".join(f"\na{at} = 1" for at in range(n // 10)),
    "tables": lambda n: ONE + "".join(f"\n[portal.x{at}]" for at in range(n // 16)),
    "an array": lambda n: ONE + "\n[portal.x]\na = [\n" + "1,\n" * (n // 3) + "]",
    "comments": lambda n: ONE + "\n[portal.x]\n" + "#\n" * (n // 2),
    "a text": lambda n: ONE + '\n[portal.x]\na = """' + "[[portal]]\n" * (n // 11) + '"""',
    "heads": lambda n: "[[portal]]\n" * (n // 11),
    "portals": lambda n: "".join(
        second(id=f'"p{at}"', domains=f'["p{at}.example"]', networks="[]")
        for at in range(n // len(second()))
    ),
    "networks": lambda n: "".join(
        second(
            id=f'"p{at}"',
            domains=f'["p{at}.example"]',
            networks=str([f"{10 + at}.{each}.0.0/16" for each in range(200)]),
        )
        for at in range(n // 6500)
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_time_grows_as_the_file_does(tmp_path: Path, shape: str) -> None:
    small, large = (
        min(measure(tmp_path, SHAPES[shape](size)) for _ in range(2)) for size in (25_000, 200_000)
    )
    # Eight times the text; in quadratic time it would be 64 times.
    assert large < 40 * small


def test_a_file_may_have_so_much(tmp_path: Path) -> None:
    assert "larger" not in load(tmp_path, "#" * LARGEST).faults[0]
    loaded = load(tmp_path, "#" * (LARGEST + 1))
    assert loaded.faults == [f"portals.toml: is larger than {LARGEST} bytes, the most that is read"]
    assert f"{LARGEST:,} bytes" in (ROOT / "docs/portals.md").read_text("utf-8")
    assert 5_000 * len(second()) < LARGEST
    for key in (".".join("a" * 400_000), '"a" . ' * 100_000 + "a", "[" + "a." * 400_000 + "a]"):
        (fault,) = load(tmp_path, key if key[0] == "[" else f"{key} = 1").faults
        assert "more than 50 parts" in str(fault)


parts = st.integers(0, 3).flatmap(
    lambda bits: st.integers(0, 2**bits - 1).map(
        lambda number: ip_network(f"10.0.0.{number << (8 - bits)}/{24 + bits}")
    )
)


@given(st.lists(st.lists(parts, max_size=3, unique=True), max_size=8))
def test_a_network_belongs_to_the_first_that_claims_a_part_of_it(lists: list[list[Any]]) -> None:
    claims = Claims(network for networks in lists for network in networks)
    claimed: list[Any] = []
    for number, networks in enumerate(lists):
        entry = SimpleNamespace(networks=networks, domains=[])
        portal: Any = SimpleNamespace(id=str(number), entry=entry)
        refused = {key[1] for key, _ in claims.faults(portal)}
        assert refused == {
            at
            for at, network in enumerate(networks)
            if any(network.overlaps(other) for other in claimed)
        }
        if not refused:
            claims.add(portal)
            claimed += networks


def test_a_network_may_lie_in_another_of_the_same_portal_only(tmp_path: Path) -> None:
    mine = second(networks='["203.0.113.64/26", "203.0.113.0/24", "203.0.113.80/32"]')
    assert len(load(tmp_path, TEXT + mine).portals) == 2
    third = second(id='"third"', domains='["third.vn"]', networks='["203.0.113.128/25"]')
    (fault,) = load(tmp_path, TEXT + mine + third).faults
    assert "203.0.113.128/25 overlaps 203.0.113.0/24, a network of the portal 'fabrikam'" in str(
        fault
    )
