"""The production server: granian in front of the WSGI application, and what stands between."""
