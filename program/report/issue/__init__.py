"""For whoever is on duty: a stack's drift issue."""
