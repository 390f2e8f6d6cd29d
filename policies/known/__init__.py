"""The known world: what a project may have, as data with reasons, and how that data is read."""
