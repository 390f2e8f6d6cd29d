"""What several commands take and need: the stacks, the limits, the exemptions of a branch."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from policies.context import today
from policies.drift_ignores import IGNORES_FILE, ignore_problems, load_ignores
from policies.drift_noise import load_noise
from policies.exemptions import EXEMPTIONS_VARIABLE
from policies.limits import Limits
from policies.schema import suggest
from program.cli.completing import stacks_that_begin
from program.errors import CouldNotRunError
from program.project.definition import ROOT, Project
from program.project.stackfile import stack_names

if TYPE_CHECKING:
    from program.report.check_formats import Detail

EXEMPTIONS = "policies/exemptions.yaml"
# A stack and its pack wait for each other now and then; another one fills the gap.
STACKS_AT_ONCE = (os.cpu_count() or 1) + 1

_Command = TypeVar("_Command", bound=Callable[..., object])

stacks_option = click.option(
    "--stack",
    "stacks",
    multiple=True,
    metavar="NAME",
    shell_complete=stacks_that_begin,
    help="Only this stack (repeatable). Default: all.",
)


def chosen_stacks(stacks: Sequence[str], *projects: Project, hint: str = "--stack") -> tuple[str, ...]:
    """Return the stacks that were asked for, all of the projects, or of every one, by default.

    An unknown one is wrong usage; `hint` is the option or argument that named it.
    """
    known = stack_names(ROOT, *projects)
    if not known:
        raise CouldNotRunError("stacks/ holds no Pulumi.<stack>.yaml; add one stack file per stack")
    for stack in stacks:
        if stack not in known:
            raise click.BadParameter(f"there is no stack {stack!r}{suggest(stack, list(known))}", param_hint=hint)
    return tuple(sorted(set(stacks))) or known


check_format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "markdown", "sarif", "github")),
    default="text",
    show_default=True,
    help="How the result is written to stdout.",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=STACKS_AT_ONCE,
    show_default="one more than cores",
    help="Stacks at once.",
)


def verbosity_options(command: _Command) -> _Command:
    """Add --verbose and --quiet, which say how much of the result is text."""
    verbose = click.option("-v", "--verbose", is_flag=True, help="List what is declared and accepted too.")
    quiet = click.option("-q", "--quiet", is_flag=True, help="Print findings and the verdict only.")
    return verbose(quiet(command))


def detail_of(*, verbose: bool, quiet: bool) -> Detail:
    """Return how much is to be printed; both options at once are wrong usage."""
    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet contradict each other; give one")
    return "verbose" if verbose else "quiet" if quiet else "normal"


def must_be_readable(limits: Limits) -> None:
    """Refuse drift ignores and noise that can't be used: the nightly check would stop at them."""
    load_noise()
    if problems := list(ignore_problems(load_ignores(), limits, today())):
        raise CouldNotRunError("\n".join(f"policies/{IGNORES_FILE.name}: {problem}" for problem in problems))


@contextmanager
def exemptions_from(reference: str | None) -> Iterator[None]:
    """Let the policy pack read the exemptions as they are in a git commit, so that a change can't exempt itself."""
    if reference is None:
        yield
        return
    from program.offline.guard.tree import commit_of, content_of

    content = content_of(ROOT, commit_of(ROOT, reference), EXEMPTIONS)
    with tempfile.TemporaryDirectory(prefix="exemptions-") as folder:
        file = Path(folder) / Path(EXEMPTIONS).name
        file.write_bytes(content)
        before = os.environ.get(EXEMPTIONS_VARIABLE)
        os.environ[EXEMPTIONS_VARIABLE] = str(file)
        try:
            yield
        finally:
            os.environ.pop(EXEMPTIONS_VARIABLE)
            if before is not None:
                os.environ[EXEMPTIONS_VARIABLE] = before
