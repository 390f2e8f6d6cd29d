"""GitHub's API: the one comment, the drift issues, the runs of a workflow."""
