"""What is deployed: settings, naming, policies, and the stack with its components."""
