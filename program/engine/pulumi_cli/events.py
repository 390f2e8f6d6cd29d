"""Read the engine's event log: what happens to each resource, the policies' word, and what went wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies import tokens
from policies.pack import NAME
from policies.wire import Outcome, WireLevel, decode_text
from program.engine.pulumi_cli.tracebacks import own_message
from program.errors import CouldNotRunError
from program.manifest.canonical import JsonObject
from program.offline.documents import limited

# An event log of hundreds of resources is a few megabytes.
_LARGEST = 256 * 1024 * 1024
# How the engine begins what a rule says that raised: without the rule's title, which it puts before all else.
_NOT_RUN = "can't run policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A resource before or after a step."""

    custom: bool
    id: str
    inputs: JsonObject
    outputs: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the engine on one resource; `replace_keys` are the properties that force a replacement.

    `differing` are the properties that the provider finds different, `detailed` where in them, as far as it says.
    `planning` tells a step that is only previewed.
    """

    planning: bool
    operation: str
    urn: str
    type: str
    old: Side | None
    new: Side | None
    differing: tuple[str, ...]
    replace_keys: tuple[str, ...]
    detailed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return Pulumi's logical name."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """What the engine, the program or a provider said, in one line; of a resource where `urn` is one."""

    urn: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """All that one run of the engine logged; `begun` has each step as it began, `ended` as it ended.

    `passed` counts by rule how often it had nothing to say.
    """

    begun: tuple[Step, ...]
    ended: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    passed: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def updated(self) -> tuple[Step, ...]:
        """Return the steps that were done, not only previewed."""
        return tuple(step for step in self.ended if not step.planning)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return what went wrong, the policies' word left aside."""
        return tuple(item for item in self.diagnostics if item.severity == "error")


def read_events(file: Path) -> EventLog:
    """Read the log; a last line that the engine didn't finish writing is left out, a missing file is an empty log.

    Raises CouldNotRunError for a log that can't be read whole: what it leaves out could be what matters.
    """
    try:
        return _log(list(_events(file)))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CouldNotRunError(
            f"the engine's event log can't be read ({type(error).__name__}: {error}); this version reads what Pulumi "
            f"3.260 and later write: check what pulumi is on PATH"
        ) from None


def _log(events: Sequence[dict[str, Any]]) -> EventLog:
    return EventLog(
        begun=tuple(_steps(events, "resourcePreEvent")),
        ended=tuple(_steps(events, "resOutputsEvent")),
        outcomes=tuple(_outcomes(events)),
        passed=_passed(events),
        diagnostics=tuple(_diagnostic(event["diagnosticEvent"]) for event in events if "diagnosticEvent" in event),
    )


def _events(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        return
    # Only a line feed ends a line of it; text in it may hold whatever else Unicode calls a line's end.
    *lines, unfinished = limited(file, _LARGEST, Path(file.name)).decode(errors="replace").split("\n")
    yield from (json.loads(line) for line in lines if line.strip())
    with suppress(ValueError):
        yield json.loads(unfinished)


def step_of(event: Mapping[str, Any]) -> Step | None:
    """Return the step that begins with the event, if one does."""
    return next(_steps([event], "resourcePreEvent"), None)


def _steps(events: Iterable[Mapping[str, Any]], kind: str) -> Iterator[Step]:
    for event in events:
        if kind in event:
            data = event[kind]["metadata"]
            yield Step(
                planning=bool(event[kind].get("planning", False)),
                operation=data["op"],
                urn=data["urn"],
                type=data["type"],
                old=_side(data.get("old")),
                new=_side(data.get("new")),
                differing=tuple(data.get("diffs") or ()),
                replace_keys=tuple(data.get("keys") or ()),
                detailed=tuple(data.get("detailedDiff") or ()),
            )


def _side(data: Mapping[str, Any] | None) -> Side | None:
    if data is None:
        return None
    return Side(
        custom=bool(data.get("custom", False)),
        id=str(data.get("id", "")),
        inputs=data.get("inputs") or {},
        outputs=data.get("outputs") or {},
    )


def _outcomes(events: Iterable[Mapping[str, Any]]) -> Iterator[Outcome]:
    """Yield the pack's word; a rule that says the same twice (in the plan, then in the update) says it once."""
    seen: set[Outcome] = set()
    for event in events:
        data = event.get("policyEvent")
        if data is None or data["policyPackName"] != NAME:
            continue
        level: WireLevel = "mandatory" if data["enforcementLevel"] == "mandatory" else "advisory"
        rule, urn = data["policyName"], data.get("resourceUrn", "")
        text = _said(data["message"])
        for outcome in decode_text(rule, level, text, None if f"::{tokens.STACK}::" in urn else urn or None):
            if outcome not in seen:
                seen.add(outcome)
                yield outcome


def _said(message: str) -> str:
    """Return what the rule says: the title before it may be that of another version, as of a base's pack."""
    title, titled, said = message.partition("\n")
    return said if titled and not title.startswith(_NOT_RUN) else message


def _passed(events: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for event in events:
        for kind in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
            summary = event.get(kind, {})
            if summary.get("policyPackName") == NAME:
                counts.update(summary.get("passed") or ())
    return dict(counts)


def _diagnostic(data: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        urn=data.get("urn", ""),
        severity=data.get("severity", ""),
        message=own_message(str(data.get("message", ""))),
    )
