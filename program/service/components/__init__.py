"""The stack's components, each given all that it stands on."""
