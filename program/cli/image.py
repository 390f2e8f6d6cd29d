"""`image`: one image in every stack."""

from __future__ import annotations

import click

from program.errors import CouldNotRunError
from program.stackfile import ROOT, STACKS, stack_names
from program.workflow.image import DIGEST, with_digest

REVIEW_STACK_FILE = ".github/review-stack.yaml"


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
def image(digest: str) -> None:
    """Set the app's image to DIGEST in every stack file and in the template of review stacks.

    Everything else in the files stays byte for byte. Prints the files that changed. Writes nothing when one of the
    files has no image to set.
    """
    paths = [*(f"{STACKS}/Pulumi.{stack}.yaml" for stack in stack_names(ROOT)), REVIEW_STACK_FILE]
    try:
        before = {path: (ROOT / path).read_bytes() for path in paths}
    except OSError as error:
        raise CouldNotRunError(f"{error.filename}: {error.strerror}") from None
    after = {path: with_digest(content, digest, path) for path, content in before.items()}
    for path, content in after.items():
        if content != before[path]:
            (ROOT / path).write_bytes(content)
            click.echo(path)
