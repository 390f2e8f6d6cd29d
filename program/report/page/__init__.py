"""For whoever wants to look around: one page with all of it, in one file."""
