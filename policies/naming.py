"""How physical names are made: `{environment}-{service}-{type}-{suffix}`, the service behind the project's own prefix.

The program makes names by this, the rules and the known world read them by it: nothing else knows the pattern.
"""

from __future__ import annotations

# Where the prefix goes in a template of a name.
_ENVIRONMENT = "${environment}-"
# The longest suffix that a stack may have, and the longest prefix.
LONGEST_SUFFIX = 20
LONGEST_PREFIX = 16
NAME_PART = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"


def beginning(environment: str, prefix: str) -> str:
    """Return what every physical name of a stack begins with: `dev-`, or `dev-orders-`."""
    return f"{environment}-{prefix}-" if prefix else f"{environment}-"


def physical_name(*, environment: str, prefix: str, service: str, kind: str, suffix: str) -> str:
    """Return the physical name of a resource, for example `prod-orders-db-cluster-main`."""
    return f"{beginning(environment, prefix)}{service}-{kind}-{suffix}"


def prefixed(template: str, prefix: str) -> str:
    """Return the template of a name (`${environment}-db-cluster-${suffix}`) with the prefix where names have it."""
    return template.replace(_ENVIRONMENT, beginning("${environment}", prefix))
