"""Keep one issue for each stack that has drifted, is not deployed, or can't be checked."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from program.engine.records import DriftRecord
from program.github.client import ISSUES, Client
from program.github.model import Issue
from program.report.content.grouping import stack_list
from program.report.issue.body import body, title
from program.report.issue.marker import OVERFLOW, fingerprint_of, parse
from program.report.issue.notes import note, overflow_body, overflow_title
from program.report.issue.states import MOST_OPEN, Night, Standing, Step, plan, steps
from program.report.markdown.words import sentence

# By which the issues are found, so it must stay on them.
LABEL = "drift"
FAILING_LABEL = "drift-check-failed"
_URGENCY = {"drifted": 1, "undeployed": 2, "check-failed": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A stack's issue on GitHub, and the fingerprint that its text holds."""

    issue: Issue
    fingerprint: str | None

    @property
    def standing(self) -> Standing:
        """Return the issue as the plan sees it."""
        return Standing(
            is_open=self.issue.state == "open",
            fingerprint=self.fingerprint,
            failing=FAILING_LABEL in self.issue.labels,
        )


class DriftIssues:
    """The repository's drift issues, and what a night's records do to them.

    `run` is the address of the run, `since` when the last run was that found everything clean.
    """

    def __init__(
        self, client: Client, *, run: str | None, since: datetime | None = None, most_open: int = MOST_OPEN
    ) -> None:
        self._client = client
        self._run = run
        self._since = since
        self._most_open = most_open

    def settle(self, records: Sequence[DriftRecord], stacks: Collection[str]) -> Iterator[str]:
        """Do what the records ask for, and yield a line for each thing done.

        `stacks` are those that exist: the issue of another is closed as removed, that of one without a record is
        left as it is.
        """
        known, doubles = _by_stack(self._client.issues(LABEL))
        found = {record.stack: record for record in records}
        gone = {stack for stack in known if stack != OVERFLOW and stack not in found and stack not in stacks}
        nights = {stack: _night(record) for stack, record in found.items()}
        nights |= {stack: Night(found="removed", fingerprint=None) for stack in gone}
        standings = {stack: each.standing for stack, each in known.items() if stack != OVERFLOW}
        planned = plan(standings, nights, most_open=self._most_open)
        for issue, kept in doubles:
            self._client.create_comment(issue.number, f"Doubles #{kept.number}.", permission=ISSUES)
            self._client.close_issue(issue, done=False)
            yield f"closed #{issue.number}, which doubles #{kept.number}"
        for stack in sorted(planned.steps):
            yield from self._settle_stack(stack, planned.steps[stack], known.get(stack), found.get(stack))
        yield from self._settle_overflow(known.get(OVERFLOW), [found[stack] for stack in planned.rest])

    def _settle_stack(
        self, stack: str, todo: Sequence[Step], known: Known | None, record: DriftRecord | None
    ) -> Iterator[str]:
        def write() -> tuple[str, str]:
            assert record is not None  # only what is removed has no record, and is not written anew
            return title(record), body(record, self._run, self._since)

        def tell(step: Step) -> str | None:
            return note(step, stack, record, self._run)

        return self._do(stack, todo, known.issue if known else None, write, tell)

    def _settle_overflow(self, known: Known | None, rest: Sequence[DriftRecord]) -> Iterator[str]:
        """Keep the one issue that names the stacks without one, by the same rules."""
        lines = [f"{record.stack} {record.verdict} {fingerprint_of(record)}" for record in rest]
        fingerprint = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        night = Night(found="drifted" if rest else "clean", fingerprint=fingerprint)

        def write() -> tuple[str, str]:
            return overflow_title([record.stack for record in rest]), overflow_body(rest, fingerprint, self._run)

        def tell(step: Step) -> str | None:
            names = stack_list([record.stack for record in rest], 0)
            texts: dict[Step, str] = {
                "tell-changed": f"Now {len(rest)} more: {sentence(names)}.",
                "tell-recovered": "Every stack that needs an issue has its own.",
            }
            return texts.get(step)

        todo = steps(known.standing if known else None, night)
        yield from self._do("the rest", todo, known.issue if known else None, write, tell)

    def _do(
        self,
        stack: str,
        todo: Sequence[Step],
        issue: Issue | None,
        write: Callable[[], tuple[str, str]],
        tell: Callable[[Step], str | None],
    ) -> Iterator[str]:
        for step in todo:
            if step == "open":
                heading, text = write()
                issue = self._client.create_issue(heading, text, (LABEL,))
            assert issue is not None  # every other step is about an issue that is there
            self._step(step, issue, write, tell)
            yield f"{stack}: {step} #{issue.number}"

    def _step(
        self, step: Step, issue: Issue, write: Callable[[], tuple[str, str]], tell: Callable[[Step], str | None]
    ) -> None:
        if step == "reopen":
            self._client.reopen_issue(issue)
        elif step == "mark-failing":
            self._client.label_issue(issue, FAILING_LABEL)
        elif step == "unmark-failing":
            self._client.unlabel_issue(issue, FAILING_LABEL)
        elif step == "rewrite":
            self._client.update_issue(issue, *write())
        elif step in ("close-done", "close-removed"):
            self._client.close_issue(issue, done=step == "close-done")
        elif (text := tell(step)) is not None:
            self._client.create_comment(issue.number, text, permission=ISSUES)


def _by_stack(issues: Sequence[Issue]) -> tuple[Mapping[str, Known], Sequence[tuple[Issue, Issue]]]:
    """Return each stack's issue, and the open ones that double it, each with the one that is kept.

    Of several an open one is kept, the oldest of those; of closed ones alone the newest.
    """
    found: dict[str, list[Known]] = defaultdict(list)
    for issue in issues:
        if (marked := parse(issue.body)) is not None:
            found[marked[0]].append(Known(issue=issue, fingerprint=marked[1]))
    known: dict[str, Known] = {}
    doubles: list[tuple[Issue, Issue]] = []
    for stack, all_known in found.items():
        opened = [each for each in all_known if each.issue.state == "open"]
        known[stack] = opened[0] if opened else all_known[-1]
        doubles += [(each.issue, opened[0].issue) for each in opened[1:]]
    return known, doubles


def _night(record: DriftRecord) -> Night:
    stateful = any(change.stateful for change in record.drifted)
    urgency = 0 if stateful else _URGENCY.get(record.verdict, 0)
    return Night(found=record.verdict, fingerprint=fingerprint_of(record), urgency=urgency)
