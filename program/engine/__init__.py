"""The real Pulumi CLI: preview, apply, drift, destroy, and what each says of a stack."""
