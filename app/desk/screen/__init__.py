"""The screen: what to ask, what comes of it, the ticket."""
