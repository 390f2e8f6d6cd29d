"""Run one rule and say its outcome the way the SDK can carry it: reports, then at most one exception."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from policies.context import Context
from policies.rule import ResourceRule, Rule, StackRule
from policies.view import Resource, StackView, Undecided
from policies.wire import UndecidedError, line

Report = Callable[[str, str | None], None]


class NotApplicableError(Exception):
    """Nothing of this rule was judged; the text says why, or holds one line for each exempt resource."""


def judge_resource(rule: ResourceRule, resource: Resource, context: Context, report: Report) -> None:
    """Judge one resource: report what failed, raise UndecidedError or NotApplicableError for the rest."""
    found = ((resource, message) for message in rule.judge(resource, context))
    _run(rule, found, context, report, whole_stack=False)


def judge_stack(rule: StackRule, stack: StackView, context: Context, report: Report) -> None:
    """Judge all resources together, likewise."""
    _run(rule, rule.judge(stack, context), context, report, whole_stack=True)


def _run(
    rule: Rule,
    found: Iterator[tuple[Resource | None, str]],
    context: Context,
    report: Report,
    *,
    whole_stack: bool,
) -> None:
    excused: list[str] = []
    undecided: str | None = None
    try:
        for resource, message in found:
            urn = resource.urn if resource is not None and whole_stack else None
            reason = _excuse(rule, resource, context)
            if reason is None:
                report(line("failed", message), urn)
            else:
                excused.append(line("exempt", f"{reason}: {message}", urn))
    except Undecided as reading:
        undecided = line(
            "undecided", f"{reading} is not known before the deployment", reading.urn if whole_stack else None
        )
    except Exception as error:  # noqa: BLE001  # whatever one rule does wrong, the others still judge
        report(line("error", f"the rule crashed with {type(error).__name__} in {_where(error)}"), None)
    if undecided is not None:
        raise UndecidedError([undecided, *excused])
    if excused:
        raise NotApplicableError("\n".join(excused))


def _excuse(rule: Rule, resource: Resource | None, context: Context) -> str | None:
    name, urn = (resource.name, resource.urn) if resource is not None else ("", "")
    for accepted in context.all_limits.accepted:
        if accepted.rule == rule.id and fnmatchcase(name, accepted.resource):
            return f"accepted: {accepted.reason}"
    exemption = context.ledger.find(rule.id, urn, name, context.environment)
    if exemption is None:
        return None
    return f"{exemption.reason} ({exemption.owner}, until {exemption.expires})"


def _where(error: Exception) -> str:
    """Return the file and line of the crash, never a value."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
