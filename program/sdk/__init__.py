"""How the provider's SDK is loaded: what is used of it, and no more."""
