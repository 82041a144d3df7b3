"""Profile and autoconfig file: valid in form, no secret inside, the values of the page."""

import plistlib
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.knowledge import knowledge

# Apple's schema: github.com/apple/device-management, mdm/profiles/com.apple.mail.managed.yaml
# and CommonPayloadKeys.yaml, read 2026-11-24.
MAIL: dict[str, tuple[type, bool]] = {
    "EmailAccountDescription": (str, False),
    "EmailAccountName": (str, False),
    "EmailAccountType": (str, True),
    "EmailAddress": (str, False),
    "IncomingMailServerAuthentication": (str, True),
    "IncomingMailServerHostName": (str, True),
    "IncomingMailServerPortNumber": (int, False),
    "IncomingMailServerUseSSL": (bool, False),
    "IncomingMailServerUsername": (str, False),
    "OutgoingMailServerAuthentication": (str, True),
    "OutgoingMailServerHostName": (str, True),
    "OutgoingMailServerPortNumber": (int, False),
    "OutgoingMailServerUseSSL": (bool, False),
    "OutgoingMailServerUsername": (str, False),
    "OutgoingPasswordSameAsIncomingPassword": (bool, False),
    "PreventMove": (bool, False),
}
COMMON: dict[str, tuple[type, bool]] = {
    "PayloadType": (str, True),
    "PayloadVersion": (int, True),
    "PayloadIdentifier": (str, True),
    "PayloadUUID": (str, True),
    "PayloadDisplayName": (str, False),
    "PayloadDescription": (str, False),
    "PayloadOrganization": (str, False),
}
TOP = COMMON | {"PayloadContent": (list, False), "PayloadRemovalDisallowed": (bool, False)}
RANGES = {
    "EmailAccountType": {"EmailTypeIMAP", "EmailTypePOP"},
    "IncomingMailServerAuthentication": {"EmailAuthNone", "EmailAuthPassword"},
    "OutgoingMailServerAuthentication": {"EmailAuthNone", "EmailAuthPassword"},
}
PROVIDERS = [p for p in knowledge().providers if p.incoming and p.domains]
PASSWORDS = [p for p in PROVIDERS if p.sign_in != "oauth-only"]


def fits(payload: dict, schema: dict[str, tuple[type, bool]]) -> None:
    for key, value in payload.items():
        assert type(value) is schema[key][0], key
        assert key not in RANGES or value in RANGES[key], key
    assert {key for key, (_, needed) in schema.items() if needed} <= payload.keys()


def page_values(client: FlaskClient, domain: str) -> dict:
    facts = {"error": "tls-required", "account_domain": domain, "program": "iphone"}
    remedies = client.post("/api/v1/diagnoses?lang=en", json=facts).json["remedies"]
    return next(remedy["values"] for remedy in remedies if remedy["values"])


@pytest.mark.parametrize("provider", PASSWORDS, ids=lambda provider: provider.id)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_profile_is_valid_and_says_what_the_page_says(client, provider, lang: str) -> None:
    domain = provider.domains[0]
    answer = client.get(f"/{lang}/profile.mobileconfig?account_domain={domain}")
    assert answer.mimetype == "application/x-apple-aspen-config"
    assert "attachment" in answer.headers["Content-Disposition"]
    whole = plistlib.loads(answer.data)
    fits(whole, TOP)
    (mail,) = whole["PayloadContent"]
    fits(mail, MAIL | COMMON)
    values = page_values(client, domain)
    assert mail["OutgoingMailServerHostName"] == values["server"]
    assert mail["OutgoingMailServerPortNumber"] == values["port"]
    assert mail["OutgoingMailServerUseSSL"] is (values["security"] != "none")
    again = client.get(f"/{lang}/profile.mobileconfig?account_domain={domain}").data
    assert again == answer.data
    assert mail["PayloadUUID"] != whole["PayloadUUID"]


def test_a_profile_holds_no_secret_and_no_address(client) -> None:
    data = client.get("/vi/profile.mobileconfig?account_domain=gmail.com").data
    (mail,) = plistlib.loads(data)["PayloadContent"]
    assert not {"EmailAddress", "IncomingPassword", "OutgoingPassword"} & mail.keys()
    assert not {"IncomingMailServerUsername", "OutgoingMailServerUsername"} & mail.keys()
    assert b"@" not in data


def test_a_profile_explains_itself_in_the_language_of_the_page(client) -> None:
    told = [
        plistlib.loads(client.get(f"/{lang}/profile.mobileconfig?account_domain=gmail.com").data)
        for lang in ("vi", "en")
    ]
    assert "mật khẩu" in told[0]["PayloadDescription"]
    assert "It doesn't contain your password" in told[1]["PayloadDescription"]


@pytest.mark.parametrize("path", ["profile.mobileconfig", "autoconfig.xml"])
@pytest.mark.parametrize("query", ["", "?account_domain=proseware.com", "?account_domain=x..y"])
def test_no_file_is_made_up_for_settings_that_nobody_publishes(client, path, query) -> None:
    answer = client.get(f"/vi/{path}{query}")
    assert answer.status_code == 404
    assert answer.headers["Content-Language"] == "vi"


def test_where_only_a_sign_in_window_lets_in_there_is_no_profile(client) -> None:
    assert client.get("/en/profile.mobileconfig?account_domain=outlook.com").status_code == 404
    assert client.get("/en/autoconfig.xml?account_domain=outlook.com").status_code == 200


def test_a_companys_own_domain_is_in_the_file_of_its_provider(client) -> None:
    url = "/en/autoconfig.xml?account_domain=fabrikam.vn&server=smtp.hostinger.com"
    (account,) = ElementTree.fromstring(client.get(url).data)
    assert account.get("id") == "fabrikam.vn"
    assert [e.text for e in account.iter("domain")] == ["fabrikam.vn"]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
def test_an_autoconfig_file_says_what_the_page_says(client, provider) -> None:
    domain = provider.domains[-1]
    root = ElementTree.fromstring(client.get(f"/en/autoconfig.xml?account_domain={domain}").data)
    assert (root.tag, root.get("version")) == ("clientConfig", "1.1")
    (account,) = root
    assert account.get("id") == provider.domains[0]
    assert [e.text for e in account.iter("domain")] == list(provider.domains)
    outgoing = account.find("outgoingServer")
    values = page_values(client, domain)
    assert outgoing.get("type") == "smtp"
    assert outgoing.findtext("hostname") == values["server"]
    assert outgoing.findtext("port") == str(values["port"])
    assert (
        outgoing.findtext("socketType")
        == {"tls": "SSL", "starttls": "STARTTLS"}[values["security"]]
    )
    user = "%EMAILLOCALPART%" if provider.username == "local-part" else "%EMAILADDRESS%"
    assert outgoing.findtext("username") == user
    ways = [e.text for e in outgoing.iter("authentication")]
    assert ("OAuth2" in ways) is (provider.oauth or provider.sign_in == "oauth-only")
    assert ("password-cleartext" in ways) is (provider.sign_in != "oauth-only")


WELL_KNOWN = ["/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"]


@pytest.mark.parametrize("path", WELL_KNOWN)
def test_a_client_gets_the_settings_of_its_address(client, path: str) -> None:
    answer = client.get(f"{path}?emailaddress=Lan.Nguyen%40GMAIL.com")
    assert "smtp.gmail.com" in answer.text
    assert "lan" not in answer.text.lower().replace("%emailaddress%", "")
    assert answer.headers["Cache-Control"] == "no-store"
    own = client.get(path, headers={"Host": "autoconfig.gmail.com:8080"})
    assert own.data == client.get(f"{path}?emailaddress=a@gmail.com").data
    below = client.get(f"{path}?emailaddress=a@anybody.gmail.com")
    assert below.data == own.data, "the provider's own domains stand in it, and no other"


@pytest.mark.parametrize("path", WELL_KNOWN)
@pytest.mark.parametrize(
    "query", ["", "?emailaddress=lan", "?emailaddress=a@proseware.com", "?emailaddress=@"]
)
def test_a_client_is_told_when_nothing_is_known(client, path: str, query: str) -> None:
    assert client.get(path + query).status_code == 404


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.text(max_size=60))
def test_no_address_breaks_the_answer_or_comes_back(client, typed: str) -> None:
    answer = client.get(WELL_KNOWN[0], query_string={"emailaddress": f"s3cret{typed}@gmail.com"})
    assert answer.status_code in (200, 404)
    assert "s3cret" not in answer.text


def test_who_signs_in_with_the_part_before_the_at_is_told_so(client) -> None:
    url = "/en/autoconfig.xml?account_domain=laposte.net"
    (account,) = ElementTree.fromstring(client.get(url).data)
    assert {e.text for e in account.iter("username")} == {"%EMAILLOCALPART%"}
    facts = {"error": "authentication-failed", "account_domain": "laposte.net"}
    plan = client.post("/api/v1/diagnoses?lang=en", json=facts).json
    assert any("before the @" in step for r in plan["remedies"] for step in r["steps"])
