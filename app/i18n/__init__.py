"""Languages: catalogues, dates, messages, and the templates compiled for each language."""
