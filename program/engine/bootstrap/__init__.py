"""The first deployment of the foundation: with a local state, which then moves into the bucket that it made."""
