"""Markdown that is harmless and fits, for the pull request and the issue."""
