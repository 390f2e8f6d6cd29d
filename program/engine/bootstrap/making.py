"""Make an account's stacks in its backend, empty as yet: a job that previews may not, one that deploys need not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from program.engine.pulumi_cli.workspace import found_checkpoint, make_stack, workspace
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.home import home_of
from program.project.stackfile import stack_names


def make_stacks(backend: str, say: Callable[[str], None]) -> Iterator[str]:
    """Make those of this backend that aren't there, each with the key that its file names, and yield their names.

    A stack of another account is made where its own foundation has its bucket.
    """
    for name in (each for each in stack_names(ROOT, NETWORK, SERVICE) if home_of(each, root=ROOT) == backend):
        with workspace(name, config_file=None, say=say, backend=backend) as place:
            if found_checkpoint(place) is None:
                make_stack(place)
                yield name
