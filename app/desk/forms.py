"""CSRF tokens of the desk's forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from flask import current_app, request, session
from wtforms import Form
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

from ..services import services
from ..store.sessions import SESSION_LIFETIME


class DeskCSRF(CSRF):
    """A token of a session: when it expires, and HMAC-SHA-256 of that and the session's secret.

    A token that was made with the previous key is valid too.
    """

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        """Return a token that is valid as long as a session lasts."""
        ends = _now() + int(SESSION_LIFETIME.total_seconds())
        session.setdefault("csrf", secrets.token_urlsafe(32))
        return _token(str(current_app.secret_key), str(ends))

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        """Check the token.

        :raise ValidationError: it has expired, or was made for another session or with another key
        """
        sent = str(field.data or "")
        ends = sent.partition(".")[0]
        keys = (current_app.secret_key, *(current_app.config["SECRET_KEY_FALLBACKS"] or ()))
        made = [hmac.compare_digest(_bytes(sent), _bytes(_token(str(key), ends))) for key in keys]
        if not any(made) or int(ends) < _now():
            raise ValidationError("not this session's own")


def _token(key: str, ends: str) -> str:
    digest = hmac.digest(key.encode(), _bytes(f"csrf {session['csrf']} {ends}"), hashlib.sha256)
    return f"{ends}.{digest.hex()}"


def _now() -> int:
    return int(services().now().timestamp())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class DeskForm(Form):
    """A form that holds the token; ``validate`` fails where that is another session's, or old."""

    class Meta:
        csrf = True
        csrf_class = DeskCSRF


def form_token() -> str:
    """Return the token to write into a page's forms."""
    return str(DeskForm().csrf_token.current_token)


def is_forged() -> bool:
    """Tell whether the form that was sent is not this session's own."""
    return not DeskForm(request.form).validate()
