"""What must be there before the first deployment: the roles of the workflows, and what they stand on."""
