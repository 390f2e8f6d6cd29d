"""What of the configuration may differ between environments, and the configuration without it."""

from __future__ import annotations

import copy

from policies.limits import Limits
from program.manifest.canonical import JsonObject

# The registry of an image belongs to a region and an account; repository and digest stay in the baseline.
IMAGE_URI_PATH = "docker.imageUri"


def baseline(configuration: JsonObject, limits: Limits) -> JsonObject:
    """Return the configuration without what may differ between environments."""
    remaining = copy.deepcopy(configuration)
    for path in scaling_paths(limits):
        *parents, last = path.split(".")
        node = remaining
        for parent in parents:
            child = node.get(parent)
            node = child if isinstance(child, dict) else {}
        node.pop(last, None)
    return remaining


def scaling_paths(limits: Limits) -> tuple[str, ...]:
    """Return the paths of the configuration that may differ between environments."""
    return (*(scaling.path for scaling in limits.scaling), IMAGE_URI_PATH)
