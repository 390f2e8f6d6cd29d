"""A bundle: what it is sealed of, and why an apply refuses it."""
