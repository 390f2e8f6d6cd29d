"""How results are shown: a package for each reader, and what they share."""
