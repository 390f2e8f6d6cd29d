"""`drift`: whether the cloud is still what was deployed, and the code what is deployed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policies.context import today
from policies.drift_ignores import load_ignores
from policies.drift_noise import load_noise
from policies.limits import load_limits
from program.cli.completing import stacks_that_begin
from program.cli.engine_options import chosen_stack, format_option, keep, record_option, rendered, say, wait_option


@click.command()
@click.argument("stack", shell_complete=stacks_that_begin)
@wait_option
@record_option
@format_option
def drift(stack: str, wait: float, record_file: Path | None, format_: str) -> None:
    """Compare the cloud, the last deployment and the code of STACK, and let the policies judge what is live.

    Outputs count like inputs. What is no drift stands in policies/drift-noise.yaml, what may differ for a while in
    policies/drift-ignores.yaml; beside each drift stands how to undo, adopt or accept it.

    Changes nothing and takes no lock. Exits with 1 when the cloud has drifted, the code is not deployed, or what is
    live breaks a mandatory rule, with 3 when the check failed; the record has the verdict in each case: clean, drifted,
    undeployed, check-failed.
    """
    limits = load_limits()
    chosen = chosen_stack(stack, None, limits)
    noise = load_noise()
    ignores = load_ignores()
    from program.engine.drift import DriftCheck
    from program.engine.pulumi_cli.workspace import workspace

    with workspace(stack, config_file=None, say=say) as place:
        check = DriftCheck(
            stack=chosen,
            limits=limits,
            ignores=ignores,
            noise=noise,
            place=place,
            today=today(),
            wait=wait,
            say=say,
        )
        record = check.run()
    click.echo(rendered(record, format_), nl=False)
    keep(record, record_file)
    if record.verdict == "check-failed":
        sys.exit(3)
    sys.exit(1 if record.verdict != "clean" or any(finding.blocks for finding in record.findings) else 0)
