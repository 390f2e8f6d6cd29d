"""Join the policies' word at preview with the offline check's, which knows what a preview can't; count it by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from policies.catalogue import RULES
from policies.limits import Limits
from policies.wire import Outcome
from program.manifest.canonical import JsonObject
from program.offline.result import Finding, StackResult

_RULES = {rule.id: rule for rule in RULES}
SCHEMA_VERSION = 1


def joined_findings(outcomes: Iterable[Outcome], declared: StackResult, limits: Limits) -> tuple[Finding, ...]:
    """Return what the preview's policies say, and whatever the offline check says beyond that, sorted.

    The engine makes an undecided rule advisory. Here it is mandatory again where the rule is, the environment wants
    undecided rules to fail, and the offline check did not decide it either.
    """
    sources = {resource.urn: resource.source for resource in declared.resources}
    at_preview = {
        _key(finding): finding for finding in (_finding(item, declared, limits, sources) for item in outcomes)
    }
    offline = [finding for finding in declared.findings if _key(finding) not in at_preview]
    return tuple(sorted([*at_preview.values(), *offline], key=lambda finding: finding.order))


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


def _finding(outcome: Outcome, declared: StackResult, limits: Limits, sources: Mapping[str, str | None]) -> Finding:
    level, message = _judged(outcome, declared, limits)
    return Finding(
        rule=outcome.rule,
        level=level,
        outcome=outcome.outcome,
        resource=outcome.resource,
        message=message,
        source=sources.get(outcome.resource or ""),
    )


def _judged(outcome: Outcome, declared: StackResult, limits: Limits) -> tuple[Literal["mandatory", "advisory"], str]:
    if outcome.outcome != "undecided":
        return outcome.level, outcome.message
    if _decided_offline(outcome, declared):
        return "advisory", f"{outcome.message}; the offline check decided it"
    environment = declared.environment
    level = _RULES[outcome.rule].level(limits, environment) if outcome.rule in _RULES else "mandatory"
    fails = environment is None or limits.environments[environment].undecided_fails
    if level == "mandatory" and fails:
        return "mandatory", f"{outcome.message}, and the offline check did not decide it"
    return "advisory", f"{outcome.message}, and the offline check did not decide it; {environment} lets that pass"


def _decided_offline(outcome: Outcome, declared: StackResult) -> bool:
    """Tell whether the offline check judged the same rule on the same resource, and knew all that it read."""
    if outcome.resource is not None and outcome.resource not in {resource.urn for resource in declared.resources}:
        return False
    return declared.manifest is not None and not any(
        finding.rule == outcome.rule
        and finding.resource == outcome.resource
        and finding.outcome in ("undecided", "error")
        for finding in declared.findings
    )


def _key(finding: Finding) -> tuple[str, str | None, str, str]:
    return (finding.rule, finding.resource, finding.outcome, finding.message)
