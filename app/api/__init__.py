"""The JSON way in."""
