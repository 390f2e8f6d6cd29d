"""For machines: JSON, SARIF, annotations of a workflow run."""
