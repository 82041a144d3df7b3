"""How fast the reader, the desk and the pages are, and the server under abuse: `make bench`."""
