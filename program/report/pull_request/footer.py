"""The last line: of which commit and when, by which run, and the hashes by which two reports can be compared."""

from __future__ import annotations

from program.manifest.differences import by_project
from program.project.definition import SERVICE
from program.report.content.model import Report
from program.report.markdown.markup import escaped
from program.report.markdown.words import clipped, name

_COMMIT = 10
_HASH = 10
_LONGEST_ADDRESS = 500
_NOTHING_NEW = "Nothing newly declared, accepted or ignored"


def footer(report: Report) -> str:
    """Return the line, ending with a line break; nothing where there is nothing to say."""
    parts = [*_news(report), *_commit(report), *_time(report), *_run(report), *_hashes(report)]
    return f"\n<sub>{' · '.join(parts)}</sub>\n" if parts else ""


def _news(report: Report) -> list[str]:
    guarded = report.check.guarded
    quiet = guarded is not None and not guarded.changes and not guarded.declared
    return [_NOTHING_NEW] if quiet else []


def _commit(report: Report) -> list[str]:
    if report.links is not None:
        return [f"commit [{name(report.links.commit[:_COMMIT])}]({report.links.of_commit})"]
    return [f"commit {name(report.commit[:_COMMIT])}"] if report.commit else []


def _time(report: Report) -> list[str]:
    return [escaped(report.time)] if report.time else []


def _run(report: Report) -> list[str]:
    return [f"[run]({report.run})"] if report.run and len(report.run) <= _LONGEST_ADDRESS else []


def _hashes(report: Report) -> list[str]:
    """Return the two hashes that all stacks of the service share; where they don't, the title says so."""
    comparison = report.check.comparison
    found = [
        ("baseline", by_project(comparison.baseline_hash).get(SERVICE.label, {})),
        ("resources", by_project(comparison.resources_hash).get(SERVICE.label, {})),
    ]
    return [
        f"{label} {name(clipped(next(iter(hashes.values())), _HASH + 1)[:_HASH])}"
        for label, hashes in found
        if hashes and len(set(hashes.values())) == 1
    ]
