"""What stands on another machine is reached by TLS alone; secrets may stand in files."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import text

from app.settings import Settings
from app.store import Database, DatabaseUnavailable
from tests.store.postgres import PostgresServer

ELSEWHERE = "postgresql://me:s3cr3t@db.example/desk"
HERE = (
    "sqlite:///desk.sqlite3",
    "postgresql://me@localhost/desk",
    "postgresql://me@127.0.0.7:5433/desk",
    "postgresql://me@[::1]/desk?sslmode=disable",
    "postgresql:///desk",
    "postgresql:///desk?host=/run/postgresql",
)


def read(**environment: str) -> Settings:
    return Settings.from_environment({"DATABASE_URL": "", **environment})


@pytest.mark.parametrize("url", HERE)
def test_a_database_on_this_machine_is_taken_as_it_is_told(url: str) -> None:
    assert read(DATABASE_URL=url).database_url == url


def test_a_database_elsewhere_has_to_show_who_it_is() -> None:
    told = read(DATABASE_URL=ELSEWHERE).database_url
    assert told == "postgresql+psycopg://me:s3cr3t@db.example/desk?sslmode=verify-full"
    for mode in ("verify-full", "verify-ca"):
        url = f"{ELSEWHERE}?sslmode={mode}"
        assert read(DATABASE_URL=url).database_url == url


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": f"{ELSEWHERE}?sslmode={mode}"}
        for mode in ("disable", "allow", "prefer", "require", "verify-full&sslmode=disable")
    ]
    + [
        {"DATABASE_URL": f"postgresql:///desk?{query}&sslmode=prefer"}
        for query in (
            "host=db.example",
            "host=localhost,db.example",
            "hostaddr=192.0.2.1",
            "host=localhost:5432&host=db.example:5432",
            "host=/run&hostaddr=192.0.2.1",
            "service=desk",
        )
    ]
    + [{"DATABASE_URL": "postgresql:///desk?sslmode=prefer", "PGHOST": "db.example"}]
    + [
        {"RATE_LIMIT_STORAGE": storage}
        for storage in (
            "redis://:s3cr3t@cache.example:6379/0",
            "redis://192.0.2.1",
            "rediss://cache.example?ssl_cert_reqs=none",
            "rediss://cache.example?ssl_cert_reqs=optional",
            "rediss://cache.example?ssl_check_hostname=False",
        )
    ],
)
def test_what_could_be_read_on_the_way_is_refused(environment: dict[str, str]) -> None:
    (name, *_) = environment
    with pytest.raises(ValueError, match=name) as raised:
        read(**environment)
    assert "INSECURE_BACKENDS" in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
    told = read(**environment, INSECURE_BACKENDS="yes")
    assert environment[name] in (told.database_url, told.rate_limit_storage)


@pytest.mark.parametrize(
    "storage",
    [
        "memory://",
        "redis://127.0.0.1:6379/0",
        "redis://localhost",
        "redis+unix:///run/redis.sock",
        "rediss://cache.example:6380/0",
        "rediss://cache.example?ssl_cert_reqs=required",
    ],
)
def test_a_storage_that_nobody_reads_on_the_way(storage: str) -> None:
    assert read(RATE_LIMIT_STORAGE=storage).rate_limit_storage == storage


def test_insecure_is_yes_or_no() -> None:
    with pytest.raises(ValueError, match="INSECURE_BACKENDS is yes or no"):
        read(INSECURE_BACKENDS="perhaps")


# with a real PostgreSQL


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate for a name, that is its own authority, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("NOT TESTED with TLS: there is no openssl")
    made = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName=DNS:{name}",
            "-out",
            made[0],
            "-keyout",
            made[1],
        ],
        check=True,
        capture_output=True,
    )
    return made


@pytest.mark.parametrize("shown", ["db.example", "another.example", None])
def test_postgresql_is_used_only_if_it_shows_the_name_that_was_asked_for(
    postgres: PostgresServer, tmp_path: Path, shown: str | None
) -> None:
    root = certificate(tmp_path, shown or "db.example")
    here = postgres.new_url().rpartition("/")[2]
    where = f"db.example:{postgres.port}/{here}?hostaddr={postgres.address}"
    url = read(DATABASE_URL=f"postgresql://tests@{where}&sslrootcert={root[0]}").database_url
    with closing(Database(url)) as database, postgres.tls(*root) if shown else nullcontext():
        if shown == "db.example":
            with database.reading() as connection:
                asked = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                assert connection.scalar(asked) is True
        else:
            with pytest.raises(DatabaseUnavailable), database.reading():
                pass


# secrets from files


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    told = {
        "DATABASE_URL": "postgresql://me:from-a-file@localhost/desk",
        "RATE_LIMIT_STORAGE": "redis://:from-a-file@127.0.0.1/0",
        "OIDC_CLIENT_SECRET": "from-a-file \t",
    }
    environment = {"OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "desk"}
    for name, value in told.items():
        file = tmp_path / name
        file.write_bytes(f"{value}\n".encode())
        environment[f"{name}_FILE"] = str(file)
    settings = Settings.from_environment(environment)
    assert settings.database_url == told["DATABASE_URL"]
    assert settings.rate_limit_storage == told["RATE_LIMIT_STORAGE"]
    assert settings.identity
    assert settings.identity.client_secret == "from-a-file"


@pytest.mark.parametrize("kept", [b"", b"\n", b"\xff\xfe", b"x" * 70_000, None])
def test_a_file_without_a_secret_is_refused(tmp_path: Path, kept: bytes | None) -> None:
    file = tmp_path / "secret"
    if kept is not None:
        file.write_bytes(kept)
    with pytest.raises(ValueError, match="DATABASE_URL_FILE"):
        Settings.from_environment({"DATABASE_URL_FILE": str(file)})


def test_a_secret_stands_in_one_place(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("sqlite:///from-the-file")
    both = {"DATABASE_URL": "sqlite:///x", "DATABASE_URL_FILE": str(file)}
    with pytest.raises(ValueError, match="DATABASE_URL and DATABASE_URL_FILE"):
        Settings.from_environment(both)
    told = Settings.from_environment({"DATABASE_URL": "", "DATABASE_URL_FILE": str(file)})
    assert told.database_url == "sqlite:///from-the-file", "empty is how some programs say unset"


def test_a_file_that_everybody_may_read_is_pointed_out(tmp_path: Path, caplog) -> None:
    file = tmp_path / "secret"
    file.write_text("sqlite:///x")
    for mode, warnings in ((0o600, 0), (0o640, 0), (0o644, 1)):
        file.chmod(mode)
        Settings.from_environment({"DATABASE_URL_FILE": str(file)})
        assert len(caplog.records) == warnings
