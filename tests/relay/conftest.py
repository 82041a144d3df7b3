"""The mail server of these tests, or the reason why there is none."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.relay.mailserver import MailServer, running

PROGRAMS = ("postfix", "postconf", "dovecot", "openssl")


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """Run a real mail server; where that can't be, skip, or fail if RELAY_TESTS=required."""
    with pytest.MonkeyPatch.context() as environment:
        # Where servers are installed; su without a dash leaves it out.
        environment.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin")
        if obstacle := _obstacle():
            reason = f"NOT TESTED against a real mail server: {obstacle}"
            if os.environ.get("RELAY_TESTS") == "required":
                pytest.fail(reason)
            pytest.skip(reason)
        with running() as server:
            yield server


def _obstacle() -> str | None:
    if os.geteuid() != 0:
        return "a Postfix can be run by root only"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return (
            f"{', '.join(missing)} not found; run tests/relay/install as root (apt-get install"
            " postfix dovecot-core dovecot-pop3d openssl, without starting their services)"
        )
    return None
