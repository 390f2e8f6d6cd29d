"""Bring a stack back after an update that was cut off: what became of each operation, by the engine's own reads."""
