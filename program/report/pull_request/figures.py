"""What the report says first, and a program reads back from it: the verdict, and each stack in a row of figures."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, astuple, dataclass, fields
from math import isfinite

from pydantic import TypeAdapter, ValidationError

from program.engine.records import Hashes
from program.report.content.model import Report, StackReport
from program.report.content.summary import odd_stacks
from program.report.content.verdict import assurance, loses_data, mark, verdict, weakening
from program.report.markdown.words import clipped

MARKER = re.compile(r"<!-- parity:report:v\d+ ")
_THIS = re.compile(r"<!-- parity:report:v2 (?P<data>.*) -->")
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>@#"}
_HASH_LENGTH = 10
_LONGEST_NAME = 100
# Of more stacks those that block come first; among themselves they keep the order of promotion.
_IN_ORDER = 12
_LONGEST_SENTENCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stack: what its latest step changes (None: not known), its findings, its hashes shortened, seconds."""

    stack: str
    blocks: bool
    differs: bool
    outcome: str
    creates: int | None
    updates: int | None
    replaces: int | None
    deletes: int | None
    mandatory: int
    advisory: int
    undecided: int
    loses_data: int
    drifted: int | None
    declared: str | None
    planned: str | None
    deployed: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The verdict and the rows, those that block first; `more` counts the stacks for which there is no room.

    `loses_data` counts the resources that hold data and end, `weakens` the places where the guard lets pass more.
    """

    ok: bool
    quiet: bool
    loses_data: int
    mark: str
    verdict: str
    assurance: str | None
    commit: str | None
    rows: tuple[Row, ...]
    more: int = 0
    weakens: int = 0

    @property
    def calm(self) -> bool:
        """Tell whether there is nothing to fix and nothing to confirm."""
        return self.ok and not self.loses_data and not self.weakens


def summarise(report: Report) -> Summary:
    """Return the report's figures."""
    undeclared = [each for each in report.check.comparison.differences if not each.declared]
    odd = {stack for difference in undeclared for stack in odd_stacks(difference)}
    rows = [_row(stack, differs=stack.stack in odd) for stack in report.stacks]
    if len(rows) > _IN_ORDER:
        rows.sort(key=lambda row: not (row.blocks or row.differs))
    return Summary(
        ok=report.ok,
        quiet=report.quiet,
        loses_data=loses_data(report),
        weakens=weakening(report),
        mark=mark(report),
        verdict=clipped(verdict(report), _LONGEST_SENTENCE),
        assurance=assurance(report),
        commit=clipped(report.commit, _LONGEST_NAME) if report.commit else None,
        rows=tuple(rows),
    )


def marker(summary: Summary) -> str:
    """Return the summary as a comment that no reader sees, in one line: `parse` gives it back."""
    data = asdict(summary) | {"rows": [astuple(row) for row in summary.rows]}
    # JSON has these in strings only, where nothing may end the comment or be taken for a mention.
    text = json.dumps(data, separators=(",", ":")).translate(_ESCAPES)
    return f"<!-- parity:report:v2 {text} -->"


def parse(text: str) -> Summary | None:
    """Return the summary of a report; None where the text is none that this version wrote."""
    found = _THIS.match(text)
    if found is None:
        return None
    names = [field.name for field in fields(Row)]
    try:
        data = json.loads(found["data"])
        data["rows"] = [dict(zip(names, row, strict=True)) for row in data["rows"]]
        return _SUMMARY.validate_python(data, strict=False)
    except (ValueError, TypeError, KeyError, ValidationError):
        return None


def shortened(hashes: Hashes | None) -> str | None:
    """Return the first characters of the resources' hash, or how many values it waits for."""
    if hashes is None:
        return None
    if hashes.resources_hash is None:
        return f"{hashes.unknowns} unknown"
    return hashes.resources_hash[:_HASH_LENGTH]


def _row(stack: StackReport, *, differs: bool) -> Row:
    changes = stack.changes
    operations = Counter(change.operation for change in changes or ())
    known = changes is not None
    return Row(
        stack=clipped(stack.stack, _LONGEST_NAME),
        blocks=stack.blocks,
        differs=differs,
        outcome=stack.outcome,
        creates=operations["create"] if known else None,
        updates=operations["update"] if known else None,
        replaces=operations["replace"] if known else None,
        deletes=operations["delete"] if known else None,
        mandatory=sum(each.blocks for each in stack.findings),
        advisory=sum(not each.blocks and each.outcome in ("failed", "error") for each in stack.findings),
        undecided=sum(each.outcome == "undecided" for each in stack.findings),
        loses_data=sum(change.loses_data for change in changes or ()),
        drifted=len(stack.drift.drifted) if stack.drift is not None and stack.drift.error is None else None,
        declared=shortened(stack.declared),
        planned=shortened(stack.planned),
        deployed=shortened(stack.deployed),
        seconds=_seconds(stack.seconds),
    )


def _seconds(seconds: float | None) -> float | None:
    return round(seconds, 1) if seconds is not None and isfinite(seconds) else None


_SUMMARY = TypeAdapter(Summary)
