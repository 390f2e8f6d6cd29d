"""The network that a service's stacks stand in: a Pulumi project of its own."""
