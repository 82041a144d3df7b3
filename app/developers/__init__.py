"""Pages for developers: embedding and support links."""
