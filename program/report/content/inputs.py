"""Read the records that previews, applies, drift checks and destroys left, each a file or a bundle's folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from policies.limits import limits
from program.engine.records import AnyRecord
from program.errors import CouldNotRunError
from program.manifest.differences import Comparison
from program.offline.documents import validated
from program.offline.guard.joining import joined
from program.offline.result import CheckResult
from program.offline.shards import joined_shards
from program.project.definition import ROOT
from program.project.stackfile import stack_names
from program.report.content.document import read_check

LARGEST_BYTES = 32 * 1024 * 1024
# What a bundle's folder calls its record.
BUNDLED = "record.json"
# For a report of records alone.
NOTHING_CHECKED = CheckResult(
    stacks=(), comparison=Comparison(baseline_hash={}, resources_hash={}, differences=(), stale=())
)


class _AnyRecord(RootModel[Annotated[AnyRecord, Field(discriminator="kind")]]):
    """A record of whichever kind it says it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What could be read, and a line for each file that could not."""

    check: CheckResult
    records: tuple[AnyRecord, ...]
    problems: tuple[str, ...]


def read_sources(check_files: Iterable[Path], records: Iterable[Path]) -> Sources:
    """Read the checks, which are joined, and the records; a report of what is there is better than none."""
    checks: list[CheckResult] = []
    problems: list[str] = []
    for file in check_files:
        try:
            checks.append(read_check(file))
        except CouldNotRunError as error:
            # The change's own check and its base's judgement may both say the same.
            problems += [line for line in str(error).splitlines() if line not in problems]
    found: dict[tuple[str, str], AnyRecord] = {}
    for path in records:
        try:
            record = read_record(path)
        except CouldNotRunError as error:
            problems.append(str(error))
            continue
        if found.setdefault((record.stack, record.kind), record) is not record:
            problems.append(f"{path}: is a second {record.kind} record of stack {record.stack!r}; give one")
    try:
        check = _joined(checks)
    except CouldNotRunError as error:
        check = checks[0]
        problems.append(str(error))
    return Sources(check=check, records=tuple(record for _, record in sorted(found.items())), problems=tuple(problems))


def _joined(checks: Sequence[CheckResult]) -> CheckResult:
    """Return the check of which these are the parts; a change's own is joined with the judgement of its base."""
    if not checks:
        return NOTHING_CHECKED
    judged = [check for check in checks if check.guarded is not None]
    own = [check for check in checks if check.guarded is None]
    if not own:
        return judged[0]
    names = {stack.stack for check in own for stack in check.stacks}
    whole = joined_shards(own, limits(), complete=names >= set(stack_names(ROOT)))
    return joined(whole, judged[0]) if judged else whole


def read_record(path: Path) -> AnyRecord:
    """Return the record of the file, or of the bundle's folder."""
    file = path / BUNDLED if path.is_dir() else path
    return validated(_AnyRecord, file, LARGEST_BYTES).root
