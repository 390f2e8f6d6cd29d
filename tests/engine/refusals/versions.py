"""What RDS has against a cluster's next version, and against parameter groups that are made for another one.

Not known here: which versions there are, and which may follow which: every higher one may.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from tests.engine.refusals.account import Properties
from tests.engine.refusals.rule import Asked, Judge, at


def major(version: str) -> int:
    """Return the major version of PostgreSQL 10 and later."""
    return int(version.partition(".")[0])


def lower_version(asked: Asked) -> Iterator[str]:
    """Say that no cluster goes back to a lower version."""
    if (versions := _versions(asked)) and _parts(versions[1]) < _parts(versions[0]):
        yield f"{asked.id} can't be upgraded from {versions[0]} to {versions[1]}"


def major_version_without_flag(asked: Asked) -> Iterator[str]:
    """Say that a new major version has to be allowed."""
    if _is_major_upgrade(asked) and not asked.new.get("allowMajorVersionUpgrade"):
        yield "the AllowMajorVersionUpgrade flag must be present when upgrading to a new major version"


def instances_keep_their_group(asked: Asked) -> Iterator[str]:
    """Say that instances with a parameter group of their own need another for a new major version."""
    if not _is_major_upgrade(asked) or asked.new.get("dbInstanceParameterGroupName"):
        return
    for _, instance in instances_of(asked):
        group = str(instance.get("dbParameterGroupName", "default."))
        if not group.startswith("default."):
            yield f"the instance parameter group {group} is custom: the upgrade needs one that is named explicitly"


def other_family(key: str, type_: str) -> Judge:
    """Return the judge of a parameter group that is made for another major version than the cluster's will be."""

    def judge(asked: Asked) -> Iterator[str]:
        version = _version_to_be(asked)
        for group in at(asked.new, key):
            family = asked.account.family_of(type_, str(group))
            expected = f"{asked.new.get('engine')}{major(version)}" if version else family
            if family is not None and family != expected:
                yield f"the parameter group {group} is of family {family}; use one of {expected}"

    return judge


def instances_of(asked: Asked) -> list[tuple[str, Properties]]:
    """Return the instances of the cluster."""
    instances = asked.account.all(tokens.CLUSTER_INSTANCE)
    return [(id_, each) for id_, each in instances if each.get("clusterIdentifier") == asked.id]


def _versions(asked: Asked) -> tuple[str, str] | None:
    """Return the version that runs and the one that shall, None where one isn't said."""
    old, new = (asked.old or {}).get("engineVersion"), asked.new.get("engineVersion")
    return (str(old), str(new)) if old and new else None


def _is_major_upgrade(asked: Asked) -> bool:
    versions = _versions(asked)
    return versions is not None and major(versions[1]) > major(versions[0])


def _version_to_be(asked: Asked) -> str | None:
    """Return the version that the cluster will run; an instance runs its cluster's."""
    if asked.type == tokens.CLUSTER:
        return asked.new.get("engineVersion") or (asked.old or {}).get("engineVersion")
    cluster = asked.account.find(tokens.CLUSTER, "clusterIdentifier", str(asked.new.get("clusterIdentifier")))
    return (cluster or {}).get("engineVersion")


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
