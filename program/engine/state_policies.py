"""The policies' word on what is deployed: the CLI lets the pack judge an exported deployment, and nothing is asked.

Neither the program nor a provider nor the backend takes part. The pack is told nothing of the stack then, so the
policy configuration says it all; and as the CLI says nothing of what is not applicable, the pack is asked to report
what is exempt as diagnostics.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from policies.limits import Limits
from policies.pack_config import policy_config
from program.engine.pulumi_cli.events import read_events
from program.engine.pulumi_cli.failures import explained
from program.engine.pulumi_cli.process import Ran
from program.engine.pulumi_cli.workspace import PACK_FOLDER
from program.errors import CouldNotRunError
from program.offline.projects import secret_keys
from program.offline.result import Finding
from program.offline.stacks import Stack

_SECONDS = 300.0
# Why the CLI ends with an error when all went well.
_VIOLATED = "one or more mandatory policy violations were found"
_UNREADABLE = "could not decrypt secrets"


class RunsPulumi(Protocol):
    """Runs the CLI in the project's folder, as `program.engine.pulumi_cli.process.Pulumi` does."""

    def run(self, *arguments: str, seconds: float) -> Ran:
        """Run the CLI with the arguments, for so many seconds at most."""


def judge_deployment(
    deployment: str, stack: Stack, limits: Limits, pulumi: RunsPulumi, sources: Mapping[str, str | None]
) -> tuple[Finding, ...]:
    """Return the policies' word on the deployment (the JSON of `pulumi stack export`), sorted.

    `sources` has the line of the program that makes each resource, by URN. Raises CouldNotRunError when the CLI can't
    judge: then nothing is known, which is not the same as nothing found.
    """
    assert stack.settings is not None
    config = {key: value for key, value in stack.file.config.items() if key not in secret_keys()}
    with tempfile.TemporaryDirectory(prefix="state-policies-") as scratch:
        exported, told, events = (Path(scratch) / name for name in ("state.json", "config.json", "events.jsonl"))
        exported.write_text(deployment, encoding="utf-8")
        told.write_text(json.dumps(policy_config(stack.settings.environment, limits, config)), encoding="utf-8")
        ran = pulumi.run(
            *("policy", "analyze", "--json", "--file", str(exported)),
            *("--policy-pack", stack.file.project.path(PACK_FOLDER), "--policy-pack-config", str(told)),
            seconds=_SECONDS,
        )
        events.write_text(ran.stdout, encoding="utf-8")
        outcomes = read_events(events).outcomes
    _refuse_failure(ran, stack.name)
    findings = [
        Finding(
            rule=outcome.rule,
            level=outcome.level,
            outcome=outcome.outcome,
            resource=outcome.resource,
            message=outcome.message,
            source=sources.get(outcome.resource or ""),
        )
        for outcome in outcomes
    ]
    return tuple(sorted(findings, key=lambda finding: finding.order))


def _refuse_failure(ran: Ran, stack: str) -> None:
    if _UNREADABLE in ran.stderr:
        raise CouldNotRunError(
            f"the secrets of stack {stack}'s state can't be decrypted, so that the policies can't judge it; give the "
            f"stack's passphrase (PULUMI_CONFIG_PASSPHRASE) or access to its key"
        )
    if ran.code != 0 and _VIOLATED not in ran.stderr:
        raise CouldNotRunError(f"the policies can't judge what is deployed: {explained(ran, stack)}")
