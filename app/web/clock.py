"""The day it is, for the age of facts: a setting, so that nothing else reads the clock."""

from __future__ import annotations

from datetime import date

from flask import Flask, current_app


def install(app: Flask, today: date | None) -> None:
    """Go by a fixed day, or by the real one."""
    app.extensions["today"] = today


def today() -> date:
    """Return the day that the app goes by."""
    fixed: date | None = current_app.extensions["today"]
    return fixed or date.today()
