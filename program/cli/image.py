"""`image`: one image in every stack."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from policies.strict_yaml import MAX_BYTES
from program.errors import CouldNotRunError
from program.offline.documents import limited
from program.project.definition import ROOT, SERVICE, stack_file
from program.project.stackfile import REVIEW_TEMPLATE, stack_names
from program.workflow.image import DIGEST, with_digest

# Enough of the digest to tell images apart.
_SHORT = len("sha256:") + 12


class Digest(click.ParamType["str"]):
    """A SHA-256 digest as a registry gives it."""

    name = "digest"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the digest as it was given."""
        if not DIGEST.fullmatch(str(value)):
            self.fail(f"{value!r} is no digest; give sha256: and 64 hexadecimal digits", param, ctx)
        return str(value)


@click.command()
@click.argument("digest", type=Digest())
@click.option("--propose", is_flag=True, help="Open a pull request with the change, instead of writing the files.")
def image(digest: str, *, propose: bool) -> None:
    """Set the app's image to DIGEST in every stack file and in the template of review stacks.

    Everything else in the files stays byte for byte. Prints the files that change, or with --propose the address of
    the pull request, from the commit GITHUB_SHA to the default branch. Does nothing when a file has no image to set.
    """
    changed = _changed(digest)
    if propose:
        _propose(digest, changed)
        return
    for path, content in changed.items():
        (ROOT / path).write_bytes(content)
        click.echo(path)


def _changed(digest: str) -> dict[str, bytes]:
    """Return the new content of each file that changes, by its path."""
    paths = [*(stack_file(stack) for stack in stack_names(ROOT, SERVICE)), REVIEW_TEMPLATE]
    before = {path: limited(ROOT / path, MAX_BYTES, Path(path)) for path in paths}
    after = {path: with_digest(content, digest, path) for path, content in before.items()}
    return {path: content for path, content in after.items() if content != before[path]}


def _propose(digest: str, changed: Mapping[str, bytes]) -> None:
    from program.github.context import context_of
    from program.workflow.pulls import PullRequests

    if not changed:
        click.echo("every stack has this image already: there is nothing to propose", err=True)
        return
    parent = os.environ.get("GITHUB_SHA")
    if not parent:
        raise CouldNotRunError("GITHUB_SHA is not set; it is the commit that the files were read from")
    branch = f"image/{digest[len('sha256:') : _SHORT]}"
    with PullRequests(context_of(os.environ)) as pulls:
        if pulls.has_branch(branch):
            click.echo(f"the branch {branch} is there: this image was proposed before", err=True)
            return
        address = pulls.propose(
            files={path: content.decode() for path, content in changed.items()},
            parent=parent,
            branch=branch,
            title=f"The app's image is {digest[:_SHORT]}",
            body=f"Every stack gets the image `{digest}`, built from {parent}.",
        )
    click.echo(address)
