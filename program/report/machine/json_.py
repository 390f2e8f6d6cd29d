"""The result for other programs: the whole of it, in a stable order."""

from __future__ import annotations

import json

from program.manifest.canonical import JsonObject, JsonValue
from program.manifest.differences import Comparison
from program.offline.guard.result import Guarded
from program.offline.result import CheckedResource, Finding, StackResult
from program.report.content.summary import Summary

SCHEMA_VERSION = 1


def render(summary: Summary) -> str:
    """Return the result as JSON; `comparison.stale` and `guarded` are there only where there is something to say."""
    result = summary.result
    document: JsonObject = {
        "schemaVersion": SCHEMA_VERSION,
        "ok": result.ok,
        "stacks": [_stack(stack) for stack in result.stacks],
        "comparison": _comparison(result.comparison),
    }
    if result.guarded is not None:
        document["guarded"] = _guarded(result.guarded)
    return json.dumps(document, indent=2) + "\n"


def _guarded(guarded: Guarded) -> JsonObject:
    return {
        "base": guarded.base,
        "note": guarded.note,
        "changes": [
            {
                "effect": change.effect,
                "kind": change.kind,
                "file": change.file,
                "line": change.line,
                "text": change.text,
                "fails": list(change.fails),
            }
            for change in guarded.changes
        ],
        "declared": [
            {
                "resource": change.resource,
                "property": change.property,
                "before": _ordered(change.before),
                "after": _ordered(change.after),
                "stacks": list(change.stacks),
            }
            for change in guarded.declared
        ],
        "problems": [
            {"file": problem.file, "line": problem.line, "message": problem.message} for problem in guarded.problems
        ],
    }


def _stack(stack: StackResult) -> JsonObject:
    return {
        "stack": stack.stack,
        "environment": stack.environment,
        "region": stack.region,
        "manifest": _ordered(stack.manifest),
        "resources": [_resource(resource) for resource in stack.resources],
        "findings": [_finding(finding) for finding in stack.findings],
        "settings": dict(sorted(stack.settings.items())),
    }


def _resource(resource: CheckedResource) -> JsonObject:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {
            key: list(resource.property_dependencies[key]) for key in sorted(resource.property_dependencies)
        },
        "inputs": _ordered(resource.inputs),
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
    written: JsonObject = {
        "baselineHash": dict(comparison.baseline_hash),
        "resourcesHash": dict(comparison.resources_hash),
        "match": comparison.match,
        "differences": [
            {
                "resource": difference.resource,
                "property": difference.property,
                "values": {stack: _ordered(value) for stack, value in difference.values.items()},
                "declared": difference.declared,
            }
            for difference in comparison.differences
        ],
    }
    return written | {"stale": list(comparison.stale)} if comparison.stale else written


def _ordered(value: JsonValue) -> JsonValue:
    """Return the value with the keys of every object sorted."""
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value
