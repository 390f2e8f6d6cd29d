"""The properties of a change as a reader wants them: what becomes unknown is one line, whatever it was before."""

from __future__ import annotations

from collections.abc import Sequence

from program.engine.records import PropertyChange
from program.manifest.normalise import UNKNOWN


def shown_properties(properties: Sequence[PropertyChange]) -> tuple[PropertyChange, ...]:
    """Return the properties without the parts of one that is not known before the deployment."""
    unknown = [each.path for each in properties if each.after == UNKNOWN]
    return tuple(
        each
        for each in properties
        if each.after == UNKNOWN or not any(each.path.startswith((f"{path}.", f"{path}[")) for path in unknown)
    )
