"""An identity provider's settings, and what its word about somebody makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.portals.identity_provider import IdentityProvider, check_address, name_of
from app.settings import Settings

OURS = IdentityProvider("https://login.example", "desk", "secret", agents="staff", leads="leads")
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["staff"], "agent"),
        ("staff", "agent"),
        (["x", "staff", "leads"], "lead"),
        ("leads", "lead"),
        (["leads"], "lead"),
        ([], None),
        ("", None),
        (None, None),
        (["Staff", "staff "], None),
        ("staff leads", None),
        ({"staff": True}, None),
        ([["staff"]], None),
        (7, None),
    ],
)
def test_a_role_by_groups(groups: object, role: str | None) -> None:
    assert OURS.role_of({"groups": groups}) == role


@given(junk)
def test_whatever_is_told_gives_a_role_to_members_only(told: object) -> None:
    listed = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    assert OURS.role_of({"groups": told}) == (
        "lead" if "leads" in listed else "agent" if "staff" in listed else None
    )
    assert OURS.role_of({"other": told}) is None


@given(junk)
def test_without_groups_everybody_is_an_agent_and_nobody_a_lead(told: object) -> None:
    assert IdentityProvider("https://x.example", "a", "b").role_of({"groups": told}) == "agent"


@given(st.dictionaries(st.sampled_from(["name", "preferred_username", "sub"]), junk))
def test_a_name_is_one_and_no_address(claims: dict[str, object]) -> None:
    name = name_of(claims)
    assert name.strip()
    assert name.isprintable()
    assert "@" not in name


def test_a_name_is_the_best_there_is() -> None:
    assert name_of({"name": "Lan Nguyễn", "sub": "5"}) == "Lan Nguyễn"
    assert name_of({"name": " ", "preferred_username": "lan@proseware.com"}) == "lan"
    assert name_of({"sub": "5"}) == "5"


@pytest.mark.parametrize(
    "address",
    [
        "https://login.example",
        "https://login.example:8443/realms/staff/",
        "http://127.0.0.1:9000",
        "http://localhost:9000/x",
        "http://[::1]:9000",
    ],
)
def test_an_address_that_nobody_else_reads(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "login.example",
        "http://login.example",
        "http://127.0.0.1.example",
        "ftp://login.example",
        "https://",
        "https://user:pass@login.example",
        "https://[::1",
        "https://login.example/a b",
        "https://login.example:99999",
        "https://login.example/#x",
        "https://x.example/" + "a" * 300,
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ValueError, match=r"is|begins"):
        check_address(address)


ENVIRONMENT = {
    "DATABASE_URL": "",
    "OIDC_ISSUER": "https://login.example",
    "OIDC_CLIENT_ID": "desk",
    "OIDC_CLIENT_SECRET": "a-secret",
    "OIDC_AGENTS": "staff",
}


def test_settings_from_the_environment() -> None:
    identity = Settings.from_environment(ENVIRONMENT).identity
    assert identity == IdentityProvider("https://login.example", "desk", "a-secret", agents="staff")
    assert identity.shown == "login.example"
    assert "a-secret" not in repr(identity)
    assert Settings.from_environment({"DATABASE_URL": "", "OIDC_ISSUER": ""}).identity is None


@pytest.mark.parametrize(
    "wrong",
    [{"OIDC_ISSUER": "http://login.example"}, {"OIDC_CLIENT_ID": ""}, {"OIDC_CLIENT_SECRET": " "}],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings.from_environment(ENVIRONMENT | wrong)
