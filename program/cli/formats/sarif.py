"""SARIF 2.1.0 for code scanning: one result for each finding of a stack, at the line that made the resource."""

from __future__ import annotations

import hashlib
import json

from program.canonical import JsonObject
from program.cli.formats.wording import paperwork, resource_key, resource_name, undeclared, value, worst_first
from program.result import CheckResult, Difference, Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
PARITY_RULE = "parity"
LIMITS_FILE = "policies/environments.yaml"
_LEVELS = {"mandatory": "error", "advisory": "warning"}


def render(result: CheckResult) -> str:
    """Return the result as one SARIF run; what is accepted is a suppressed result."""
    findings = [(stack.stack, finding) for stack in result.stacks for finding in worst_first(stack.findings)]
    results = [_of_finding(stack, finding) for stack, finding in findings]
    results += [_of_difference(difference) for difference in undeclared(result.comparison)]
    results += [
        _result(PARITY_RULE, "error", f"{text} is declared, but no stack differs there", f"{LIMITS_FILE}:1", text)
        for text in result.comparison.stale
    ]
    rules = sorted({str(item["ruleId"]) for item in results})
    run: JsonObject = {
        "tool": {"driver": {"name": "parity", "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [*results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: str) -> JsonObject:
    if rule == PARITY_RULE:
        title, why, fix = (
            "Stacks are the same but for declared differences.",
            "Environments that differ by accident surprise whoever promotes a change.",
            "Make them equal, or declare the difference in policies/environments.yaml.",
        )
    else:
        found = paperwork(rule)
        title, why, fix = found.title, found.why, found.fix
    return {
        "id": rule,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": {"text": fix},
    }


def _of_finding(stack: str, finding: Finding) -> JsonObject:
    text = f"{stack}: {resource_name(finding)}: {finding.message}"
    subject = f"{finding.rule} {finding.resource or stack} {finding.message}"
    level = "note" if finding.outcome in ("exempt", "undecided") and not finding.blocks else _LEVELS[finding.level]
    result = _result(finding.rule, level, text, finding.source, subject)
    if finding.outcome == "exempt":
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.message}]
    return result


def _of_difference(difference: Difference) -> JsonObject:
    values = ", ".join(f"{stack}: {value(found)}" for stack, found in difference.values.items())
    text = f"{resource_key(difference)} {difference.property} differs and is not declared: {values}"
    return _result(PARITY_RULE, "error", text, None, f"{difference.resource} {difference.property}")


def _result(rule: str, level: str, text: str, source: str | None, subject: str) -> JsonObject:
    # Code scanning wants a place for every result; what has none of its own is the limits' business.
    file, _, line = (source or f"{LIMITS_FILE}:1").rpartition(":")
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": int(line)},
                }
            }
        ],
        "partialFingerprints": {"subject/v1": hashlib.sha256(subject.encode()).hexdigest()},
    }
