"""What several commands take and need: the stacks, the limits, the exemptions of a branch."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from policies.limits import LIMITS_FILE, Limits, load_limits
from policies.schema import ReviewedFileError, suggest
from program.errors import CouldNotRunError
from program.stackfile import ROOT, stack_names

EXEMPTIONS = "policies/exemptions.yaml"
EXEMPTIONS_VARIABLE = "PARITY_EXEMPTIONS_FILE"

stacks_option = click.option(
    "--stack", "stacks", multiple=True, metavar="NAME", help="Only this stack (repeatable). Default: all."
)


def chosen_stacks(stacks: Sequence[str]) -> tuple[str, ...]:
    """Return the stacks that were asked for, all of them by default; an unknown one is wrong usage."""
    known = stack_names(ROOT)
    if not known:
        raise CouldNotRunError("stacks/ holds no Pulumi.<stack>.yaml; add one stack file per stack")
    for stack in stacks:
        if stack not in known:
            raise click.BadParameter(f"there is no stack {stack!r}{suggest(stack, list(known))}", param_hint="--stack")
    return tuple(sorted(set(stacks))) or known


def chosen_limits() -> Limits:
    """Return the limits; a file that can't be used is a failure to run."""
    try:
        return load_limits(LIMITS_FILE)
    except ReviewedFileError as error:
        raise CouldNotRunError(str(error)) from None


@contextmanager
def exemptions_from(reference: str | None) -> Iterator[None]:
    """Let the policy pack read the exemptions as they are in a git commit, so that a change can't exempt itself."""
    if reference is None:
        yield
        return
    shown = subprocess.run(  # noqa: S603  # the reference is one argument, behind --end-of-options
        ["git", "show", "--end-of-options", f"{reference}:{EXEMPTIONS}"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if shown.returncode != 0:
        said = shown.stderr.decode(errors="replace").strip().splitlines()
        raise CouldNotRunError(f"--exemptions-from {reference}: {said[0] if said else 'git show failed'}")
    with tempfile.TemporaryDirectory(prefix="exemptions-") as folder:
        file = Path(folder) / Path(EXEMPTIONS).name
        file.write_bytes(shown.stdout)
        before = os.environ.get(EXEMPTIONS_VARIABLE)
        os.environ[EXEMPTIONS_VARIABLE] = str(file)
        try:
            yield
        finally:
            os.environ.pop(EXEMPTIONS_VARIABLE)
            if before is not None:
                os.environ[EXEMPTIONS_VARIABLE] = before
