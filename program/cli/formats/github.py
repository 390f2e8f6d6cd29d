"""Annotations for a GitHub Actions log: worst first, no more than GitHub shows, and a word on the rest."""

from __future__ import annotations

from collections.abc import Iterator

from program.cli.formats.wording import (
    Shared,
    by_finding,
    count,
    paperwork,
    resource_key,
    resource_name,
    undeclared,
    value,
    verdict,
)
from program.result import CheckResult, Difference

# GitHub shows so many of each kind in a step, and drops the rest without a word.
MOST_OF_A_KIND = 10
LIMITS_FILE = "policies/environments.yaml"


def render(result: CheckResult) -> str:
    """Return one workflow command for each finding that blocks or advises, and a last line with the verdict."""
    shared = by_finding(result.stacks)
    errors = [_of_finding("error", item) for item in shared if item.finding.blocks]
    errors += [_of_difference(difference) for difference in undeclared(result.comparison)]
    errors += [_command("error", LIMITS_FILE, None, "parity", f"stale: {text}") for text in result.comparison.stale]
    warnings = [
        _of_finding("warning", item) for item in shared if not item.finding.blocks and item.finding.outcome != "exempt"
    ]
    return "\n".join([*_some(errors, "error"), *_some(warnings, "warning"), verdict(result)]) + "\n"


def _some(lines: list[str], kind: str) -> Iterator[str]:
    yield from lines[:MOST_OF_A_KIND]
    if len(lines) > MOST_OF_A_KIND:
        yield f"{MOST_OF_A_KIND} of {count(len(lines), kind)} are annotated; the summary has all of them"


def _of_finding(kind: str, item: Shared) -> str:
    finding = item.finding
    file, _, line = (finding.source or "").rpartition(":")
    text = f"{resource_name(finding)} ({', '.join(item.stacks)}): {finding.message}\n{paperwork(finding.rule).fix}"
    return _command(kind, file or None, line or None, finding.rule, text)


def _of_difference(difference: Difference) -> str:
    values = ", ".join(f"{stack}: {value(found)}" for stack, found in difference.values.items())
    text = f"{resource_key(difference)} {difference.property} is not the same everywhere, and not declared: {values}"
    return _command("error", None, None, "parity", text)


def _command(kind: str, file: str | None, line: str | None, title: str, message: str) -> str:
    properties = {"file": file, "line": line, "title": title}
    given = ",".join(f"{key}={_property(text)}" for key, text in properties.items() if text)
    return f"::{kind} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
