"""For a person at a terminal."""
