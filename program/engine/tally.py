"""Count for every rule what came of it: how often it passed, failed, could not decide, or was let off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from policies.catalogue import RULES
from policies.limits import Limits
from program.manifest.canonical import JsonObject
from program.offline.result import Finding

SCHEMA_VERSION = 1


def tallied(
    passed: Mapping[str, int], findings: Iterable[Finding], limits: Limits, environment: str | None
) -> JsonObject:
    """Return every rule of the pack with its level and its counts; one that had nothing to judge has none."""
    found = Counter((finding.rule, finding.outcome) for finding in findings)
    rules: JsonObject = {}
    for rule in RULES:
        counts = {outcome: found[rule.id, outcome] for outcome in ("failed", "undecided", "exempt", "error")}
        counts["passed"] = passed.get(rule.id, 0)
        rules[rule.id] = {
            "level": rule.level(limits, environment),
            "severity": rule.severity,
            **{outcome: count for outcome, count in counts.items() if count},
        }
    return {"schemaVersion": SCHEMA_VERSION, "rules": rules}
