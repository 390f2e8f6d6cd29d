UNGUARDED: dict = {}
