"""What each type of AWS resource is like for the AWS provider: what names it, what replaces it, what AWS never tells.

Taken from the schemas of the Terraform provider that the AWS provider of Pulumi wraps. A type that isn't here has no
fixed name, is updated in place, has no defaults, and AWS tells all of it. A default that is false, 0 or empty is none:
the provider doesn't write it among the inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PREFIXED_NAME = frozenset({"name", "namePrefix"})
_PARAMETER_GROUP_REPLACED_BY = _PREFIXED_NAME | {"description", "family"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One type; property names are Pulumi's wire names, a nested one is written with a dot.

    `name` is the property that names the resource in AWS. `sets` come back in an order of AWS's own. `unreadable` are
    inputs that no API of AWS returns, so that the provider repeats what it knows. `defaults` are inputs that the
    provider adds, `filled_in` are outputs that AWS adds.
    """

    name: str | None = None
    replaced_by: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    filled_in: Mapping[str, Any] = field(default_factory=dict)


def traits_of(type_: str) -> Traits:
    """Return what is known of the type."""
    return _TRAITS.get(type_, Traits())


_TRAITS: Mapping[str, Traits] = {
    "aws:cloudwatch/logGroup:LogGroup": Traits(
        name="name",
        replaced_by=_PREFIXED_NAME | {"logGroupClass"},
        unreadable=frozenset({"skipDestroy"}),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Traits(
        name="name",
        replaced_by=frozenset({"name"}),
        sets=frozenset({"alarmActions", "insufficientDataActions", "okActions"}),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Traits(
        name="name",
        replaced_by=_PREFIXED_NAME | {"description", "vpcId"},
        unreadable=frozenset({"revokeRulesOnDelete"}),
        defaults={"description": "Managed by Pulumi"},
    ),
    "aws:iam/role:Role": Traits(
        name="name",
        replaced_by=_PREFIXED_NAME | {"path"},
        unreadable=frozenset({"forceDetachPolicies"}),
        defaults={"maxSessionDuration": 3600, "path": "/"},
    ),
    "aws:iam/rolePolicy:RolePolicy": Traits(name="name", replaced_by=_PREFIXED_NAME | {"role"}),
    "aws:kms/alias:Alias": Traits(name="name", replaced_by=_PREFIXED_NAME),
    "aws:kms/key:Key": Traits(
        replaced_by=frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"}),
        unreadable=frozenset({"bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"}),
        defaults={
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
    ),
    "aws:lambda/function:Function": Traits(
        name="name",
        replaced_by=frozenset({"name", "packageType", "tenancyConfig"}),
        sets=frozenset({"vpcConfig.securityGroupIds", "vpcConfig.subnetIds"}),
        unreadable=frozenset({"code", "publish", "skipDestroy", "sourceCodeHash"}),
        defaults={
            "memorySize": 128,
            "packageType": "Zip",
            "reservedConcurrentExecutions": -1,
            "timeout": 3,
        },
        filled_in={"ephemeralStorage": {"size": 512}, "lastModified": "2026-01-31T12:00:00.000+0000"},
    ),
    "aws:lambda/permission:Permission": Traits(
        replaced_by=frozenset(
            {"action", "function", "principal", "qualifier", "sourceAccount", "sourceArn", "statementId"}
        ),
    ),
    "aws:rds/cluster:Cluster": Traits(
        name="clusterIdentifier",
        replaced_by=frozenset(
            {
                "availabilityZones",
                "clusterIdentifier",
                "clusterIdentifierPrefix",
                "databaseName",
                "dbSubnetGroupName",
                "engine",
                "engineMode",
                "kmsKeyId",
                "masterUsername",
                "snapshotIdentifier",
                "storageEncrypted",
            }
        ),
        sets=frozenset({"availabilityZones", "enabledCloudwatchLogsExports", "vpcSecurityGroupIds"}),
        unreadable=frozenset(
            {
                "allowMajorVersionUpgrade",
                "applyImmediately",
                "dbInstanceParameterGroupName",
                "deleteAutomatedBackups",
                "finalSnapshotIdentifier",
                "manageMasterUserPassword",
                "masterUserSecretKmsKeyId",
                "skipFinalSnapshot",
            }
        ),
        defaults={
            "deleteAutomatedBackups": True,
            "engineMode": "provisioned",
        },
        filled_in={
            "allocatedStorage": 1,
            "caCertificateIdentifier": "rds-ca-rsa2048-g1",
            "networkType": "IPV4",
            "preferredBackupWindow": "04:00-04:30",
            "preferredMaintenanceWindow": "sun:05:00-sun:05:30",
        },
    ),
    "aws:rds/clusterInstance:ClusterInstance": Traits(
        name="identifier",
        replaced_by=frozenset(
            {
                "availabilityZone",
                "clusterIdentifier",
                "customIamInstanceProfile",
                "dbSubnetGroupName",
                "engine",
                "identifier",
                "identifierPrefix",
            }
        ),
        unreadable=frozenset({"applyImmediately", "forceDestroy"}),
        defaults={
            "autoMinorVersionUpgrade": True,
        },
        filled_in={"caCertIdentifier": "rds-ca-rsa2048-g1", "networkType": "IPV4", "writer": True},
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": Traits(
        name="name",
        replaced_by=_PARAMETER_GROUP_REPLACED_BY,
        sets=frozenset({"parameters"}),
        defaults={"description": "Managed by Pulumi"},
    ),
    "aws:rds/parameterGroup:ParameterGroup": Traits(
        name="name",
        replaced_by=_PARAMETER_GROUP_REPLACED_BY,
        sets=frozenset({"parameters"}),
        unreadable=frozenset({"skipDestroy"}),
        defaults={"description": "Managed by Pulumi"},
    ),
    "aws:rds/subnetGroup:SubnetGroup": Traits(
        name="name",
        replaced_by=_PREFIXED_NAME,
        sets=frozenset({"subnetIds"}),
        defaults={"description": "Managed by Pulumi"},
    ),
    "aws:secretsmanager/secret:Secret": Traits(
        name="name",
        replaced_by=_PREFIXED_NAME,
        unreadable=frozenset({"forceOverwriteReplicaSecret", "recoveryWindowInDays"}),
        defaults={"recoveryWindowInDays": 30},
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Traits(
        replaced_by=frozenset({"secretArn"}),
        unreadable=frozenset({"blockPublicPolicy"}),
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": Traits(
        replaced_by=frozenset({"secretId"}),
        unreadable=frozenset({"rotateImmediately"}),
        defaults={"rotateImmediately": True},
        filled_in={"rotationEnabled": True},
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Traits(
        replaced_by=frozenset({"secretBinary", "secretId", "secretString"}),
        sets=frozenset({"versionStages"}),
    ),
    "aws:sns/topic:Topic": Traits(
        name="name",
        replaced_by=_PREFIXED_NAME | {"fifoTopic"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": Traits(replaced_by=frozenset({"arn"})),
    "aws:sns/topicSubscription:TopicSubscription": Traits(
        replaced_by=frozenset({"endpoint", "protocol", "topic"}),
        unreadable=frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms"}),
        defaults={"confirmationTimeoutInMinutes": 1},
        filled_in={"pendingConfirmation": True},
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Traits(replaced_by=frozenset({"securityGroupId"})),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Traits(replaced_by=frozenset({"securityGroupId"})),
}
