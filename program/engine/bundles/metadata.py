"""What a deployment is made from and by, at this moment: noted at the preview, asked again at the apply."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from program.engine.bundles.bundle import LIFETIME, Metadata
from program.engine.bundles.revision import commit_of, pack_of
from program.engine.pulumi_cli.checkpoint import Checkpoint
from program.engine.pulumi_cli.workspace import Workspace
from program.manifest.canonical import digest
from program.offline.stacks import Stack


def metadata_of(
    stack: Stack,
    place: Workspace,
    checkpoint: Checkpoint,
    *,
    files: Mapping[str, str],
    source: str,
    blocked: bool = False,
    refresh: bool = False,
) -> Metadata:
    """Return the metadata of a bundle that is made now."""
    now = datetime.datetime.now(datetime.UTC)
    return Metadata(
        stack=stack.name,
        commit=commit_of(place.root),
        source=source,
        pack=pack_of(place.root),
        cli=place.version,
        backend=place.backend,
        state=checkpoint.hash,
        config=_config_hash(stack),
        created=now,
        expires=now + LIFETIME,
        blocked=blocked,
        refresh=refresh,
        files=files,
    )


def _config_hash(stack: Stack) -> str:
    """Return a SHA-256 of all that the stack's configuration asks for, in hex."""
    suffix = stack.settings.environment_suffix if stack.settings else ""
    return digest({"config": dict(stack.file.config), "suffix": suffix})
