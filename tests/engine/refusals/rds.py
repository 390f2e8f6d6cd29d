"""What RDS refuses: groups in use, versions that can't follow the one that runs, taken names, what isn't there.

Not known here: which classes a region has, how long a group that was just left still counts as used, and maintenance
windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from policies import tokens
from tests.engine.refusals.account import Account
from tests.engine.refusals.rule import Asked, Rule, at, gone, missing, quota, taken, used
from tests.engine.refusals.versions import (
    instances_keep_their_group,
    instances_of,
    lower_version,
    major_version_without_flag,
    other_family,
)

# The errors that every operation of the API may answer stand in no model.
COMMON = "the documentation of RDS's common errors"
UPGRADE = "hashicorp/terraform-provider-aws#13389"
DOWNGRADE = "terraform-aws-modules/terraform-aws-rds-aurora#228"
FAMILY = "terraform-aws-modules/terraform-aws-rds-aurora#353"
CUSTOM_GROUP = "aws-controllers-k8s/community#2778"
_ZONES = 2


def too_few_zones(asked: Asked) -> Iterator[str]:
    """Say that a subnet group spans two availability zones at least."""
    zones = {asked.account.zone_of(str(subnet)) for subnet in at(asked.new, "subnetIds")}
    if len(zones) < _ZONES:
        yield f"the subnets lie in {len(zones)} availability zone(s); add one in another"


def has_instances(asked: Asked) -> Iterator[str]:
    """Say that a cluster goes after its instances."""
    names = [id_ for id_, _ in instances_of(asked)]
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
