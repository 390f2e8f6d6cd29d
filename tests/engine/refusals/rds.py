"""What RDS refuses: groups in use, versions that can't follow the one that runs, taken names, what isn't there.

Not known here: which versions there are and which may follow which (a higher minor version and the next major ones are
taken), which classes a region has, how long a group that was just left still counts as used, maintenance windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Judge, Rule, at, gone, missing, quota, taken, used

# The errors that every operation of the API may answer stand in no model.
COMMON = "the documentation of RDS's common errors"
UPGRADE = "hashicorp/terraform-provider-aws#13389"
DOWNGRADE = "terraform-aws-modules/terraform-aws-rds-aurora#228"
FAMILY = "terraform-aws-modules/terraform-aws-rds-aurora#353"
CUSTOM_GROUP = "aws-controllers-k8s/community#2778"
_ZONES = 2


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
    for _, instance in _instances(asked):
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


def too_few_zones(asked: Asked) -> Iterator[str]:
    """Say that a subnet group spans two availability zones at least."""
    zones = {asked.account.zone_of(str(subnet)) for subnet in at(asked.new, "subnetIds")}
    if len(zones) < _ZONES:
        yield f"the subnets lie in {len(zones)} availability zone(s); add one in another"


def has_instances(asked: Asked) -> Iterator[str]:
    """Say that a cluster goes after its instances."""
    names = [id_ for id_, _ in _instances(asked)]
    if names:
        yield f"{asked.id} still has instances: {', '.join(names)}"


def is_protected(asked: Asked) -> Iterator[str]:
    """Say that the cluster is protected from deletion."""
    if asked.old and asked.old.get("deletionProtection"):
        yield f"{asked.id} is protected; disable deletion protection first"


def snapshot_taken(asked: Asked) -> Iterator[str]:
    """Say that there is a snapshot of the last one's name, which outlives the cluster that it was made of."""
    name = asked.new.get("finalSnapshotIdentifier")
    if not asked.new.get("skipFinalSnapshot") and name in asked.account.contents.snapshots:
        yield f"the snapshot {name} exists already"


def _has_parameters(type_: str) -> Any:
    return lambda account, group: account.family_of(type_, group) is not None


def _instances(asked: Asked) -> list[tuple[str, Any]]:
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


_CLUSTER = partial(Rule, type=tokens.CLUSTER, service="RDS")
_INSTANCE = partial(Rule, type=tokens.CLUSTER_INSTANCE, service="RDS")
_SUBNETS = partial(Rule, type=tokens.SUBNET_GROUP, service="RDS")
_MAKE = {"create": "CreateDBCluster"}
_MODIFY = {"update": "ModifyDBCluster"}
_DELETE = {"delete": "DeleteDBCluster"}
_MAKE_INSTANCE = {"create": "CreateDBInstance"}
_MODIFY_INSTANCE = {"update": "ModifyDBInstance"}
_MAKE_SUBNETS = {"create": "CreateDBSubnetGroup"}
_MODIFY_SUBNETS = {"update": "ModifyDBSubnetGroup"}
_CLUSTER_GROUP_NAME = "dbClusterParameterGroupName"
_INSTANCE_GROUP_NAME = "dbInstanceParameterGroupName"
_HAS_CLUSTER_PARAMETERS = _has_parameters(tokens.CLUSTER_PARAMETERS)
_HAS_PARAMETERS = _has_parameters(tokens.PARAMETERS)


def _rules_of_parameters(type_: str, operation: str, limit: str, used_by: tuple[str, str]) -> tuple[Rule, ...]:
    rule = partial(Rule, type=type_, service="RDS")
    create = {"create": f"Create{operation}"}
    return (
        rule(operations={"update": f"Modify{operation}"}, code="DBParameterGroupNotFound", judge=gone),
        rule(operations=create, code="DBParameterGroupAlreadyExists", judge=taken("name")),
        rule(operations=create, code="DBParameterGroupQuotaExceeded", judge=quota(limit)),
        rule(operations={"delete": f"Delete{operation}"}, code="InvalidDBParameterGroupState", judge=used(*used_by)),
    )


RULES: tuple[Rule, ...] = (
    _CLUSTER(operations=_MODIFY, code="DBClusterNotFoundFault", judge=gone),
    _CLUSTER(operations=_MAKE, code="DBClusterAlreadyExistsFault", judge=taken("clusterIdentifier")),
    _CLUSTER(operations=_MAKE, code="DBClusterQuotaExceededFault", judge=quota("database clusters")),
    _CLUSTER(
        operations=_MAKE,
        code="DBSubnetGroupNotFoundFault",
        judge=missing("dbSubnetGroupName", Account.has_subnet_group),
    ),
    _CLUSTER(
        operations=_MAKE | _MODIFY,
        code="DBClusterParameterGroupNotFound",
        judge=missing(_CLUSTER_GROUP_NAME, _HAS_CLUSTER_PARAMETERS),
    ),
    _CLUSTER(operations=_MODIFY, code="DBParameterGroupNotFound", judge=missing(_INSTANCE_GROUP_NAME, _HAS_PARAMETERS)),
    _CLUSTER(
        operations=_MAKE | _MODIFY,
        code="InvalidParameterValue",
        judge=missing("vpcSecurityGroupIds", Account.has_group),
        source=COMMON,
    ),
    _CLUSTER(operations=_MAKE, code="KMSKeyNotAccessibleFault", judge=missing("kmsKeyId", Account.has_key)),
    _CLUSTER(
        operations=_MAKE | _MODIFY,
        code="KMSKeyNotAccessibleFault",
        judge=missing("masterUserSecretKmsKeyId", Account.has_key),
    ),
    _CLUSTER(operations=_MODIFY, code="InvalidParameterCombination", judge=lower_version, source=DOWNGRADE),
    _CLUSTER(operations=_MODIFY, code="InvalidParameterCombination", judge=major_version_without_flag, source=UPGRADE),
    _CLUSTER(
        operations=_MODIFY, code="InvalidParameterCombination", judge=instances_keep_their_group, source=CUSTOM_GROUP
    ),
    _CLUSTER(
        operations=_MAKE | _MODIFY,
        code="InvalidParameterCombination",
        judge=other_family(_CLUSTER_GROUP_NAME, tokens.CLUSTER_PARAMETERS),
        source=FAMILY,
    ),
    _CLUSTER(
        operations=_MODIFY,
        code="InvalidParameterCombination",
        judge=other_family(_INSTANCE_GROUP_NAME, tokens.PARAMETERS),
        source=FAMILY,
    ),
    _CLUSTER(operations=_DELETE, code="InvalidParameterCombination", judge=is_protected, source=COMMON),
    _CLUSTER(operations=_DELETE, code="InvalidDBClusterStateFault", judge=has_instances),
    _CLUSTER(operations=_DELETE, code="DBClusterSnapshotAlreadyExistsFault", judge=snapshot_taken),
    _INSTANCE(operations=_MODIFY_INSTANCE, code="DBInstanceNotFound", judge=gone),
    _INSTANCE(operations=_MAKE_INSTANCE, code="DBInstanceAlreadyExists", judge=taken("identifier")),
    _INSTANCE(operations=_MAKE_INSTANCE, code="InstanceQuotaExceeded", judge=quota("database instances")),
    _INSTANCE(
        operations=_MAKE_INSTANCE,
        code="DBClusterNotFoundFault",
        judge=missing("clusterIdentifier", Account.has_cluster),
    ),
    _INSTANCE(
        operations=_MAKE_INSTANCE | _MODIFY_INSTANCE,
        code="DBParameterGroupNotFound",
        judge=missing("dbParameterGroupName", _HAS_PARAMETERS),
    ),
    _INSTANCE(
        operations=_MAKE_INSTANCE | _MODIFY_INSTANCE,
        code="InvalidParameterCombination",
        judge=other_family("dbParameterGroupName", tokens.PARAMETERS),
        source=FAMILY,
    ),
    _INSTANCE(
        operations=_MAKE_INSTANCE | _MODIFY_INSTANCE,
        code="InvalidParameterValue",
        judge=missing("monitoringRoleArn", Account.has_role),
        source="terraform-provider-aws, internal/service/rds/cluster_instance.go",
    ),
    _INSTANCE(
        operations=_MAKE_INSTANCE | _MODIFY_INSTANCE,
        code="KMSKeyNotAccessibleFault",
        judge=missing("performanceInsightsKmsKeyId", Account.has_key),
    ),
    _SUBNETS(operations=_MODIFY_SUBNETS, code="DBSubnetGroupNotFoundFault", judge=gone),
    _SUBNETS(operations=_MAKE_SUBNETS, code="DBSubnetGroupAlreadyExists", judge=taken("name")),
    _SUBNETS(operations=_MAKE_SUBNETS, code="DBSubnetGroupQuotaExceeded", judge=quota("database subnet groups")),
    _SUBNETS(
        operations=_MAKE_SUBNETS | _MODIFY_SUBNETS,
        code="InvalidSubnet",
        judge=missing("subnetIds", Account.has_subnet),
    ),
    _SUBNETS(
        operations=_MAKE_SUBNETS | _MODIFY_SUBNETS, code="DBSubnetGroupDoesNotCoverEnoughAZs", judge=too_few_zones
    ),
    _SUBNETS(
        operations={"delete": "DeleteDBSubnetGroup"},
        code="InvalidDBSubnetGroupStateFault",
        judge=used(tokens.CLUSTER, "dbSubnetGroupName"),
    ),
    *_rules_of_parameters(
        tokens.CLUSTER_PARAMETERS,
        "DBClusterParameterGroup",
        "cluster parameter groups",
        (tokens.CLUSTER, _CLUSTER_GROUP_NAME),
    ),
    *_rules_of_parameters(
        tokens.PARAMETERS, "DBParameterGroup", "parameter groups", (tokens.CLUSTER_INSTANCE, "dbParameterGroupName")
    ),
)
