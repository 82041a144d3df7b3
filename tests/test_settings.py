"""An operator's settings: read once, refused clearly."""

import pytest

from app.settings import Settings


def test_from_the_environment() -> None:
    assert Settings.from_environment({"DATABASE_URL": ""}) == Settings()
    told = {"PAGE_CACHE": "0", "PUBLIC_URL": "https://mail.example/", "DATABASE_URL": ""}
    told = Settings.from_environment(told)
    assert told == Settings(0, "https://mail.example")
    told = Settings.from_environment({"TRUSTED_PROXIES": "127.0.0.1", "RATE_LIMIT": ""})
    assert [str(network) for network in told.trusted_proxies] == ["127.0.0.1/32"]
    assert told.rate_limit == ""
    assert told.proxies.header == "X-Forwarded-For"
    assert Settings.from_environment({"PROXY_HEADER": "forwarded"}).proxies.header == "Forwarded"
    told = Settings.from_environment({"WEB_WORKERS": "4", "CODE_BUDGET": ""})
    assert (told.web_workers, told.code_budget) == (4, None)
    assert Settings.from_environment({"CODE_BUDGET": "20"}).code_budget == 20
    storage = {"RATE_LIMIT_STORAGE": "redis://127.0.0.1:6379/0"}
    assert Settings.from_environment(storage).rate_limit_storage.startswith("redis:")
    assert Settings.from_environment({"METRICS_FROM": ""}).metrics_from == ()
    readers = Settings.from_environment({}).metrics_from
    assert [str(network) for network in readers] == ["127.0.0.0/8", "::1/128"]
    told = Settings.from_environment(
        {"PASSWORDS": "agents", "IDLE_MINUTES": "15", "HSTS": "31536000; includeSubDomains"}
    )
    assert (told.passwords, told.idle_minutes) == ("agents", 15)
    assert told.hsts == "31536000; includeSubDomains"
    assert Settings.from_environment({}).database_url.startswith("sqlite:///")


def test_a_password_is_not_shown() -> None:
    assert "s3cr3t" not in repr(Settings(database_url="postgresql://me:s3cr3t@host/desk"))
    assert "s3cr3t" not in repr(Settings(rate_limit_storage="redis://:s3cr3t@host/0"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"PAGE_CACHE": "-1"},
        {"PUBLIC_URL": "mail.example"},
        {"TRUSTED_PROXIES": "proxy"},
        {"METRICS_FROM": "somewhere"},
        {"PROXY_HEADER": "X-Real-IP"},
        {"PROXY_HEADER": ""},
        {"ALLOWED_HOSTS": "a.example:80"},
        {"PASSWORDS": "leads"},
        {"IDLE_MINUTES": "0"},
        {"IDLE_MINUTES": "721"},
        {"HSTS": "always"},
        {"HSTS": "1\r\nX: 1"},
        {"DATABASE_URL": "mysql://somewhere/desk"},
        {"DATABASE_URL": "sqlite://"},
        {"RATE_LIMIT": "often"},
        {"RATE_LIMIT_STORAGE": "somewhere"},
        {"HEAD_TIMEOUT": "0"},
        {"BODY_TIMEOUT": "soon"},
        {"SEND_TIMEOUT": "0"},
        {"PUBLIC_URL": "https://"},
        {"PUBLIC_URL": "https://mail.example/?x"},
        {"PUBLIC_URL": "https://me:secret@mail.example"},
        {"PUBLIC_URL": "https://mail example"},
        {"WEB_THREADS": "0"},
        {"WEB_THREADS": "many"},
        {"WEB_WORKERS": "0"},
        {"CODE_BUDGET": "none"},
        {"CODE_BUDGET": "0"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings.from_environment(wrong)
