"""The offline check: stack files, recording under mocks, the simulated cloud, the pack's word."""
