"""The text of a stack's drift issue, for whoever is to mend it: what, how bad, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from program.engine.records import Advice, Change, DriftRecord, Expected, Ignored
from program.offline.result import StackResult
from program.project.definition import FOUNDATION, split
from program.report.content.grouping import grouped
from program.report.content.links import Links, links_of_run
from program.report.content.summary import plural
from program.report.content.values import ABSENT, printable, side_by_side, spoken
from program.report.issue.marker import fingerprint_of, marker
from program.report.issue.who import lookups
from program.report.markdown.findings import advisory_section, mandatory_section
from program.report.markdown.fitting import COMMENT_BYTES, Section, fitted, folded, size
from program.report.markdown.linked import linked_place
from program.report.markdown.markup import code, escaped, table
from program.report.markdown.words import LONGEST_MESSAGE, clipped, name, properties, sentence, table_row

IGNORES = "policies/drift-ignores.yaml"
_COMMANDS = ("aws ", "./parity ")
_LONGEST_VALUE = 160
_LONGEST_TITLE = 200
_SHORT_COMMIT = 12
_MOST_ABOVE = 15
_ROOM_ABOVE = 20_000
_CHANGED = ("", "Resource", "Property", "Deployed", "Live", "Code")
_PENDING = ("Resource", "Property", "Deployed", "Code")
_EXPECTED = ("Resource", "Property", "Deployed", "Live", "Reason", "Source")
_IGNORED = ("Resource", "Property", "Deployed", "Live", "Reason", "Owner", "Until")


def title(record: DriftRecord) -> str:
    """Return the issue's title."""
    return clipped(f"{printable(record.stack)} {_what(record)}", _LONGEST_TITLE)


def body(record: DriftRecord, run: str | None, since: datetime | None = None) -> str:
    """Return the issue's text, within GitHub's limit, beginning with its marker; `since` is the last clean run.

    The order is a report's: the worst of it, why, what to do, and then the rest.
    """
    links = links_of_run(run, record.commit)
    first, *rest = [*(section for section in _sections(record, links) if section.items), Section(noun="", items=())]
    shown = _fitting(first)
    to_do = "\n".join(["#### What to do", "", *(f"- {line}" for line in (*_remedies(record), *_who(record, since)))])
    why = [first.text(shown)] if shown else []
    head = "\n\n".join(
        [marker(record.stack, fingerprint_of(record)), _opening(record), _facts(record, run, since), *why, to_do]
    )
    left = replace(first, items=first.items[shown:])
    return fitted(head, [section for section in (left, *rest) if section.items], limit=COMMENT_BYTES, run=run)


def _fitting(section: Section) -> int:
    """Return how many of the section's items stand above what to do: what fits, and is read at a glance."""
    used = 0
    for index, item in enumerate(section.items[:_MOST_ABOVE]):
        used += size(item)
        if used > _ROOM_ABOVE:
            return index
    return min(len(section.items), _MOST_ABOVE)


def counts(record: DriftRecord) -> str:
    """Return in figures what is apart."""
    parts = []
    changed = [change for change in record.drifted if change.operation != "delete"]
    if changed:
        count = sum(len(change.properties) or 1 for change in changed)
        parts.append(f"{properties(count)} of {plural(len(changed), 'resource')} changed in the cloud")
    if gone := len(record.drifted) - len(changed):
        parts.append(f"{plural(gone, 'resource')} gone")
    if record.pending:
        parts.append(f"{properties(len(record.pending))} not deployed yet")
    return ", ".join(parts) or "nothing deployed yet"


def _what(record: DriftRecord) -> str:
    if record.verdict == "check-failed":
        return "can't be checked for drift"
    if record.verdict == "undeployed":
        return f"is not what the code says: {counts(record)}"
    return f"has drifted: {counts(record)}"


def _opening(record: DriftRecord) -> str:
    lost = [change for change in record.drifted if change.loses_data]
    lines = [f"**{escaped(record.stack)}** {_what(record)}."]
    if lost:
        lines.append(f"⚠️ {plural(len(lost), 'resource')} that held data {'is' if len(lost) == 1 else 'are'} gone.")
    if record.error is not None:
        lines.append(sentence(record.error))
    return "\n\n".join(lines)


def _facts(record: DriftRecord, run: str | None, since: datetime | None) -> str:
    facts = {
        "Environment": record.environment,
        "Region": record.region,
        "Deployed from": record.deployed_commit and record.deployed_commit[:_SHORT_COMMIT],
        "Checked with": record.commit and record.commit[:_SHORT_COMMIT],
    }
    lines = [f"{label}: {name(text)}" for label, text in facts.items() if text]
    lines += [f"Last clean run: {since.strftime('%Y-%m-%d %H:%M UTC')}"] if since is not None else []
    return " · ".join([*lines, *([f"[run]({run})"] if run else [])])


def _sections(record: DriftRecord, links: Links | None) -> Iterator[Section]:
    changes = sorted(record.drifted, key=lambda each: (not each.stateful, each.operation, each.type, each.name))
    yield Section(
        noun="drifted property row",
        opening=f"#### Changed in the cloud\n\n{table(_CHANGED, [])}\n",
        items=tuple(table_row(row) for change in changes for row in _changed(change, links)),
    )
    yield Section(
        noun="piece of advice",
        opening="#### What to do, by resource\n\n",
        items=tuple(_advised(each) for each in record.advice),
    )
    groups = grouped([_judged(record)])
    yield mandatory_section(groups, 1, links, fixes=False)
    yield Section(
        noun="pending difference",
        opening=f"#### In the code, not deployed yet\n\n{table(_PENDING, [])}\n",
        items=tuple(
            table_row(
                [
                    name(each.resource.rpartition("::")[2]),
                    name(each.property),
                    *_pair(each.values.get("deployed"), each.values.get("declared")),
                ]
            )
            for each in record.pending
        ),
    )
    yield advisory_section(groups, 1, links, fixes=False)
    yield folded(
        "expected difference",
        "No drift, though the cloud tells it otherwise",
        [table_row(row) for expected in record.expected for row in _explained(expected)],
        opening=table(_EXPECTED, []) + "\n",
    )
    yield folded(
        "ignored change",
        f"Ignored by {IGNORES}",
        [table_row(row) for ignored in record.ignored for row in _let_pass(ignored)],
        opening=table(_IGNORED, []) + "\n",
    )
    yield Section(
        noun="stale ignore",
        opening=f"#### Entries of {IGNORES} to remove\n\n",
        items=tuple(f"- {sentence(stale)}" for stale in record.stale_ignores),
    )


def _advised(advice: Advice) -> str:
    """Return a list: of what it is, why, and each way out."""
    of = ", ".join(map(name, advice.properties))
    lines = [f"- {name(advice.urn.rpartition('::')[2])}{f': {of}' if of else ''}"]
    ways = {"Why": advice.cause, "Undo": advice.undo, "Adopt": advice.adopt}
    lines += [f"  - {word}: {_way(text)}" for word, text in ways.items() if text]
    lines += [f"  - Accept for a while, in {IGNORES}: {_command(entry)}" for entry in advice.accept]
    return "\n".join(lines)


def _way(text: str) -> str:
    return _command(text) if text.startswith(_COMMANDS) else sentence(text)


def _command(text: str) -> str:
    return code(clipped(text, LONGEST_MESSAGE))


def _explained(expected: Expected) -> Iterator[list[str]]:
    why = [sentence(expected.reason), sentence(expected.source)]
    for _, resource, path, before, after, _ in _changed(expected.change, None):
        yield [resource, path, before, after, *why]


def _changed(change: Change, links: Links | None) -> Iterator[list[str]]:
    mark = "holds data" if change.stateful else ""
    where = linked_place(change.source, links) if change.source else ABSENT
    if change.operation == "delete" or not change.properties:
        live = "gone" if change.operation == "delete" else change.operation
        yield [mark, name(change.name), "(resource)", "present", f"**{live}**", where]
    for each in change.properties if change.operation != "delete" else ():
        yield [mark, name(change.name), name(each.path), *_pair(each.before, each.after), where]


def _let_pass(ignored: Ignored) -> Iterator[list[str]]:
    excuse = [sentence(ignored.reason), sentence(ignored.owner), sentence(ignored.expires)]
    for each in ignored.change.properties:
        yield [name(ignored.change.name), name(each.path), *_pair(each.before, each.after), *excuse]


def _pair(before: object, after: object) -> Sequence[str]:
    texts = side_by_side({"before": spoken(before), "after": spoken(after)}, _LONGEST_VALUE)  # type: ignore[arg-type]
    return [ABSENT if text == ABSENT else name(text) for text in texts.values()]


def _judged(record: DriftRecord) -> StackResult:
    return StackResult(
        stack=record.stack,
        environment=record.environment,
        region=record.region,
        manifest=None,
        resources=(),
        findings=record.findings,
    )


def _who(record: DriftRecord, since: datetime | None) -> Iterator[str]:
    """Yield how to find who did it, which the cloud alone knows."""
    for command in lookups(record, since):
        yield f"**Find who did it:** {code(command)}"


def _remedies(record: DriftRecord) -> Iterator[str]:
    # It is pasted into a shell.
    stack = shlex.quote(clipped(record.stack, _SHORT_COMMIT * 10))
    drift = code(f"./parity drift {stack}")
    if record.verdict == "check-failed":
        yield f"Fix what is said above, then run {drift}."
        yield "As long as the check fails, nobody knows whether the stack has drifted."
        return
    by_hand = split(record.stack)[0] == FOUNDATION
    again = code(f"./parity bootstrap {stack}" if by_hand else f"gh workflow run remediate.yml -f stack={stack}")
    if record.drifted:
        undo = (
            "an administrator runs what stands beside each; no workflow deploys a foundation."
            if by_hand
            else f"{again} previews and deploys the stack again."
        )
        yield f"**Undo it in the cloud:** {undo}"
        yield f"**Keep it:** change the stack file or the program until {drift} is clean."
    if any(change.operation != "delete" for change in record.drifted):
        yield (
            f"**Ignore it for a while:** add an entry with reason, owner and last day to {code(IGNORES)};"
            " a resource that is gone can't be ignored."
        )
    if not record.drifted:
        yield f"**Deploy what is on the main branch:** {again}."
    yield f"See it on a machine with the stack's credentials: {drift}."
