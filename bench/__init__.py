"""How fast the pages are, against a bare Flask hello: `make bench`."""
