"""A person's own case: get a code for it, see it again, delete it."""
