"""What every workflow keeps to: each problem of one workflow's text is one line."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

_PINNED = re.compile(r"^\s*(?:- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
_LOCAL = re.compile(r"^\s*(?:- )?uses: \./\S+")
_GRANT = re.compile(r"^\s+[a-z-]+: (read|write) # \S+")
_EXPRESSION = "${{"


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the workflow."""
    workflow = yaml.safe_load(text)
    if workflow.get("permissions") != {}:
        yield "permissions at the top are not {}"
    # YAML 1.1 reads the key `on` as true.
    if "pull_request_target" in str(workflow.get(True, "")) or "workflow_run" in str(workflow.get(True, "")):
        yield "it runs with credentials on what a fork sends"
    yield from (
        f"not pinned by commit with its version: {line.strip()}" for line in text.splitlines() if _unpinned(line)
    )
    for name, job in workflow["jobs"].items():
        yield from (f"job {name}: {problem}" for problem in _of_job(job, text))


def _unpinned(line: str) -> bool:
    return re.match(r"^\s*(?:- )?uses: ", line) is not None and not (_PINNED.match(line) or _LOCAL.match(line))


def _of_job(job: dict[str, Any], text: str) -> Iterator[str]:
    if "permissions" not in job:
        yield "has no permissions of its own"
    if "timeout-minutes" not in job:
        yield "has no time limit"
    for grant, level in job.get("permissions", {}).items():
        if not any(line.strip().startswith(f"{grant}: {level}") and _GRANT.match(line) for line in text.splitlines()):
            yield f"{grant}: {level} has no reason beside it"
    for step in job["steps"]:
        if _EXPRESSION in step.get("run", ""):
            yield "an expression stands in run:"
        is_checkout = str(step.get("uses", "")).startswith("actions/checkout@")
        if is_checkout and step.get("with", {}).get("persist-credentials") is not False:
            yield "checkout keeps its credentials"
