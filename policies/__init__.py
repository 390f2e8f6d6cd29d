"""The guard: limits, rules and exemptions, judged on resources and never importing what they judge."""
