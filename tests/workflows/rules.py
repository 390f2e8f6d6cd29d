"""What every workflow keeps to: each problem of one workflow's text is one line."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.workflows.app_key import KEY, key_problems

Job = dict[str, Any]

_PINNED = re.compile(r"^\s*(?:- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
_LOCAL = re.compile(r"^\s*(?:- )?uses: \./\S+")
_GRANT = re.compile(r"^\s+[a-z-]+: (read|write) # \S+")
_EXPRESSION = "${{"
# Triggers that run with the repository's rights on what somebody else wrote.
_DANGEROUS = ("pull_request_target", "workflow_run", "issue_comment")
_OURS = re.compile(
    r"""(\.venv/bin/python -m program\.cli|make|gh attestation verify) [^|;&`<>\n]+( >>? ("\$\w+"|[\w.]+))?\n?"""
)
_WRITES_A_STACK = re.compile(r"program\.cli (apply|destroy|recover|sweep --stack)\b")
_CHANGES_THE_CLOUD = re.compile(r"program\.cli (apply|destroy|recover|sweep)\b")
_ONLY_READS = ("-preview", "-drift")
_SIGN_IN = {
    "role-to-assume": "${{ vars.AWS_ROLE_ARN }}",
    "allowed-account-ids": "${{ vars.AWS_ACCOUNT_ID }}",
    "mask-aws-account-id": True,
}
# What a job of a pull request may be asked for; a fork is asked for none of it.
_TRUSTED = ("needs.scope.outputs.", "github.event.pull_request.head.repo.full_name == github.repository")
# GitHub itself makes these read-only for a fork.
_HARMLESS = {"contents", "pull-requests", "security-events"}


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the workflow."""
    workflow = yaml.safe_load(text)
    # YAML 1.1 reads the key `on` as true.
    triggers = str(workflow.get(True, ""))
    if workflow.get("permissions") != {}:
        yield "permissions at the top are not {}"
    if workflow.get("env", {}).get("PYTHONPYCACHEPREFIX") != "/tmp/pycache":  # on a machine of its own
        yield "what Python compiled may lie in the checkout"
    if any(trigger in triggers for trigger in _DANGEROUS):
        yield "it runs with credentials on what a fork sends"
    if re.search(r"secrets(\.|: inherit|\[)", text.replace(KEY, "")):
        yield "it uses a secret; jobs sign in by OpenID Connect"
    if "continue-on-error" in text:
        yield "it goes on after an error"
    yield from unpinned(text)
    for name, job in workflow["jobs"].items():
        found = [*_rights(job, text), *_steps(job), *_cloud(job), *_caches(job), *_queue(job, workflow)]
        found += key_problems(job, triggers)
        if "pull_request" in triggers:
            found += _forks(job)
        yield from (f"job {name}: {problem}" for problem in found)


def unpinned(text: str) -> Iterator[str]:
    """Yield what a workflow or an action uses by less than a commit with its version beside it."""
    yield from (f"not pinned by commit with its version: {line.strip()}" for line in text.splitlines() if _loose(line))


def _loose(line: str) -> bool:
    return re.match(r"^\s*(?:- )?uses: ", line) is not None and not (_PINNED.match(line) or _LOCAL.match(line))


def _rights(job: Job, text: str) -> Iterator[str]:
    if "permissions" not in job:
        yield "has no permissions of its own"
    if "timeout-minutes" not in job and "uses" not in job:
        yield "has no time limit"
    for grant, level in job.get("permissions", {}).items():
        if not any(line.strip().startswith(f"{grant}: {level}") and _GRANT.match(line) for line in text.splitlines()):
            yield f"{grant}: {level} has no reason beside it"


def _steps(job: Job) -> Iterator[str]:
    for step in job.get("steps", []):
        if _EXPRESSION in step.get("run", ""):
            yield "an expression stands in run:"
        if "run" in step and not _OURS.fullmatch(step["run"]):
            yield f"a step is not one command of ours: {step['run']}"
        if _uses(step, "actions/checkout") and step.get("with", {}).get("persist-credentials") is not False:
            yield "checkout keeps its credentials"


def _cloud(job: Job) -> Iterator[str]:
    """A job signs in to the cloud with the role of its environment, and where that only reads, it only reads."""
    name, deployment = _environment(job)
    signs_in = [step for step in job.get("steps", []) if _uses(step, "aws-actions/configure-aws-credentials")]
    if _granted(job, "id-token") and "uses" not in job and not name:
        yield "may sign in without an environment"
    for step in signs_in:
        missing = [key for key, value in _SIGN_IN.items() if step.get("with", {}).get(key) != value]
        if missing:
            yield f"signs in without {', '.join(missing)}"
    if name.endswith(_ONLY_READS):
        if deployment is not False:
            yield "only reads, and says that it deploys"
        if _runs(job, _CHANGES_THE_CLOUD):
            yield "changes the cloud with a role that only reads"


def _caches(job: Job) -> Iterator[str]:
    """What a job that changes the cloud or runs a pull request's code left in a cache, others have to trust."""
    if any(_uses(step, "actions/cache") for step in job.get("steps", [])):
        yield "restores and saves a cache at once"
    saves = any(_uses(step, "actions/cache/save") for step in job.get("steps", []))
    if saves and not _environment(job)[0].endswith("-drift"):
        yield "saves a cache"


def _queue(job: Job, workflow: Job) -> Iterator[str]:
    """One writer of a stack at a time, and none cut off."""
    own, whole = job.get("concurrency", {}), workflow.get("concurrency", {})
    if _runs(job, _WRITES_A_STACK):
        if not str(own.get("group", "")).startswith("stack-"):
            yield "writes a stack outside the stack's queue"
        elif own.get("queue") != "max":
            yield "is displaced by a newer writer of the stack"
    if _runs(job, _CHANGES_THE_CLOUD):
        cancels = [queue.get("cancel-in-progress", False) for queue in (own, whole)]
        # The one that asks whether review stacks are off is read by a test of its own.
        if any(cancel is not False and "REVIEW_STACKS" not in str(cancel) for cancel in cancels):
            yield "is cut off by a newer run"


def _forks(job: Job) -> Iterator[str]:
    """A pull request from a fork gets no job that needs a right which GitHub doesn't take from it by itself."""
    writes = {grant for grant, level in job.get("permissions", {}).items() if level == "write"} - _HARMLESS
    if writes and not any(word in str(job.get("if", "")) for word in _TRUSTED):
        yield f"runs for forks, with {', '.join(sorted(writes))}: write"


def _environment(job: Job) -> tuple[str, Any]:
    """Return the name of the job's environment, and whether it makes a deployment."""
    environment = job.get("environment", {})
    if isinstance(environment, str):
        return environment, None
    return environment.get("name", ""), environment.get("deployment")


def _granted(job: Job, grant: str) -> bool:
    return bool(job.get("permissions", {}).get(grant) == "write")


def _runs(job: Job, command: re.Pattern[str]) -> bool:
    return any(command.search(step.get("run", "")) for step in job.get("steps", []))


def _uses(step: Job, action: str) -> bool:
    return str(step.get("uses", "")).startswith(f"{action}@")
