"""Whose requests are counted together: its old name, for the sign-in."""

from .visitors import visitor_key as visitor_key
