"""Commands: ``flask --app wsgi …``."""
