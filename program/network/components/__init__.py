"""What the network is made of, one component a file."""
