"""SARIF 2.1.0 for code scanning: the rules with their paperwork, and every finding at its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from program.manifest.canonical import JsonObject
from program.report.content.model import Report, StackReport
from program.report.content.paperwork import PARITY_RULE, STALE_RULE, paperwork
from program.report.content.places import Place, PlaceLevel, check_places, stack_places
from program.report.content.summary import Summary, summarise
from program.report.content.values import printable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "parityFinding/v1"
# Code scanning sorts by this figure; the four are in the middle of its own bands.
_SECURITY_SEVERITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
# Code scanning wants a place for everything; what has none is said of the project.
_NO_FILE = "Pulumi.yaml"
# GitHub refuses a file with more runs.
MOST_RUNS = 20
_PARITY = "stacks"


def of_check(summary: Summary) -> str:
    """Return one run with all findings; what is exempt is suppressed, with its reason."""
    return _written([_run(check_places(summary), "check")])


def of_report(report: Report) -> str:
    """Return a run for each stack, its category the stack's name; of too many stacks those that block."""
    shown, _ = chosen(report)
    runs: list[JsonObject] = [_run(stack_places(report, stack), stack.stack) for stack in shown]
    return _written([*runs, _run(_between(report), _PARITY)])


def of_problems(problems: Sequence[tuple[str | None, int | None, str]]) -> str:
    """Return a run that did not succeed, with the file, the line and the text of each reason."""
    notifications: list[JsonObject] = [
        {
            "level": "error",
            "message": {"text": printable(message)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": file or _NO_FILE, "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": line or 1},
                    }
                }
            ],
        }
        for file, line, message in problems
    ]
    run: JsonObject = {
        "tool": {"driver": {"name": "parity", "rules": []}},
        "automationDetails": {"id": "parity/check/"},
        "invocations": [{"executionSuccessful": False, "toolExecutionNotifications": list(notifications)}],
        "columnKind": "unicodeCodePoints",
        "results": [],
    }
    return _written([run])


def chosen(report: Report) -> tuple[Sequence[StackReport], Sequence[StackReport]]:
    """Return the stacks for which there is a run, and those for which there is no room."""
    ordered = sorted(report.stacks, key=lambda stack: (not stack.blocks, stack.stack))
    return ordered[: MOST_RUNS - 1], ordered[MOST_RUNS - 1 :]


def _between(report: Report) -> list[Place]:
    """Return what no stack has alone: differences that nobody declared, declarations that nobody needs."""
    check = summarise(report.check, judged=True)
    return [place for place in check_places(check) if place.rule in (PARITY_RULE, STALE_RULE)]


def _written(runs: Sequence[JsonObject]) -> str:
    """Return the runs as a document."""
    document: JsonObject = {"$schema": SCHEMA, "version": "2.1.0", "runs": list(runs)}
    return json.dumps(document, indent=2) + "\n"


def _run(found: Sequence[Place], category: str) -> JsonObject:
    """Return one run; code scanning replaces what it knows of a category by the newest run of that category."""
    rules = sorted({place.rule for place in found})
    return {
        "tool": {"driver": {"name": "parity", "rules": [_rule(rule, found) for rule in rules]}},
        "automationDetails": {"id": f"parity/{category}/"},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(place, rules.index(place.rule)) for place in found],
    }


def _rule(rule: str, found: Sequence[Place]) -> JsonObject:
    about = paperwork(rule)
    levels: list[PlaceLevel] = [place.level for place in found if place.rule == rule]
    described = " ".join(part for part in (about.why, f"Fix: {about.fix}" if about.fix else "") if part)
    return {
        "id": rule,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.why or about.title},
        "help": {"text": described or about.title},
        # The results are sorted, so a rule's first is its worst.
        "defaultConfiguration": {"level": levels[0]},
        "properties": {"security-severity": _SECURITY_SEVERITY[about.severity], "tags": ["security"]},
    }


def _result(place: Place, rule_index: int) -> JsonObject:
    result: JsonObject = {
        "ruleId": place.rule,
        "ruleIndex": rule_index,
        "level": place.level,
        "message": {"text": printable(place.message)},
        "locations": [_location(place)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(place.identity)},
    }
    if place.excuse is not None:
        result["suppressions"] = [{"kind": "external", "justification": printable(place.excuse)}]
    return result


def _location(place: Place) -> JsonObject:
    location: JsonObject = {
        "physicalLocation": {
            "artifactLocation": {"uri": place.file or _NO_FILE, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": place.line or 1},
        }
    }
    if place.resource is not None:
        name = place.resource.rpartition("::")[2]
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": place.resource, "kind": "resource"}]
    return location


def _fingerprint(identity: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(identity)).encode()).hexdigest()
