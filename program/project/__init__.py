"""What every Pulumi project here shares: Pulumi.yaml and stack files as Pulumi reads them, settings, names."""
