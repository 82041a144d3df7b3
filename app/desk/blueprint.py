"""The blueprint that the desk's views hang on."""

from __future__ import annotations

from flask import Blueprint

desk = Blueprint("desk", __name__)
