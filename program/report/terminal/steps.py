"""What a preview, an apply, a drift check or a destroy found, for a person at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from program.engine.records import (
    Advice,
    ApplyRecord,
    Change,
    DestroyRecord,
    DriftRecord,
    Expected,
    Ignored,
    Operation,
    PreviewRecord,
    PropertyChange,
    StackRecord,
)
from program.engine.sources import DECLARED, DEPLOYED, PLANNED
from program.manifest.canonical import JsonValue
from program.manifest.differences import Difference
from program.offline.result import Finding
from program.report.content.paperwork import remedy
from program.report.content.summary import plural
from program.report.content.values import printable, shown, spoken
from program.report.terminal.blocks import listed, refused

_LONGEST = 60
_ASKED = "The cloud was asked before the update: what had drifted of the code's own properties is undone."
_NOT_ASKED = "The cloud was not asked: this compares with the state alone, and `drift {stack}` with the cloud."
_DONE: Mapping[Operation, str] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}


def render(record: StackRecord) -> str:
    """Return the record as plain text, the verdict last, ending with a line break."""
    blocks = [block for block in _RENDERERS[type(record)](record) if block]
    return "\n\n".join([*blocks, _verdict(record)]) + "\n"


def _preview(record: StackRecord) -> Iterator[str]:
    assert isinstance(record, PreviewRecord)
    yield from _changes(record.changes)
    yield _differences("Where the sources differ", record.differences)
    yield _findings(record.findings)


def _apply(record: StackRecord) -> Iterator[str]:
    assert isinstance(record, ApplyRecord)
    yield from _changes(record.changes)
    if record.outcome in ("applied", "different"):
        yield _ASKED if record.asked_cloud else _NOT_ASKED.format(stack=printable(record.stack))
    yield _differences("What was deployed is not what was declared", record.differences)
    yield _findings(record.findings)
    yield refused(record.refusals)


def _drift(record: StackRecord) -> Iterator[str]:
    assert isinstance(record, DriftRecord)
    yield listed("Drifted: the cloud is not what was deployed (deployed -> live)", map(_change, record.drifted))
    yield listed("What to do about it", map(_advice, record.advice))
    yield _differences("Pending: the code is not what is deployed", record.pending)
    yield listed("No drift, though the cloud tells it otherwise", map(_expected, record.expected))
    yield listed("Ignored drift", map(_ignored, record.ignored))
    yield listed("Entries of the ignore file that nothing needs, or that have expired", record.stale_ignores)
    yield _findings(record.findings)


def _destroy(record: StackRecord) -> Iterator[str]:
    assert isinstance(record, DestroyRecord)
    yield refused(record.refusals)
    yield listed("Still there", record.left)


_RENDERERS: dict[type[StackRecord], Callable[[StackRecord], Iterator[str]]] = {
    ApplyRecord: _apply,
    DestroyRecord: _destroy,
    DriftRecord: _drift,
    PreviewRecord: _preview,
}


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    losing = [change for change in changes if change.loses_data]
    yield listed("DELETES OR REPLACES WHAT HOLDS DATA", map(_change, losing))
    yield listed("Changes", (_change(change) for change in changes if change not in losing))


def _change(change: Change) -> str:
    source = f"  {change.source}" if change.source else ""
    lines = [f"{change.operation:<8} {change.type} {change.name}{source}"]
    if change.operation in ("update", "replace"):
        for item in change.properties:
            why = "  (forces the replacement)" if item.replaces else ""
            lines.append(f"           {printable(item.path)}: {_both(item)}{why}")
    return "\n  ".join(lines)


def _both(item: PropertyChange) -> str:
    """Return what the property was and is; a member of a list comes or goes."""
    if item.path.endswith("]") and item.before is None:
        return f"added {_short(item.after)}"
    if item.path.endswith("]") and item.after is None:
        return f"removed {_short(item.before)}"
    return f"{_short(item.before)} -> {_short(item.after)}"


def _advice(item: Advice) -> str:
    of = f": {', '.join(map(printable, item.properties))}" if item.properties else ""
    ways = {"why": item.cause, "undo": item.undo, "adopt": item.adopt}
    lines = [f"      {word}: {printable(text)}" for word, text in ways.items() if text]
    if item.accept:
        lines += ["      accept for a while, in policies/drift-ignores.yaml:", *map(_indented, item.accept)]
    return "\n".join([f"{item.urn.rpartition('::')[2]}{of}", *lines])


def _indented(text: str) -> str:
    return f"        {printable(text)}"


def _expected(item: Expected) -> str:
    return f"{_change(item.change)}\n      {printable(item.reason)} ({printable(item.source)})"


def _ignored(item: Ignored) -> str:
    return f"{_change(item.change)}\n      {printable(item.reason)} ({printable(item.owner)}, until {item.expires})"


def _findings(findings: Sequence[Finding]) -> str:
    """Return what is neither exempt nor decided elsewhere, what blocks first, and how many there are of those."""
    told = [finding for finding in findings if finding.outcome not in ("exempt", "undecided") or finding.blocks]
    undecided = Counter(finding.message for finding in findings if finding not in told and finding.outcome != "exempt")
    counted = [
        f"undecided{f' {count} times' if count > 1 else ''}: {printable(message)}"
        for message, count in sorted(undecided.items())
    ]
    return listed("Findings", [*map(_finding, sorted(told, key=lambda finding: not finding.blocks)), *counted])


def _finding(finding: Finding) -> str:
    word = finding.outcome.upper() if finding.blocks else "advice"
    name = finding.resource.rpartition("::")[2] if finding.resource else ""
    place = "  ".join(part for part in (name, finding.source) if part)
    lines = [f"{word} {finding.rule}  {place}".rstrip(), f"  {printable(finding.message)}"]
    if finding.blocks and (fix := remedy(finding.rule, finding.outcome)):
        lines.append(f"  fix: {fix}")
    return "\n  ".join(lines)


def _differences(title: str, differences: Sequence[Difference]) -> str:
    return listed(title, map(_difference, differences))


def _difference(difference: Difference) -> str:
    values = ", ".join(
        f"{source} {_short(difference.values[source])}"
        for source in (DECLARED, PLANNED, DEPLOYED)
        if source in difference.values
    )
    return f"{difference.resource.rpartition('::')[2]} {difference.property}: {values}"


def _short(value: JsonValue) -> str:
    text = shown(spoken(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _verdict(record: StackRecord) -> str:
    told = record.error or _figures(record)
    return f"{_word(record).upper()}  {record.stack}: {told} ({record.seconds:g} s)"


def _word(record: StackRecord) -> str:
    if isinstance(record, DriftRecord):
        return record.verdict
    if isinstance(record, PreviewRecord) and record.outcome == "clean":
        return "to deploy" if record.changes else "no change"
    assert isinstance(record, PreviewRecord | ApplyRecord | DestroyRecord)
    return record.outcome


def _figures(record: StackRecord) -> str:
    if isinstance(record, DriftRecord):
        return f"{plural(len(record.drifted), 'resource')} drifted, {plural(len(record.pending), 'difference')} pending"
    assert isinstance(record, PreviewRecord | ApplyRecord | DestroyRecord)
    counts = Counter(change.operation for change in record.changes)
    words = [
        f"{counts[operation]} to {operation}" if isinstance(record, PreviewRecord) else f"{counts[operation]} {done}"
        for operation, done in _DONE.items()
        if counts[operation]
    ]
    unchanged = [] if isinstance(record, DestroyRecord) else [f"{record.unchanged} unchanged"]
    return ", ".join([*words, *unchanged]) or "nothing was done"
