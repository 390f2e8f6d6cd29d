"""Clusters, instances, and the groups that they need."""

from policies import tokens
from tests.engine.ground import NETWORK
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, gone, in_use, made, protected

_COMBINATION = "InvalidParameterCombination"
_CLUSTER_GROUP = "dbClusterParameterGroupName"
_INSTANCE_GROUP = "dbParameterGroupName"
NEXT = {"engineVersion": "16.9", "allowMajorVersionUpgrade": True}


def upgraded(**changes):
    """Change the version of a cluster with an instance."""

    def prepare(ground, _file):
        ground.the(tokens.CLUSTER_INSTANCE)
        cluster = ground.the(tokens.CLUSTER)
        return lambda: cluster.update(**changes)

    return prepare


def upgraded_with(type_, key, family="aurora-postgresql16", **more):
    """Upgrade with a parameter group of that family, named by the key."""

    def prepare(ground, _file):
        group = ground.make(type_, name="next", family=family)
        cluster = ground.the(tokens.CLUSTER)
        return lambda: cluster.update(**{**NEXT, key: group.id}, **more)

    return prepare


def with_group_of_another_family(type_, group_type, key, how):
    """Make or change what takes a parameter group, and give it one of the next version."""

    def prepare(ground, file):
        group = ground.make(group_type, logical="next", name="next", family="aurora-postgresql16")
        return how(type_, **{key: group.id})(ground, file)

    return prepare


def snapshot_twice(ground, _file):
    """Delete a second cluster with the last snapshot's name of the first."""
    last = {"skipFinalSnapshot": False, "finalSnapshotIdentifier": "last"}
    ground.make(tokens.CLUSTER).delete(**last)
    second = ground.make(tokens.CLUSTER)
    return lambda: second.delete(**last)


CASES = [
    Case("ModifyDBCluster", "DBClusterNotFoundFault", "a-cluster", gone(tokens.CLUSTER)),
    Case("CreateDBCluster", "DBClusterAlreadyExistsFault", "a-cluster", again(tokens.CLUSTER)),
    Case("CreateDBCluster", "DBClusterQuotaExceededFault", "0 database", full(tokens.CLUSTER, "database clusters")),
    Case("CreateDBCluster", "DBSubnetGroupNotFoundFault", NOWHERE, made(tokens.CLUSTER, dbSubnetGroupName=NOWHERE)),
    Case(
        "CreateDBCluster",
        "DBClusterParameterGroupNotFound",
        NOWHERE,
        made(tokens.CLUSTER, dbClusterParameterGroupName=NOWHERE),
    ),
    Case(
        "ModifyDBCluster",
        "DBClusterParameterGroupNotFound",
        NOWHERE,
        changed(tokens.CLUSTER, dbClusterParameterGroupName=NOWHERE),
    ),
    Case(
        "ModifyDBCluster",
        "DBParameterGroupNotFound",
        NOWHERE,
        changed(tokens.CLUSTER, dbInstanceParameterGroupName=NOWHERE),
    ),
    Case("CreateDBCluster", "InvalidParameterValue", NOWHERE, made(tokens.CLUSTER, vpcSecurityGroupIds=[NOWHERE])),
    Case("ModifyDBCluster", "InvalidParameterValue", NOWHERE, changed(tokens.CLUSTER, vpcSecurityGroupIds=[NOWHERE])),
    Case("CreateDBCluster", "KMSKeyNotAccessibleFault", "kmsKeyId", made(tokens.CLUSTER, kmsKeyId=NOWHERE)),
    Case(
        "CreateDBCluster", "KMSKeyNotAccessibleFault", "master", made(tokens.CLUSTER, masterUserSecretKmsKeyId=NOWHERE)
    ),
    Case(
        "ModifyDBCluster",
        "KMSKeyNotAccessibleFault",
        "master",
        changed(tokens.CLUSTER, masterUserSecretKmsKeyId=NOWHERE),
    ),
    Case("ModifyDBCluster", _COMBINATION, "from 15.17 to 15.9", upgraded(engineVersion="15.9")),
    Case("ModifyDBCluster", _COMBINATION, "AllowMajorVersionUpgrade", upgraded(engineVersion="16.9")),
    Case("ModifyDBCluster", _COMBINATION, "parameters is custom", upgraded(**NEXT)),
    Case(
        "CreateDBCluster",
        _COMBINATION,
        "next is of family",
        with_group_of_another_family(tokens.CLUSTER, tokens.CLUSTER_PARAMETERS, _CLUSTER_GROUP, made),
    ),
    Case(
        "ModifyDBCluster",
        _COMBINATION,
        "use one of aurora-postgresql16",
        upgraded_with(tokens.PARAMETERS, "dbInstanceParameterGroupName"),
    ),
    Case(
        "ModifyDBCluster",
        _COMBINATION,
        "next is of family",
        upgraded_with(
            tokens.PARAMETERS,
            "dbInstanceParameterGroupName",
            "aurora-postgresql15",
            dbClusterParameterGroupName="default.aurora-postgresql16",
        ),
    ),
    Case("DeleteDBCluster", _COMBINATION, "protected", protected(tokens.CLUSTER, "deletionProtection")),
    Case(
        "DeleteDBCluster", "InvalidDBClusterStateFault", "an-instance", in_use(tokens.CLUSTER, tokens.CLUSTER_INSTANCE)
    ),
    Case("DeleteDBCluster", "DBClusterSnapshotAlreadyExistsFault", "last", snapshot_twice),
    Case("ModifyDBInstance", "DBInstanceNotFound", "an-instance", gone(tokens.CLUSTER_INSTANCE)),
    Case("CreateDBInstance", "DBInstanceAlreadyExists", "an-instance", again(tokens.CLUSTER_INSTANCE)),
    Case(
        "CreateDBInstance", "InstanceQuotaExceeded", "0 database", full(tokens.CLUSTER_INSTANCE, "database instances")
    ),
    Case(
        "CreateDBInstance", "DBClusterNotFoundFault", NOWHERE, made(tokens.CLUSTER_INSTANCE, clusterIdentifier=NOWHERE)
    ),
    Case("ModifyDBSubnetGroup", "DBSubnetGroupNotFoundFault", "subnets", gone(tokens.SUBNET_GROUP)),
    Case("CreateDBSubnetGroup", "DBSubnetGroupAlreadyExists", "subnets", again(tokens.SUBNET_GROUP)),
    Case(
        "CreateDBSubnetGroup",
        "DBSubnetGroupQuotaExceeded",
        "0 database",
        full(tokens.SUBNET_GROUP, "database subnet groups"),
    ),
    Case(
        "DeleteDBSubnetGroup",
        "InvalidDBSubnetGroupStateFault",
        "a-cluster",
        in_use(tokens.SUBNET_GROUP, tokens.CLUSTER),
    ),
]
for _operation, _how in (("CreateDBInstance", made), ("ModifyDBInstance", changed)):
    CASES += [
        Case(
            _operation, "DBParameterGroupNotFound", NOWHERE, _how(tokens.CLUSTER_INSTANCE, dbParameterGroupName=NOWHERE)
        ),
        Case(
            _operation,
            _COMBINATION,
            "next is of family",
            with_group_of_another_family(tokens.CLUSTER_INSTANCE, tokens.PARAMETERS, _INSTANCE_GROUP, _how),
        ),
        Case(_operation, "InvalidParameterValue", NOWHERE, _how(tokens.CLUSTER_INSTANCE, monitoringRoleArn=NOWHERE)),
        Case(
            _operation,
            "KMSKeyNotAccessibleFault",
            NOWHERE,
            _how(tokens.CLUSTER_INSTANCE, performanceInsightsKmsKeyId=NOWHERE),
        ),
    ]
for _operation, _how in (("CreateDBSubnetGroup", made), ("ModifyDBSubnetGroup", changed)):
    _one_zone = NETWORK["privateSubnetIds"][:1] + NETWORK["publicSubnetIds"][:1]
    CASES += [
        Case(_operation, "InvalidSubnet", NOWHERE, _how(tokens.SUBNET_GROUP, subnetIds=[NOWHERE])),
        Case(
            _operation,
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "1 availability",
            _how(tokens.SUBNET_GROUP, subnetIds=_one_zone),
        ),
    ]
for _type, _of, _user, _quota in (
    (tokens.CLUSTER_PARAMETERS, "DBClusterParameterGroup", tokens.CLUSTER, "cluster parameter groups"),
    (tokens.PARAMETERS, "DBParameterGroup", tokens.CLUSTER_INSTANCE, "parameter groups"),
):
    CASES += [
        Case(f"Modify{_of}", "DBParameterGroupNotFound", "parameters", gone(_type)),
        Case(f"Create{_of}", "DBParameterGroupAlreadyExists", "parameters", again(_type)),
        Case(f"Create{_of}", "DBParameterGroupQuotaExceeded", "its 0", full(_type, _quota)),
        Case(f"Delete{_of}", "InvalidDBParameterGroupState", "in use", in_use(_type, _user)),
    ]
