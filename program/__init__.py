"""The code: one package for each step, from what is deployed to how it is shown."""
