"""The rules, in files that mirror the components."""
