"""The day it is, for the age of facts: a setting, so that nothing else reads the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Flask, current_app


def install(app: Flask, fixed: date | None) -> Callable[[], date]:
    """Go by a fixed day, or by the real one, and return what tells it without the app."""

    def tell() -> date:
        return fixed or date.today()

    app.extensions["today"] = tell
    return tell


def today() -> date:
    """Return the day that the app goes by."""
    tell: Callable[[], date] = current_app.extensions["today"]
    return tell()
