"""The one secret that a workflow has: the key of the app that reads what a foundation sets in GitHub."""

from collections.abc import Iterator
from typing import Any

Job = dict[str, Any]

KEY = "${{ secrets.FOUNDATION_DRIFT_KEY }}"
ONLY_THERE = "startsWith(matrix.stack, 'foundation/')"
_TOKEN = ".outputs.token"
_MAKES_IT = "actions/create-github-app-token@"
_COMPARED = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"


def key_problems(job: Job, triggers: str) -> Iterator[str]:
    """Yield where the key, or the token that it makes, is anywhere but in the foundation's row, to look for drift."""
    text = str(job)
    steps = job.get("steps", [])
    makers = [step for step in steps if str(step.get("uses", "")).startswith(_MAKES_IT)]
    if KEY in text and "pull_request" in triggers:
        yield "gives the app's key to a run of a pull request"
    if text.count(KEY) != sum(KEY in step.get("with", {}).values() for step in [*makers, *_calls(job)]):
        yield "gives the app's key to something else than what makes its token"
    if makers and not str(job["environment"]["name"]).endswith("-drift"):
        yield "makes the app's token outside of an environment of drift"
    for step in makers:
        yield from _maker(step)
    yield from _token(text, steps)


def _calls(job: Job) -> list[Job]:
    """Return what the job hands to the workflow that it calls, in the form of a step."""
    called, given = job.get("uses") == "./.github/workflows/drift-stacks.yml", job.get("secrets")
    return [{"with": given}] if called and isinstance(given, dict) else []


def _maker(step: Job) -> Iterator[str]:
    levels = {key: level for key, level in step["with"].items() if key.startswith("permission-")}
    if step.get("if") != ONLY_THERE:
        yield "makes the app's token for other stacks than a foundation"
    if set(levels.values()) != {"read"}:
        yield "makes a token of the app that may do more than read"
    if step["with"].keys() & {"owner", "repositories", "skip-token-revoke"}:
        yield "makes a token of the app for more than this repository, or that outlives the job"


def _token(text: str, steps: list[Job]) -> Iterator[str]:
    users = [step for step in steps if _TOKEN in str(step.get("env", {}).get("GITHUB_TOKEN", ""))]
    if text.count(_TOKEN) != len(users):
        yield "gives the app's token to something else than a step's environment"
    for step in users:
        if " drift " not in step.get("run", ""):
            yield "gives the app's token to a step that does not look for drift"
        if step["env"].get(_COMPARED) != f"${{{{ {ONLY_THERE} }}}}":
            yield "lets a plugin run beside the app's token that was not compared"
