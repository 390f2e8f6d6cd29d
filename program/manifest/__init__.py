"""Manifests: canonical JSON, normalising, hashes and comparison. It knows no Pulumi and no service."""
