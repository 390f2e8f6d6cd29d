"""What there is to say, whoever reads it."""
