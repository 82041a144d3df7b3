"""Measure the desk at the size of a large helpdesk: ``python -m bench.scale``, ``make scale``.

Two servers behind nginx with TLS, on one PostgreSQL and one Redis, all on loopback and in a folder
that is removed afterwards.
"""
