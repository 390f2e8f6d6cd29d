"""Set the digest of the app's image in a stack file, every other byte left as it is."""

from __future__ import annotations

import re

from program.errors import CouldNotRunError

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE = re.compile(
    rb"^(?P<key>[ \t]+(?:\"|')?(?:parity:)?dockerImageUri(?:\"|')?:[ \t]+(?:\"|')?[^\s@#\"']+@)sha256:[0-9a-f]{64}",
    re.MULTILINE,
)


def with_digest(content: bytes, digest: str, path: str) -> bytes:
    """Return the file's content with the digest; raise CouldNotRunError unless it names one image by digest."""
    changed, count = _IMAGE.subn(lambda match: match["key"] + digest.encode(), content)
    if count != 1:
        found = "no line" if count == 0 else f"{count} lines"
        raise CouldNotRunError(
            f"{path}: {found} of the form parity:dockerImageUri: <registry>/<repository>@sha256:<64 hex digits>; "
            f"there must be one"
        )
    return changed
