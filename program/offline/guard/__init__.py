"""What a change does to its own guard, and what the base's guard says of it: data alone, nothing of the change runs."""
