"""A secret from the environment, or from a file that it names, as containers hand them over."""

from __future__ import annotations

import logging
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LONGEST: Final = 64 * 1024
"""Bytes of a file that holds a secret."""
GUARDED: Final = Path("/run")
"""Where systemd, Docker and Kubernetes put secrets, which only the service's own processes see."""

log = logging.getLogger(__name__)


def read_secret(environment: Mapping[str, str], name: str) -> str | None:
    """Return what stands in ``name``, or in the file that ``name_FILE`` names; None for neither.

    One newline at the end of the file is not part of the secret.

    :raise ValueError: both are set, or the file holds no text; no secret is quoted
    """
    file = environment.get(f"{name}_FILE")
    value = environment.get(name)
    if not file:
        return value
    if value:
        raise ValueError(f"{name} and {name}_FILE are both set")
    path = Path(file)
    try:
        with path.open("rb") as opened:
            data = opened.read(LONGEST + 1)
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except OSError as fault:
        raise ValueError(f"{name}_FILE cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name}_FILE holds no text in UTF-8") from None
    if not text or len(data) > LONGEST:
        raise ValueError(f"{name}_FILE is empty, or longer than {LONGEST} bytes")
    if path.stat().st_mode & stat.S_IROTH and GUARDED not in path.resolve().parents:
        log.warning("The file in %s_FILE is readable by all users of this machine", name)
    return text


def with_secrets(environment: Mapping[str, str], names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the environment with some secrets in it, wherever they stand.

    :raise ValueError: as ``read_secret``
    """
    found = {name: read_secret(environment, name) for name in names}
    return {**environment, **{name: text for name, text in found.items() if text is not None}}
