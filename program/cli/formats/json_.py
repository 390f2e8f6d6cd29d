"""JSON for machines: all that was found, with every resource as policies see it."""

from __future__ import annotations

import json

from program.canonical import JsonObject
from program.result import CheckedResource, CheckResult, Comparison, Finding, StackResult

SCHEMA_VERSION = 1


def render(result: CheckResult) -> str:
    """Return the result as one JSON object."""
    whole: JsonObject = {
        "schemaVersion": SCHEMA_VERSION,
        "ok": result.ok,
        "stacks": [_stack(stack) for stack in result.stacks],
        "comparison": _comparison(result.comparison),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _stack(stack: StackResult) -> JsonObject:
    return {
        "stack": stack.stack,
        "environment": stack.environment,
        "region": stack.region,
        "manifest": stack.manifest,
        "resources": [_resource(resource) for resource in stack.resources],
        "findings": [_finding(finding) for finding in stack.findings],
    }


def _resource(resource: CheckedResource) -> JsonObject:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in sorted(resource.property_dependencies.items())},
        "inputs": resource.inputs,
        "source": resource.source,
    }


def _finding(finding: Finding) -> JsonObject:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "outcome": finding.outcome,
        "resource": finding.resource,
        "message": finding.message,
        "source": finding.source,
    }


def _comparison(comparison: Comparison) -> JsonObject:
    return {
        "baselineHash": dict(comparison.baseline_hash),
        "resourcesHash": dict(comparison.resources_hash),
        "match": comparison.match,
        "differences": [
            {
                "resource": difference.resource,
                "property": difference.property,
                "values": dict(difference.values),
                "declared": difference.declared,
            }
            for difference in comparison.differences
        ],
        "stale": list(comparison.stale),
    }
