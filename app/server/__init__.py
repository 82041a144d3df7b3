"""Production server: granian and the gateway to the WSGI application."""
