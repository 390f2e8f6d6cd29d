"""What the workflows decide: which jobs run, in which order stacks are deployed, what is left over."""
