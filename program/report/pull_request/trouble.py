"""What stopped a step, in the words of the step itself, and which stacks left no word at all."""

from __future__ import annotations

from collections.abc import Iterator

from program.engine.records import AnyRecord, ApplyRecord, DestroyRecord, Refusal
from program.report.content.links import Links
from program.report.content.model import Report, StackReport, outcome_of
from program.report.content.reasons import located
from program.report.content.verdict import UNABLE
from program.report.markdown.fitting import Section
from program.report.markdown.linked import linked_place
from program.report.markdown.words import listed, name, sentence

_MOST_LEFT = 20


def trouble_section(report: Report) -> Section:
    """Return a line for each step that failed, was refused, or left no record, or could not be read."""
    # What names the line to mend says more than what only followed from it.
    problems = sorted(report.problems, key=lambda problem: _placed(problem)[0] is None)
    items = [_problem(problem, report.links) for problem in problems]
    items += [line for stack in report.stacks for line in _stack(stack, report.run)]
    return Section(noun="failure", items=tuple(items))


def notes_section(report: Report) -> Section:
    """Return the warnings that are about no stack."""
    return Section(noun="note", items=tuple(f"- ⚠️ {sentence(note)}" for note in report.notes))


def refusal_line(refusal: Refusal) -> str:
    """Return why something was not done: the code, both values, what to do."""
    values = f"expected {name(refusal.expected)}, found {name(refusal.found)}"
    return f"{name(refusal.code)}: {values}. **Fix:** {sentence(refusal.fix)}"


def _problem(problem: str, links: Links | None) -> str:
    """Return the problem; of a check that could not run its place is a link, and the title says the rest."""
    if not problem.startswith(UNABLE):
        return f"- {sentence(problem)}"
    file, line, message = _placed(problem)
    place = f"{linked_place(f'{file}:{line}' if line else file, links)}: " if file else ""
    return f"- {place}{sentence(message)} **Fix it first:** nothing else was checked."


def _placed(problem: str) -> tuple[str | None, int | None, str]:
    return located(problem.removeprefix(f"{UNABLE}: "))


def _stack(stack: StackReport, run: str | None) -> Iterator[str]:
    if stack.missing:
        where = f"; see [the run]({run})" if run else ""
        yield f"- **{sentence(stack.stack)}** left no result: its job was cancelled or failed early{where}"
    for record in reversed(stack.records):
        yield from _record(record)


def _record(record: AnyRecord) -> Iterator[str]:
    start = f"- **{sentence(record.stack)}**, {record.kind} {outcome_of(record)}"
    if record.error is not None:
        yield f"{start}: {sentence(record.error)}"
    if isinstance(record, ApplyRecord | DestroyRecord):
        for refusal in record.refusals:
            yield f"{start}: {refusal_line(refusal)}"
    if isinstance(record, ApplyRecord) and record.outcome == "different":
        yield f"{start}: it succeeded, but what is live is not what was declared (the differences are below)"
    if isinstance(record, DestroyRecord) and record.left:
        yield f"{start}: {listed([name(urn.rpartition('::')[2]) for urn in record.left], _MOST_LEFT)} still there"
