"""Set the digest of the app's image in a stack file, every other byte left as it is."""

from __future__ import annotations

import re

from program.errors import CouldNotRunError
from program.project.definition import SERVICE

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE = rb"^(?P<key>[ \t]+(?:\"|')?(?:%s:)?dockerImageUri(?:\"|')?:[ \t]+(?:\"|')?[^\s@#\"']+@)sha256:[0-9a-f]{64}"


def with_digest(content: bytes, digest: str, path: str) -> bytes:
    """Return the file's content with the digest; raise CouldNotRunError unless it names one image by digest."""
    image = re.compile(_IMAGE % re.escape(SERVICE.name()).encode(), re.MULTILINE)
    changed, count = image.subn(lambda match: match["key"] + digest.encode(), content)
    if count != 1:
        found = "no line" if count == 0 else f"{count} lines"
        raise CouldNotRunError(
            f"{path}: {found} of the form {SERVICE.full_key('dockerImageUri')}: "
            f"<registry>/<repository>@sha256:<64 hex digits>; there must be one"
        )
    return changed
