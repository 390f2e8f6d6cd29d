"""The Pulumi CLI as a process: its workspace, its event log, its state, its failures."""
