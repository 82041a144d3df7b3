"""The forms that change something: each carries a token that only the agent's own pages know."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import current_app, request, session
from wtforms import Form, PasswordField, StringField
from wtforms.csrf.session import SessionCSRF
from wtforms.validators import Length, ValidationError

from ..store.agents import LONGEST_NAME
from ..store.passwords import LONGEST
from ..store.sessions import SHIFT


class DeskCSRF(SessionCSRF):
    """WTForms' token of a session; also one made with the key before the last change counts."""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        """Check the token.

        :raise ValidationError: no key that counts has made it, or it is another session's, or old
        """
        before = current_app.config["SECRET_KEY_FALLBACKS"] or ()
        for key in before:
            if key != current_app.secret_key:
                form.meta.key = key
                with suppress(ValidationError):
                    super().validate_csrf_token(form, field)
                    return
        form.meta.key = None
        super().validate_csrf_token(form, field)


class DeskForm(Form):
    """A form with the token; ``validate`` fails where it is missing, of another session, or old."""

    class Meta:
        """WTForms' own settings of a form."""

        csrf = True
        csrf_class = DeskCSRF
        key: str | None = None
        csrf_time_limit: timedelta = SHIFT

        @property
        def csrf_secret(self) -> bytes:
            """Return the key that cookies are signed with."""
            return str(self.key or current_app.secret_key).encode()

        @property
        def csrf_context(self) -> Any:
            """Return the session that the token belongs to."""
            return session

    @classmethod
    def sent(cls) -> DeskForm:
        """Return the form as the request sent it."""
        return cls(request.form)

    @property
    def token(self) -> str:
        """The token to write into a page."""
        return str(self.csrf_token.current_token)

    @property
    def forged(self) -> bool:
        """Whether it is not this session's own form."""
        return not self.validate() and "csrf_token" in self.errors


class SignInForm(DeskForm):
    """A name and a password."""

    name = StringField(validators=[Length(max=LONGEST_NAME)])
    password = PasswordField(validators=[Length(max=LONGEST)])


class PasswordForm(DeskForm):
    """The password that somebody has, and the one that they want."""

    old = PasswordField(validators=[Length(max=LONGEST)])
    new = PasswordField(validators=[Length(max=LONGEST)])
