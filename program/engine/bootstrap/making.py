"""Make every stack in the backend, empty as yet: a job that previews may not, and one that deploys need not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from program.engine.pulumi_cli.workspace import found_checkpoint, make_stack, workspace
from program.project.definition import NETWORK, ROOT, SERVICE
from program.project.stackfile import stack_names


def make_stacks(backend: str, say: Callable[[str], None]) -> Iterator[str]:
    """Make those that aren't there, each with the key that its file names, and yield their names."""
    for name in stack_names(ROOT, NETWORK, SERVICE):
        with workspace(name, config_file=None, say=say, backend=backend) as place:
            if found_checkpoint(place) is None:
                make_stack(place)
                yield name
