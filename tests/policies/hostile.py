# ruff: noqa: E501  # one change a line
"""Changes of what our program records, careless, hostile or harmless: each with its kind and what it deserves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pulumi

from policies import tokens
from policies.view import Resource
from tests.policies.world import (
    ACCOUNT,
    Change,
    World,
    add,
    allow,
    config,
    cut,
    document,
    drop,
    every,
    option,
    parameter,
    provider,
    put,
    remove,
)

Deserved = Literal["mandatory", "advisory", "silent"]
MUST: Deserved = "mandatory"
SHOULD: Deserved = "advisory"
FINE: Deserved = "silent"

OTHER = "111111111111"
REGION = "us-east-1"
KEY = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
ROLE = f"arn:aws:iam::{OTHER}:role/evil"
FUNCTION = tokens.FUNCTION
APP, ROTATION = "lambda-app-function", "secrets-rotation-function"
CLUSTER, INSTANCE, SECRET, TOPIC = "database-cluster", "database-instance-0", "secrets-credentials", "monitoring-topic"
OWN_ROLE = f"arn:aws:iam::{ACCOUNT}:role/prod-app-role-main"


@dataclass(frozen=True)
class Hostile:
    """One change of what a project records: a name, the kind of mistake, what it deserves, and the change itself."""

    name: str
    kind: int
    deserved: Deserved
    change: Change


def given(name: str, prop: str, edit: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Change the statements of a policy document where it stands."""

    def change(world: World) -> None:
        found = json.loads(world.resources[name].props[prop])
        edit(found["Statement"])
        world.put(name, prop, json.dumps(found))

    return change


def grant(name: str, action: object, resource: object, prop: str = "policy", **more: object) -> Change:
    return given(name, prop, lambda found: found.append(allow(action, resource, **more)))


def statement(name: str, sid: str, prop: str = "policy", **keys: object) -> Change:
    """Change keys of the statement with the Sid; None takes the key away."""

    def edit(found: list[dict[str, Any]]) -> None:
        (one,) = [item for item in found if item.get("Sid", "") == sid]
        one.update(keys)
        for key in [key for key, value in keys.items() if value is None]:
            del one[key]

    return given(name, prop, edit)


def without(name: str, sid: str) -> Change:
    return given(name, "policy", lambda found: found.remove(next(item for item in found if item.get("Sid") == sid)))


def trust(name: str, principal: object, **more: object) -> Change:
    return grant(name, "sts:AssumeRole", None, "assumeRolePolicy", Principal=principal, **more)


def asked(name: str, **options: object) -> Change:
    """Ask something of the engine that it doesn't tell policies."""
    return lambda world: (
        world.recorded.update({world.resources[name].urn: options}) if world.recorded is not None else None
    )


def more(name: str, prop: str, *items: object) -> Change:
    """Add items to a list."""

    def change(world: World) -> None:
        holder: Any = world.resources[name].props
        for key in prop.split("."):
            holder = holder[key]
        world.put(name, prop, [*holder, *items])

    return change


def copied(name: str, new: str, /, **props: object) -> Change:
    """Add a resource like another one, with other properties."""

    def change(world: World) -> None:
        old = world.resources[name]
        world.resources[new] = replace(
            old, urn=old.urn.replace(f"::{name}", f"::{new}"), name=new, props={**old.props, **props}
        )
        world.outputs[new] = {"id": f"id-of-{new}"}

    return change


def swapped(name: str, prop: str, other: str, output: str) -> Change:
    """Take another of the stack's own in place of one, with its dependency."""

    def change(world: World) -> None:
        owner = world.resources[other]
        value = {**world.outputs[other], **owner.props}[output]
        world.put(name, prop, [value] if isinstance(_at(world.resources[name].props, prop), list) else value)
        links = dict(world.resources[name].property_dependencies)
        first = prop.partition(".")[0]
        links[first] = links.get(first, frozenset()) | {owner.urn}
        world.option(name, property_dependencies=links)

    return change


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def new(type_: str, props: Mapping[str, Any] | None = None, **links: str) -> Change:
    return add(type_, "new-thing", props or {}, **links)


def twin(name: str, /, **props: object) -> Change:
    """Add a resource of the same logical name and type under another parent, which makes it another URN."""

    def change(world: World) -> None:
        old = world.resources[name]
        urn = old.urn.replace(old.type, f"tap:components:Database${old.type}")
        world.resources[f"twin-{name}"] = replace(old, urn=urn, props={**old.props, **props})
        world.outputs[f"twin-{name}"] = world.outputs[name]

    return change


def component(name: str, props: Mapping[str, Any]) -> Change:
    """Add a component, whose properties may be anything, with the logical name of another resource."""

    def change(world: World) -> None:
        type_ = "tap:components:Database"
        urn = f"urn:pulumi:prod::parity::{type_}::{name}"
        world.resources[f"component-{name}"] = Resource(urn=urn, type=type_, name=name, props=props)

    return change


def written(name: str, prop: str, old: str, new_text: str) -> Change:
    """Change the text of a policy document where JSON can't say it."""

    def change(world: World) -> None:
        text = world.resources[name].props[prop]
        assert old in text, "the document is written otherwise"
        world.put(name, prop, text.replace(old, new_text, 1))

    return change


def denies(name: str, action: str, condition: Mapping[str, Any]) -> Change:
    said = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", "Condition": condition}
    return given(name, "policy", lambda found: found.append(said))


def narrowed(name: str, sid: str, **operators: Mapping[str, str]) -> Change:
    """Add a condition to a statement, which then allows less."""

    def edit(found: list[dict[str, Any]]) -> None:
        (one,) = [item for item in found if item.get("Sid") == sid]
        one["Condition"] = {**one.get("Condition", {}), **operators}

    return given(name, "policy", edit)


def key(name: str, value: str) -> Change:
    return lambda world: world.config.update({name: value})


OTHER_SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:other-app-abcdef"
OTHER_IMAGE = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/other-team@sha256:{'a' * 64}"
TLS = {"aws:SecureTransport": "false"}


def bootstrap(**keys: object) -> Change:
    """Change what the credential's first version says."""

    def change(world: World) -> None:
        found = json.loads(world.resources["secrets-bootstrap"].props["secretString"])
        world.put("secrets-bootstrap", "secretString", json.dumps({**found, **keys}))

    return change


def libraries(value: str) -> Change:
    given = {"name": "shared_preload_libraries", "value": value, "applyMethod": "pending-reboot"}
    return put("database-instance-parameters", "parameters", [given])


STATEMENTS: dict[str, Any] = {"Version": "2012-10-17"}
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"

_TYPES = (
    ("bucket-public", "aws:s3/bucketV2:BucketV2", {"bucket": "prod-data-main"}),
    ("bucket-acl", "aws:s3/bucketAclV2:BucketAclV2", {"acl": "public-read"}),
    ("user", "aws:iam/user:User", {"name": "prod-user-main"}),
    ("access-key", "aws:iam/accessKey:AccessKey", {"user": "u"}),
    ("user-policy-attachment", "aws:iam/userPolicyAttachment:UserPolicyAttachment", {"policyArn": ADMIN}),
    ("group-policy", "aws:iam/groupPolicy:GroupPolicy", {"policy": "{}"}),
    ("policy-attachment", "aws:iam/policyAttachment:PolicyAttachment", {"policyArn": ADMIN}),
    ("role-policy-attachment", tokens.MANAGED_POLICY_ATTACHMENT, {"policyArn": ADMIN, "role": "prod-app-role-main"}),
    (
        "managed-policies-exclusive",
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        {"policyArns": [ADMIN]},
    ),
    ("instance-profile", "aws:iam/instanceProfile:InstanceProfile", {"role": "prod-app-role-main"}),
    ("oidc-provider", "aws:iam/openIdConnectProvider:OpenIdConnectProvider", {"url": "https://token.example"}),
    ("kms-grant", "aws:kms/grant:Grant", {"granteePrincipal": ROLE, "operations": ["Decrypt"]}),
    ("kms-replica", "aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": KEY}),
    ("kms-key-policy", tokens.KEY_POLICY, {"policy": "{}"}),
    ("function-url", tokens.FUNCTION_URL, {"authorizationType": "NONE"}),
    ("function-alias", "aws:lambda/alias:Alias", {"name": "live"}),
    ("layer-permission", "aws:lambda/layerVersionPermission:LayerVersionPermission", {"principal": "*"}),
    (
        "event-source-mapping",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        {"eventSourceArn": f"arn:aws:sqs:{REGION}:{OTHER}:q"},
    ),
    ("lambda-invocation", "aws:lambda/invocation:Invocation", {"input": "{}"}),
    ("snapshot-shared", "aws:rds/clusterSnapshot:ClusterSnapshot", {"sharedAccounts": ["all"]}),
    ("rds-instance", "aws:rds/instance:Instance", {"publiclyAccessible": True, "password": "x"}),
    ("rds-proxy", "aws:rds/proxy:Proxy", {"requireTls": False}),
    ("rds-cluster-endpoint", "aws:rds/clusterEndpoint:ClusterEndpoint", {"customEndpointType": "ANY"}),
    ("rds-role-association", "aws:rds/clusterRoleAssociation:ClusterRoleAssociation", {"roleArn": ROLE}),
    ("rds-activity-stream", "aws:rds/clusterActivityStream:ClusterActivityStream", {"mode": "async"}),
    ("ssm-parameter", "aws:ssm/parameter:Parameter", {"type": "String", "value": "hunter2"}),
    (
        "log-subscription",
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        {"destinationArn": f"arn:aws:logs:{REGION}:{OTHER}:destination:d"},
    ),
    ("log-resource-policy", "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", {"policyDocument": "{}"}),
    ("composite-alarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm", {"alarmRule": "FALSE"}),
    ("security-group-rule", tokens.SECURITY_GROUP_RULE, {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"]}),
    ("internet-gateway", "aws:ec2/internetGateway:InternetGateway", {"vpcId": "vpc-1"}),
    ("instance", "aws:ec2/instance:Instance", {"ami": "ami-1"}),
    ("vpc-peering", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", {"peerOwnerId": OTHER}),
    ("secret-replica-policy", "aws:secretsmanager/secretPolicy:Other", {"policy": "{}"}),
    ("cloudcontrol", "aws:cloudcontrol/resource:Resource", {"typeName": "AWS::IAM::User"}),
    ("cloudformation", "aws:cloudformation/stack:Stack", {"templateBody": "{}"}),
    ("aws-native", "aws-native:iam:Role", {"roleName": "x"}),
    ("command", "command:local:Command", {"create": "curl evil"}),
    ("dynamic", "pulumi-python:dynamic:Resource", {"__provider": "code"}),
    ("dynamic-module", "pulumi-python:dynamic/thing:Thing", {"__provider": "code"}),
    ("random", "random:index/randomPassword:RandomPassword", {"length": 4}),
    ("kubernetes", "kubernetes:core/v1:Pod", {}),
    ("other-provider", "pulumi:providers:aws-native", {"region": REGION}),
    ("component", "evil:components:Thing", {}),
)

# By resource: a property and the value that is not good there.
_PROPERTIES: tuple[tuple[str, int, Deserved, str, str, Any], ...] = (
    ("cluster-data-api", 8, MUST, CLUSTER, "enableHttpEndpoint", True),
    ("cluster-s3-role", 8, MUST, CLUSTER, "iamRoles", [ROLE]),
    (
        "cluster-serverless",
        8,
        SHOULD,
        CLUSTER,
        "serverlessv2ScalingConfiguration",
        {"minCapacity": 1, "maxCapacity": 256},
    ),
    ("cluster-major-upgrade", 8, SHOULD, CLUSTER, "allowMajorVersionUpgrade", True),
    (
        "cluster-snapshot-of-others",
        7,
        MUST,
        CLUSTER,
        "snapshotIdentifier",
        f"arn:aws:rds:{REGION}:{OTHER}:cluster-snapshot:x",
    ),
    (
        "cluster-replica-of-others",
        7,
        MUST,
        CLUSTER,
        "replicationSourceIdentifier",
        f"arn:aws:rds:{REGION}:{OTHER}:cluster:x",
    ),
    ("cluster-s3-import", 7, MUST, CLUSTER, "s3Import", {"bucketName": "evil", "ingestionRole": ROLE}),
    ("cluster-restore", 7, MUST, CLUSTER, "restoreToPointInTime", {"sourceClusterIdentifier": "dev-db-cluster-main"}),
    ("cluster-global", 8, MUST, CLUSTER, "globalClusterIdentifier", "global"),
    ("cluster-write-forwarding", 8, MUST, CLUSTER, "enableGlobalWriteForwarding", True),
    ("cluster-domain", 2, MUST, CLUSTER, "domain", "d-1234567890"),
    ("cluster-password", 12, MUST, CLUSTER, "masterPassword", "hunter2hunter2"),
    ("cluster-password-write-only", 12, MUST, CLUSTER, "masterPasswordWo", "hunter2hunter2"),
    ("cluster-port", 9, MUST, CLUSTER, "port", 3306),
    ("cluster-engine-mode", 8, MUST, CLUSTER, "engineMode", "serverless"),
    ("cluster-dual-stack", 8, MUST, CLUSTER, "networkType", "DUAL"),
    ("cluster-zones", 14, MUST, CLUSTER, "availabilityZones", ["eu-west-1a"]),
    ("cluster-source-region", 14, MUST, CLUSTER, "sourceRegion", "eu-west-1"),
    ("cluster-instance-parameters", 9, MUST, CLUSTER, "dbInstanceParameterGroupName", "default.aurora-postgresql15"),
    ("cluster-monitoring-role", 2, MUST, CLUSTER, "monitoringRoleArn", ROLE),
    ("cluster-final-snapshot-of-dev", 4, MUST, CLUSTER, "finalSnapshotIdentifier", "dev-db-final-snapshot-main"),
    ("cluster-backup-window", 0, FINE, CLUSTER, "preferredBackupWindow", "02:00-03:00"),
    ("cluster-maintenance-window", 0, FINE, CLUSTER, "preferredMaintenanceWindow", "sun:04:00-sun:05:00"),
    ("cluster-data-api-off", 0, FINE, CLUSTER, "enableHttpEndpoint", False),
    ("cluster-applies-later", 0, FINE, CLUSTER, "applyImmediately", False),
    ("instance-promotion", 0, FINE, INSTANCE, "promotionTier", 1),
    ("instance-insights-week", 0, FINE, INSTANCE, "performanceInsightsRetentionPeriod", 7),
    ("instance-monitoring-30", 0, FINE, INSTANCE, "monitoringInterval", 30),
    ("instance-ca-new", 0, FINE, INSTANCE, "caCertIdentifier", "rds-ca-rsa4096-g1"),
    ("instance-ca-old", 9, MUST, INSTANCE, "caCertIdentifier", "rds-ca-2019"),
    ("instance-public", 8, MUST, INSTANCE, "publiclyAccessible", True),
    ("instance-profile-custom", 2, MUST, INSTANCE, "customIamInstanceProfile", "AWSRDSCustomEvil"),
    ("instance-monitoring-role-of-others", 2, MUST, INSTANCE, "monitoringRoleArn", ROLE),
    ("instance-force-destroy", 13, MUST, INSTANCE, "forceDestroy", True),
    ("instance-of-other-cluster", 6, MUST, INSTANCE, "clusterIdentifier", "dev-db-cluster-main"),
    ("lambda-foreign-layer", 7, MUST, ROTATION, "layers", [f"arn:aws:lambda:{REGION}:{OTHER}:layer:x:1"]),
    ("lambda-code-bucket", 7, MUST, ROTATION, "s3Bucket", "evil"),
    ("lambda-code-key", 7, MUST, ROTATION, "s3Key", "evil.zip"),
    ("lambda-handler", 7, MUST, ROTATION, "handler", "other.handle"),
    ("lambda-old-runtime", 7, MUST, ROTATION, "runtime", "python3.8"),
    (
        "lambda-signing-of-others",
        7,
        MUST,
        ROTATION,
        "codeSigningConfigArn",
        f"arn:aws:lambda:{REGION}:{OTHER}:code-signing-config:csc-1",
    ),
    ("lambda-snap-start", 7, MUST, ROTATION, "snapStart", {"applyOn": "PublishedVersions"}),
    ("lambda-image-command", 7, MUST, APP, "imageConfig", {"commands": ["evil"]}),
    ("lambda-image-entry", 7, MUST, APP, "imageConfig", {"entryPoints": ["/bin/sh"]}),
    (
        "lambda-registry-of-others",
        7,
        MUST,
        APP,
        "imageUri",
        f"{OTHER}.dkr.ecr.us-east-1.amazonaws.com/parity-app@sha256:{'a' * 64}",
    ),
    ("lambda-registry-public", 7, MUST, APP, "imageUri", f"docker.io/evil/app@sha256:{'a' * 64}"),
    (
        "lambda-registry-other-region",
        14,
        MUST,
        APP,
        "imageUri",
        f"111122223333.dkr.ecr.us-east-2.amazonaws.com/parity-app@sha256:{'a' * 64}",
    ),
    (
        "lambda-file-system",
        8,
        MUST,
        APP,
        "fileSystemConfig",
        {"arn": f"arn:aws:elasticfilesystem:{REGION}:{OTHER}:access-point/fsap-1", "localMountPath": "/mnt/x"},
    ),
    (
        "lambda-dead-letters-of-others",
        8,
        MUST,
        APP,
        "deadLetterConfig",
        {"targetArn": f"arn:aws:sqs:{REGION}:{OTHER}:q"},
    ),
    ("lambda-timeout-900", 8, SHOULD, APP, "timeout", 900),
    ("lambda-timeout-29", 0, FINE, APP, "timeout", 29),
    ("lambda-log-level-fatal", 8, SHOULD, APP, "loggingConfig.applicationLogLevel", "FATAL"),
    ("lambda-log-level-info", 0, FINE, APP, "loggingConfig.applicationLogLevel", "INFO"),
    ("lambda-log-text", 8, MUST, APP, "loggingConfig.logFormat", "Text"),
    ("lambda-log-group-of-others", 8, MUST, APP, "loggingConfig.logGroup", "/aws/lambda/other"),
    ("lambda-concurrency-0", 11, MUST, APP, "reservedConcurrentExecutions", 0),
    ("lambda-concurrency-none", 11, MUST, APP, "reservedConcurrentExecutions", -1),
    ("lambda-ipv6", 8, MUST, APP, "vpcConfig.ipv6AllowedForDualStack", True),
    ("lambda-replacement-groups", 8, MUST, APP, "replacementSecurityGroupIds", ["sg-0000000000000000a"]),
    ("lambda-durable", 1, MUST, APP, "durableConfig", {"executionTimeout": 1}),
    ("lambda-publish", 7, MUST, APP, "publish", True),
    ("lambda-description", 0, FINE, APP, "description", "The app, in other words."),
    ("lambda-source-key-of-others", 6, MUST, APP, "sourceKmsKeyArn", KEY),
    (
        "env-other-database",
        4,
        MUST,
        APP,
        "environment.variables.DB_ENDPOINT",
        "dev-db-cluster-main.cluster-x.us-east-1.rds.amazonaws.com",
    ),
    (
        "env-other-secret",
        4,
        MUST,
        APP,
        "environment.variables.DB_SECRET_ARN",
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:dev-db-credentials-main-abcdef",
    ),
    ("env-proxy", 12, MUST, APP, "environment.variables.HTTPS_PROXY", "http://evil.example:3128"),
    ("env-preload", 7, MUST, APP, "environment.variables.LD_PRELOAD", "/tmp/evil.so"),
    ("env-pass", 12, MUST, APP, "environment.variables.DB_PASS", "hunter2"),
    ("env-port", 9, MUST, APP, "environment.variables.DB_PORT", "3306"),
    ("env-rotation-host", 4, MUST, ROTATION, "environment.variables.DB_HOST", "evil.example"),
    (
        "env-rotation-secret",
        4,
        MUST,
        ROTATION,
        "environment.variables.SECRET_ARN",
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:dev-db-credentials-main-abcdef",
    ),
    (
        "env-rotation-master",
        2,
        MUST,
        ROTATION,
        "environment.variables.MASTER_SECRET_ARN",
        f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:x-abcdef",
    ),
    ("env-rotation-user", 5, MUST, ROTATION, "environment.variables.DB_USERNAME", "parityowner"),
    ("env-rotation-more", 12, MUST, ROTATION, "environment.variables.PW", "hunter2"),
    ("permission-principal-account", 2, MUST, "secrets-rotation-permission", "principal", OTHER),
    ("permission-principal-service", 2, MUST, "secrets-rotation-permission", "principal", "s3.amazonaws.com"),
    (
        "permission-source-of-others",
        3,
        MUST,
        "secrets-rotation-permission",
        "sourceArn",
        f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:x",
    ),
    ("permission-account-of-others", 3, MUST, "secrets-rotation-permission", "sourceAccount", OTHER),
    ("permission-organisation", 2, MUST, "secrets-rotation-permission", "principalOrgId", "o-aaaaaaaaaa"),
    ("permission-url", 8, MUST, "secrets-rotation-permission", "functionUrlAuthType", "NONE"),
    ("permission-action", 5, MUST, "secrets-rotation-permission", "action", "lambda:*"),
    (
        "secret-inline-policy",
        2,
        MUST,
        SECRET,
        "policy",
        json.dumps({"Statement": [allow("secretsmanager:*", "*", Principal={"AWS": ROLE})]}),
    ),
    ("secret-replica", 7, MUST, SECRET, "replicas", [{"region": "eu-west-1"}]),
    ("secret-overwrite", 7, MUST, SECRET, "forceOverwriteReplicaSecret", True),
    ("secret-password-plain", 12, MUST, "secrets-bootstrap", "secretString", "hunter2hunter2"),
    ("secret-password-pw", 12, MUST, "secrets-bootstrap", "secretString", '{"pw": "hunter2hunter2"}'),
    ("secret-password-binary", 12, MUST, "secrets-bootstrap", "secretBinary", "aHVudGVyMg=="),
    ("secret-password-write-only", 12, MUST, "secrets-bootstrap", "secretStringWo", "hunter2hunter2"),
    ("secret-stages-bootstrap-alone", 7, MUST, "secrets-bootstrap", "versionStages", ["bootstrap"]),
    ("secret-stages-current-alone", 7, MUST, "secrets-bootstrap", "versionStages", ["AWSCURRENT"]),
    ("instance-other-version", 7, MUST, INSTANCE, "engineVersion", "15.15"),
    ("secret-stages", 7, MUST, "secrets-bootstrap", "versionStages", ["AWSPREVIOUS"]),
    ("rotation-external", 7, MUST, "secrets-schedule", "externalSecretRotationRoleArn", ROLE),
    (
        "rotation-cron-yearly",
        11,
        MUST,
        "secrets-schedule",
        "rotationRules",
        {"scheduleExpression": "cron(0 0 1 1 ? *)"},
    ),
    ("rotation-duration", 11, MUST, "secrets-schedule", "rotationRules.duration", "24h"),
    ("topic-inline-policy", 2, MUST, TOPIC, "policy", json.dumps({"Statement": [allow("sns:*", "*", Principal="*")]})),
    ("topic-delivery-log-role", 2, MUST, TOPIC, "httpSuccessFeedbackRoleArn", ROLE),
    ("topic-archive", 8, MUST, TOPIC, "archivePolicy", '{"MessageRetentionPeriod": 30}'),
    ("topic-display-name", 0, FINE, TOPIC, "displayName", "Alarms"),
    ("topic-key-of-others", 6, MUST, TOPIC, "kmsMasterKeyId", KEY),
    ("log-class", 8, SHOULD, "lambda-app-logs", "logGroupClass", "INFREQUENT_ACCESS"),
    ("log-class-standard", 0, FINE, "lambda-app-logs", "logGroupClass", "STANDARD"),
    ("log-key-of-others", 6, MUST, "database-logs", "kmsKeyId", KEY),
    ("key-disabled", 11, MUST, "tap-key", "isEnabled", False),
    ("key-enabled", 0, FINE, "tap-key", "isEnabled", True),
    ("key-multi-region", 7, MUST, "tap-key", "multiRegion", True),
    ("key-signing", 9, MUST, "tap-key", "keyUsage", "SIGN_VERIFY"),
    ("key-asymmetric", 9, MUST, "tap-key", "customerMasterKeySpec", "RSA_2048"),
    ("key-store-of-others", 7, MUST, "tap-key", "customKeyStoreId", "cks-1"),
    ("key-external", 7, MUST, "tap-key", "xksKeyId", "x"),
    ("key-rotates-half-yearly", 0, FINE, "tap-key", "rotationPeriodInDays", 180),
    ("alias-of-other-key", 6, MUST, "tap-key-alias", "targetKeyId", KEY),
    ("role-managed", 5, MUST, "lambda-app-role", "managedPolicyArns", [ADMIN]),
    ("role-inline", 5, MUST, "lambda-app-role", "inlinePolicies", [{"name": "x", "policy": "{}"}]),
    ("role-long-session", 5, MUST, "lambda-app-role", "maxSessionDuration", 43200),
    ("role-path", 2, MUST, "lambda-app-role", "path", "/service-role/"),
    ("role-boundary-of-others", 2, MUST, "lambda-app-role", "permissionsBoundary", ADMIN),
    (
        "role-boundary-of-a-copy",
        2,
        MUST,
        "lambda-app-role",
        "permissionsBoundary",
        f"arn:aws:iam::{ACCOUNT}:policy/prod-parity-boundary-team2-main",
    ),
    ("role-description", 0, FINE, "lambda-app-role", "description", "Other words."),
    ("role-name-of-dev", 4, MUST, "lambda-app-role", "name", "dev-app-role-main"),
    ("role-name-of-copy", 4, MUST, "lambda-app-role", "name", "prod-app-role-other"),
    ("group-inline-rule", 8, MUST, "database-security-group", "ingress", [{"cidrBlocks": ["0.0.0.0/0"]}]),
    ("group-vpc-of-others", 14, MUST, "database-security-group", "vpcId", "vpc-0123456789abcdef0"),
    ("subnets-of-others", 14, MUST, "database-subnets", "subnetIds", ["subnet-1", "subnet-2"]),
    ("egress-one-address", 8, MUST, "lambda-app-egress-https", "cidrIpv4", "203.0.113.7/32"),
    ("egress-slice", 8, MUST, "lambda-app-egress-https", "cidrIpv4", "0.0.0.0/9"),
    ("egress-ipv6", 8, MUST, "lambda-app-egress-https", "cidrIpv6", "2001:db8::/32"),
    ("egress-everywhere", 8, MUST, "lambda-app-egress-https", "cidrIpv4", "0.0.0.0/0"),
    ("egress-udp", 8, MUST, "lambda-app-egress-https", "ipProtocol", "udp"),
    ("egress-dns-port", 8, MUST, "lambda-app-egress-https", "toPort", 53),
    ("ingress-prefix-list", 8, SHOULD, "database-ingress-app", "prefixListId", "pl-1"),
    ("ingress-address", 8, MUST, "database-ingress-app", "cidrIpv4", "10.2.0.0/16"),
    ("alarm-wrong-unit", 10, MUST, "monitoring-app-duration", "unit", "Seconds"),
    ("alarm-lag-threshold", 10, MUST, "monitoring-db-aurora-replica-lag", "threshold", 10**9),
    ("alarm-memory-threshold", 10, MUST, "monitoring-db-freeable-memory", "threshold", 1),
    ("alarm-missing-notbreaching", 10, MUST, "monitoring-db-cpu-utilization", "treatMissingData", "notBreaching"),
    ("alarm-missing-ignore", 10, MUST, "monitoring-app-errors", "treatMissingData", "ignore"),
    ("alarm-other-namespace", 10, MUST, "monitoring-app-errors", "namespace", "Custom"),
    ("alarm-other-metric", 10, MUST, "monitoring-app-errors", "metricName", "Invocations"),
    (
        "alarm-misspelt-dimension",
        10,
        MUST,
        "monitoring-app-errors",
        "dimensions",
        {"functionName": "prod-app-function-main"},
    ),
    ("alarm-other-function", 10, MUST, "monitoring-app-errors", "dimensions.FunctionName", "other"),
    ("alarm-more-dimensions", 10, MUST, "monitoring-app-errors", "dimensions.Resource", "x"),
    ("alarm-reader-for-writer", 10, MUST, "monitoring-db-cpu-utilization", "dimensions.Role", "READER"),
    ("alarm-turned-round", 10, MUST, "monitoring-app-errors", "comparisonOperator", "LessThanThreshold"),
    ("alarm-slow", 10, MUST, "monitoring-app-errors", "period", 86400),
    ("alarm-many-periods", 10, MUST, "monitoring-app-errors", "evaluationPeriods", 3),
    ("alarm-average-errors", 10, MUST, "monitoring-app-errors", "statistic", "Average"),
    ("alarm-anomaly", 10, MUST, "monitoring-app-errors", "thresholdMetricId", "e1"),
    ("alarm-metric-math", 10, MUST, "monitoring-app-errors", "metricQueries", [{"id": "e1", "expression": "0"}]),
    ("alarm-off", 10, MUST, "monitoring-app-errors", "actionsEnabled", False),
    ("alarm-topic-of-others", 10, MUST, "monitoring-app-errors", "alarmActions", [f"arn:aws:sns:us-east-1:{OTHER}:t"]),
    (
        "alarm-ec2-action",
        10,
        MUST,
        "monitoring-app-errors",
        "insufficientDataActions",
        ["arn:aws:automate:us-east-1:ec2:terminate"],
    ),
    ("alarm-low-samples", 10, MUST, "monitoring-app-duration", "evaluateLowSampleCountPercentiles", "ignore"),
    ("alarm-words", 0, FINE, "monitoring-app-errors", "alarmDescription", "Other words."),
    ("secret-words", 0, FINE, SECRET, "description", "Other words."),
    ("resource-other-region", 14, MUST, TOPIC, "region", "eu-west-1"),
    ("tag-more", 0, FINE, TOPIC, "tags.Owner", "team"),
    ("laundered-key", 6, MUST, CLUSTER, "kmsKeyId", KEY),
    ("laundered-parameter-group", 6, MUST, CLUSTER, "dbClusterParameterGroupName", "default.aurora-postgresql15"),
    ("laundered-instance-parameters", 6, MUST, INSTANCE, "dbParameterGroupName", "default.aurora-postgresql15"),
    ("laundered-role", 6, MUST, APP, "role", f"arn:aws:iam::{ACCOUNT}:role/other"),
    ("laundered-role-of-others", 6, MUST, APP, "role", ROLE),
    (
        "laundered-ingress",
        6,
        MUST,
        "database-ingress-app",
        "referencedSecurityGroupId",
        f"{OTHER}/sg-0000000000000000a",
    ),
    ("laundered-group", 6, MUST, APP, "vpcConfig.securityGroupIds", ["sg-0000000000000000a"]),
    (
        "laundered-rotation-function",
        6,
        MUST,
        "secrets-schedule",
        "rotationLambdaArn",
        f"arn:aws:lambda:us-east-1:{OTHER}:function:x",
    ),
    ("laundered-topic-policy", 6, MUST, "monitoring-topic-policy", "arn", f"arn:aws:sns:us-east-1:{OTHER}:t"),
    (
        "laundered-secret-of-version",
        6,
        MUST,
        "secrets-bootstrap",
        "secretId",
        f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:x",
    ),
    ("laundered-role-of-policy", 6, MUST, "lambda-app-policy", "role", "other-role"),
)

_IAM: tuple[tuple[str, int, Deserved, Change], ...] = (
    ("trust-foreign-role", 2, MUST, trust("lambda-app-role", {"AWS": ROLE})),
    ("trust-foreign-account", 2, MUST, trust("lambda-app-role", {"AWS": OTHER})),
    ("trust-anybody", 2, MUST, trust("lambda-app-role", "*")),
    (
        "trust-anybody-of-organisation",
        3,
        MUST,
        trust("lambda-app-role", "*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}}),
    ),
    (
        "trust-github-any",
        2,
        MUST,
        trust(
            "lambda-app-role",
            {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
            Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}},
        ),
    ),
    ("trust-second-service", 2, MUST, trust("lambda-app-role", {"Service": "ec2.amazonaws.com"})),
    (
        "trust-canonical",
        2,
        MUST,
        trust("lambda-app-role", {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}),
    ),
    ("trust-nobody", 11, MUST, statement("lambda-app-role", "", "assumeRolePolicy", Effect="Deny")),
    (
        "key-own-account-by-number",
        0,
        FINE,
        given(
            "tap-key",
            "policy",
            lambda found: [
                item.update(Principal={"AWS": ACCOUNT})
                for item in found
                if item.get("Principal") == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
            ],
        ),
    ),
    (
        "numbers-as-text",
        0,
        FINE,
        lambda world: world.put(APP, "memorySize", str(int(world.resources[APP].props["memorySize"]))),
    ),
    ("second-log-group-of-a-name", 13, MUST, copied("database-logs", "more")),
    ("second-alarm-of-a-name", 11, MUST, copied("monitoring-app-errors", "more")),
    ("trust-own-account", 2, MUST, trust("lambda-app-role", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
    (
        "trust-source-account-foreign",
        3,
        MUST,
        statement(
            "database-monitoring-role", "", "assumeRolePolicy", Condition={"StringEquals": {"aws:SourceAccount": OTHER}}
        ),
    ),
    ("trust-source-dropped", 11, MUST, statement("database-monitoring-role", "", "assumeRolePolicy", Condition=None)),
    (
        "trust-source-if-exists",
        3,
        MUST,
        statement(
            "database-monitoring-role",
            "",
            "assumeRolePolicy",
            Condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
        ),
    ),
    (
        "trust-source-star",
        3,
        MUST,
        statement(
            "database-monitoring-role", "", "assumeRolePolicy", Condition={"StringLike": {"aws:SourceAccount": "*"}}
        ),
    ),
    (
        "trust-bound-more",
        0,
        FINE,
        statement(
            "lambda-app-role", "", "assumeRolePolicy", Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        ),
    ),
    ("iam-deny-dropped", 11, SHOULD, without("lambda-app-policy", "AttachToVpcNotFromCode")),
    (
        "iam-deny-neutered",
        11,
        SHOULD,
        statement(
            "lambda-app-policy",
            "AttachToVpcNotFromCode",
            Condition={"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:1:function:x"}},
        ),
    ),
    (
        "iam-secret-star",
        4,
        MUST,
        grant(
            "lambda-app-policy",
            "secretsmanager:GetSecretValue",
            [f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:*"],
        ),
    ),
    (
        "iam-function-star",
        4,
        MUST,
        grant("lambda-app-policy", "lambda:InvokeFunction", [f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:*"]),
    ),
    ("iam-role-star-arn", 4, MUST, grant("lambda-app-policy", "iam:GetRole", [f"arn:aws:iam::{ACCOUNT}:role/*"])),
    (
        "iam-secret-of-dev",
        4,
        MUST,
        grant(
            "lambda-app-policy",
            "secretsmanager:GetSecretValue",
            [f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:dev-db-credentials-main-abcdef"],
        ),
    ),
    ("iam-foreign-key", 6, MUST, grant("lambda-app-policy", ["kms:Encrypt"], [KEY])),
    ("iam-foreign-bucket", 2, MUST, grant("lambda-app-policy", "s3:PutObject", ["arn:aws:s3:::evil/*"])),
    (
        "iam-put-secret-policy",
        5,
        MUST,
        grant(
            "lambda-app-policy",
            "secretsmanager:PutResourcePolicy",
            [f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod-db-credentials-main-0286c2"],
        ),
    ),
    (
        "iam-delete-secret",
        5,
        MUST,
        grant(
            "lambda-app-policy",
            "secretsmanager:DeleteSecret",
            [f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod-db-credentials-main-0286c2"],
        ),
    ),
    ("iam-create-role", 5, MUST, grant("lambda-app-policy", "iam:CreateRole", "*")),
    (
        "iam-share-snapshot",
        5,
        MUST,
        grant(
            "lambda-app-policy",
            "rds:ModifyDBClusterSnapshotAttribute",
            [f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster-snapshot:*"],
        ),
    ),
    (
        "iam-delete-cluster",
        5,
        MUST,
        grant(
            "lambda-app-policy",
            "rds:DeleteDBCluster",
            [f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:prod-db-cluster-main"],
        ),
    ),
    (
        "iam-delete-logs",
        5,
        MUST,
        grant(
            "lambda-app-policy",
            "logs:DeleteLogGroup",
            [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/prod-app-function-main"],
        ),
    ),
    (
        "iam-data-api",
        8,
        MUST,
        grant(
            "lambda-app-policy",
            "rds-data:ExecuteStatement",
            [f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:prod-db-cluster-main"],
        ),
    ),
    (
        "iam-db-connect",
        8,
        MUST,
        grant("lambda-app-policy", "rds-db:connect", [f"arn:aws:rds-db:us-east-1:{ACCOUNT}:dbuser:*/parityowner"]),
    ),
    (
        "iam-not-action",
        5,
        MUST,
        given(
            "lambda-app-policy",
            "policy",
            lambda found: found.append({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        ),
    ),
    (
        "iam-not-resource",
        5,
        MUST,
        given(
            "lambda-app-policy",
            "policy",
            lambda found: found.append({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::x"}),
        ),
    ),
    ("iam-condition-dropped", 11, MUST, statement("lambda-app-policy", "DecryptTheCredential", Condition=None)),
    (
        "iam-condition-widened",
        3,
        MUST,
        statement(
            "lambda-app-policy",
            "DecryptTheCredential",
            Condition={"StringLike": {"kms:EncryptionContext:SecretARN": "*"}},
        ),
    ),
    ("iam-app-reads-master", 5, MUST, statement("lambda-app-policy", "ReadTheCredential", Resource="*")),
    (
        "iam-logs-everywhere",
        4,
        MUST,
        statement("lambda-app-policy", "Log", Resource=[f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*"]),
    ),
    ("iam-fewer", 0, FINE, without("lambda-app-policy", "Trace")),
    (
        "iam-narrower",
        0,
        FINE,
        statement("lambda-app-policy", "Trace", Condition={"StringEquals": {"aws:RequestedRegion": REGION}}),
    ),
    (
        "iam-one-deny-more",
        0,
        FINE,
        given(
            "lambda-app-policy",
            "policy",
            lambda found: found.append({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
        ),
    ),
    ("iam-second-policy", 5, MUST, copied("lambda-app-policy", "other-policy", name="prod-other-policy-main")),
    ("iam-new-admin-role", 5, MUST, copied("lambda-app-role", "admin-role", name="prod-admin-role-main")),
    (
        "iam-duplicate-key",
        5,
        MUST,
        put(
            "lambda-app-policy",
            "policy",
            '{"Statement": [{"Effect": "Allow", "Action": "*", "action": "s3:GetObject", "Resource": "*"}]}',
        ),
    ),
    ("kms-foreign-role", 2, MUST, grant("tap-key", "kms:Decrypt", "*", Principal={"AWS": ROLE})),
    (
        "kms-foreign-account",
        2,
        MUST,
        grant("tap-key", "kms:Decrypt", "*", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}),
    ),
    (
        "kms-any-foreign-condition",
        3,
        MUST,
        grant("tap-key", "kms:Decrypt", "*", Principal="*", Condition={"StringEquals": {"kms:CallerAccount": OTHER}}),
    ),
    (
        "kms-any-via-service",
        3,
        MUST,
        grant(
            "tap-key",
            "kms:Decrypt",
            "*",
            Principal="*",
            Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
        ),
    ),
    (
        "kms-admin-decrypts",
        5,
        SHOULD,
        given("tap-key", "policy", lambda found: found[0]["Action"].append("kms:Decrypt")),
    ),
    (
        "kms-via-more",
        3,
        MUST,
        given(
            "tap-key",
            "policy",
            lambda found: found[1]["Condition"]["StringEquals"]["kms:ViaService"].append("s3.us-east-1.amazonaws.com"),
        ),
    ),
    (
        "kms-caller-dropped",
        11,
        MUST,
        given("tap-key", "policy", lambda found: found[1]["Condition"]["StringEquals"].pop("kms:CallerAccount")),
    ),
    ("kms-grant-for-anybody", 11, MUST, given("tap-key", "policy", lambda found: found[2]["Condition"].pop("Bool"))),
    (
        "kms-logs-of-others",
        4,
        MUST,
        statement(
            "tap-key",
            "EncryptLogs",
            Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:*"}},
        ),
    ),
    (
        "kms-deployer-of-another-environment",
        2,
        MUST,
        statement("tap-key", "DeployTheKey", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/dev-parity-deploy-main"}),
    ),
    (
        "kms-deployer-of-review-stacks",
        2,
        MUST,
        statement("tap-key", "DeployTheKey", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/prod-parity-review"}),
    ),
    (
        "kms-comparer-decrypts-directly",
        11,
        MUST,
        statement("tap-key", "CompareThroughServices", Condition=None),
    ),
    (
        "kms-deny-all",
        11,
        MUST,
        given(
            "tap-key",
            "policy",
            lambda found: found.append({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}),
        ),
    ),
    ("kms-alarms-source-dropped", 11, MUST, statement("tap-key", "AlarmsPublish", Condition=None)),
    (
        "secret-policy-foreign",
        2,
        MUST,
        grant("secrets-credentials-policy", "secretsmanager:GetSecretValue", "*", Principal={"AWS": ROLE}),
    ),
    (
        "secret-policy-own-account",
        2,
        MUST,
        grant(
            "secrets-credentials-policy",
            "secretsmanager:GetSecretValue",
            "*",
            Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        ),
    ),
    (
        "secret-deny-neutered",
        11,
        SHOULD,
        statement(
            "secrets-credentials-policy",
            "OnlyFromThisAccount",
            Condition={"StringNotEquals": {"aws:PrincipalAccount": [ACCOUNT, OTHER]}},
        ),
    ),
    (
        "secret-deny-narrowed",
        11,
        SHOULD,
        statement("secrets-credentials-policy", "OnlyFromThisAccount", Action="secretsmanager:DeleteSecret"),
    ),
    (
        "secret-deny-tls-too",
        0,
        FINE,
        given(
            "secrets-credentials-policy",
            "policy",
            lambda found: found.append(
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "secretsmanager:*",
                    "Resource": "*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
        ),
    ),
    ("topic-foreign-account", 2, MUST, grant("monitoring-topic-policy", "sns:Publish", "*", Principal={"AWS": OTHER})),
    (
        "topic-any-source-foreign",
        3,
        MUST,
        grant(
            "monitoring-topic-policy",
            "sns:Publish",
            "*",
            Principal={"Service": "s3.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": OTHER}},
        ),
    ),
    (
        "topic-subscribe",
        2,
        MUST,
        grant(
            "monitoring-topic-policy",
            "sns:Subscribe",
            "*",
            Principal="*",
            Condition={"StringEquals": {"sns:Protocol": "https"}},
        ),
    ),
    ("topic-deny-narrowed", 11, MUST, statement("monitoring-topic-policy", "OnlyOverTls", Principal={"AWS": OTHER})),
    ("topic-deny-dropped", 11, MUST, without("monitoring-topic-policy", "OnlyOverTls")),
    (
        "topic-deny-turned",
        11,
        MUST,
        statement("monitoring-topic-policy", "OnlyOverTls", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ),
    (
        "topic-deny-all",
        10,
        MUST,
        given(
            "monitoring-topic-policy",
            "policy",
            lambda found: found.append({"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}),
        ),
    ),
    (
        "topic-source-account-dropped",
        11,
        MUST,
        given("monitoring-topic-policy", "policy", lambda found: found[0]["Condition"].pop("StringEquals")),
    ),
    ("documents-emptied", 11, MUST, document("lambda-app-policy")),
)

_REST: tuple[tuple[str, int, Deserved, Change], ...] = (
    ("function-own-second-group", 6, MUST, more(APP, "vpcConfig.securityGroupIds", "sg-0000000000000000a")),
    ("function-database-group", 6, MUST, swapped(APP, "vpcConfig.securityGroupIds", "database-security-group", "id")),
    ("function-rotation-role", 6, MUST, swapped(APP, "role", "secrets-rotation-role", "arn")),
    ("cluster-second-group", 6, MUST, more(CLUSTER, "vpcSecurityGroupIds", "sg-0000000000000000a")),
    ("cluster-function-group", 6, MUST, swapped(CLUSTER, "vpcSecurityGroupIds", "lambda-app-security-group", "id")),
    ("alarm-second-topic", 6, MUST, more("monitoring-app-errors", "alarmActions", f"arn:aws:sns:us-east-1:{OTHER}:t")),
    ("subnets-one-zone-twice", 6, MUST, lambda world: world.put("database-subnets", "subnetIds", [world.resources["database-subnets"].props["subnetIds"][0]] * 3)),
    ("subnet-of-others-too", 6, MUST, more("database-subnets", "subnetIds", "subnet-0000000000000000a")),
    ("literal-key", 6, MUST, every(put(CLUSTER, "kmsKeyId", KEY), cut(CLUSTER, "kmsKeyId"))),
    ("literal-own-key", 6, MUST, cut(CLUSTER, "kmsKeyId")),
    ("ingress-database-self", 8, SHOULD, swapped("database-ingress-app", "referencedSecurityGroupId", "database-security-group", "id")),
    ("ingress-ssh-private", 8, SHOULD, copied("database-ingress-app", "ssh", fromPort=22, toPort=22)),
    ("ingress-app-gone", 11, MUST, remove("database-ingress-app")),
    ("egress-gone", 11, MUST, remove("lambda-app-egress-database")),
    ("egress-many", 8, MUST, copied("lambda-app-egress-https", "more", cidrIpv4="128.0.0.0/9")),
    ("secret-policy-gone", 11, MUST, remove("secrets-credentials-policy")),
    ("topic-policy-gone", 11, MUST, remove("monitoring-topic-policy")),
    ("alarm-gone", 10, MUST, remove("monitoring-rotation-errors")),
    ("rotation-gone", 11, MUST, remove("secrets-schedule")),
    ("log-group-gone", 11, MUST, remove("database-logs")),
    ("alarm-missing-data-gone", 10, MUST, drop("monitoring-db-cpu-utilization", "treatMissingData")),
    ("concurrency-gone", 11, MUST, drop(APP, "reservedConcurrentExecutions")),
    ("key-policy-gone", 11, MUST, drop("tap-key", "policy")),
    ("env-key-gone", 11, MUST, drop(APP, "kmsKeyArn")),
    ("rotation-by-app", 7, MUST, swapped("secrets-schedule", "rotationLambdaArn", APP, "arn")),
    ("permission-no-source", 3, MUST, drop("secrets-rotation-permission", "sourceArn")),
    ("permission-no-account", 3, MUST, drop("secrets-rotation-permission", "sourceAccount")),
    ("permission-for-app", 2, MUST, copied("secrets-rotation-permission", "more", principal="s3.amazonaws.com")),
    ("subscription-foreign", 8, SHOULD, every(config("alarmEmail", "ops@example.com"), add(tokens.SUBSCRIPTION, "mail", {"protocol": "email", "endpoint": "evil@example.org"}, topic=TOPIC))),
    ("subscription-https", 8, MUST, add(tokens.SUBSCRIPTION, "hook", {"protocol": "https", "endpoint": "https://evil.example/hook"}, topic=TOPIC)),
    ("params-instance-log-none", 9, MUST, parameter("database-instance-parameters", "log_statement", "none")),
    ("params-instance-ssl", 9, MUST, parameter("database-instance-parameters", "rds.force_ssl", "0")),
    ("params-old-tls", 9, MUST, parameter("database-cluster-parameters", "ssl_min_protocol_version", "TLSv1")),
    ("params-new-tls", 0, FINE, parameter("database-cluster-parameters", "ssl_min_protocol_version", "TLSv1.2")),
    ("params-duplicate-ssl", 9, MUST, lambda world: world.put("database-cluster-parameters", "parameters", [{"name": "rds.force_ssl", "value": "0", "applyMethod": "immediate"}, *world.resources["database-cluster-parameters"].props["parameters"]])),
    ("params-log-connections-off", 0, FINE, parameter("database-cluster-parameters", "log_connections", "0")),
    ("params-log-connections-on", 0, FINE, parameter("database-cluster-parameters", "log_connections", "1")),
    ("params-extensions", 9, MUST, parameter("database-cluster-parameters", "rds.allowed_extensions", "*")),
    ("params-restrict-off", 9, MUST, parameter("database-cluster-parameters", "rds.restrict_password_commands", "0")),
    ("params-replication", 9, MUST, parameter("database-cluster-parameters", "rds.logical_replication", "1")),
    ("params-library", 9, MUST, parameter("database-cluster-parameters", "shared_preload_libraries", "pg_tle")),
    ("protect-role", 13, MUST, option("lambda-app-role", protect=True)),
    ("protect-data", 13, MUST, option(CLUSTER, protect=True)),
    ("ignore-all", 13, MUST, option("tap-key", ignore_changes=("*",))),
    ("ignore-policy", 13, MUST, option("lambda-app-policy", ignore_changes=("policy",))),
    ("custom-timeout", 13, SHOULD, asked(CLUSTER, customTimeouts={"create": "1s"})),
    ("retain-on-delete", 13, MUST, asked(CLUSTER, retainOnDelete=True)),
    ("deleted-with", 13, MUST, asked(CLUSTER, deletedWith="urn:pulumi:prod::parity::x::y")),
    ("replace-on-changes", 13, MUST, asked(CLUSTER, replaceOnChanges=["*"])),
    ("import", 13, MUST, asked("tap-key", **{"import": "alias/aws/rds"})),
    ("aliases", 13, MUST, asked("tap-key", aliases=["urn:pulumi:dev::parity::x::y"])),
    ("plugin-address", 13, MUST, asked("tap-key", pluginDownloadURL="https://evil.example")),
    ("plugin-checksums", 13, MUST, asked("tap-key", pluginChecksums={"linux": "00"})),
    ("plugin-version", 13, MUST, asked("tap-key", version="1.0.0")),
    ("delete-before-replace", 13, MUST, asked(CLUSTER, deleteBeforeReplace=True)),
    ("hide-diffs", 13, MUST, asked(CLUSTER, hideDiffs=["kmsKeyId"])),
    ("hooks", 13, MUST, asked(CLUSTER, hooks={"afterCreate": ["evil"]})),
    ("live-aliases", 13, MUST, option("tap-key", options={"aliases": ["urn:pulumi:dev::parity::x::y"]})),
    ("secret-outputs", 0, FINE, asked(CLUSTER, additionalSecretOutputs=["endpoint"])),
    ("provider-ignore-tags", 14, SHOULD, provider("ignoreTags", '{"keys": ["x"]}')),
    ("provider-endpoint", 14, MUST, provider("endpoints", '[{"kms": "https://evil.example"}]')),
    ("provider-assumes-role", 14, MUST, provider("assumeRoles", f'[{{"roleArn": "{ROLE}"}}]')),
    ("provider-access-key", 14, MUST, provider("accessKey", "AKIAIOSFODNN7EXAMPLE")),
    ("provider-other-region", 14, MUST, provider("region", "eu-west-1")),
    ("provider-default-tags", 14, MUST, provider("defaultTags", '{"tags": {"a": "b"}}')),
    ("provider-insecure", 14, MUST, provider("insecure", "true")),
    ("provider-explicit", 14, MUST, add(tokens.PROVIDER, "other", {"region": REGION, "profile": "evil"})),
    ("configuration-endpoint", 14, MUST, key("aws:endpoints", "[]")),
    ("configuration-key", 14, MUST, key("aws:secretKey", "x")),
    ("configuration-role", 14, MUST, key("aws:assumeRole", "{}")),
    ("configuration-pulumi", 14, MUST, key("pulumi:disable-default-providers", '["aws"]')),
    ("network-of-dev", 14, MUST, config("networkingStackRef", "organization/networking-stack/dev")),
    ("network-of-others", 14, MUST, config("networkingStackRef", "evil/networking-stack/prod")),
    ("network-local-zone", 14, MUST, config("availabilityZones", '["us-east-1-bos-1a", "us-east-1b", "us-east-1c"]')),
    ("network-other-regions-zone", 14, MUST, config("availabilityZones", '["us-east-11a", "us-east-1b", "us-east-1c"]')),
    ("bogus-data-protection", 14, MUST, config("dataProtection", "bogus")),
    ("network-zones", 14, MUST, config("availabilityZones", '["eu-west-1a", "eu-west-1b", "eu-west-1c"]')),
    ("reference-to-dev", 14, MUST, put("networking", "name", "organization/networking-stack/dev")),
    ("notes-by-program", 1, MUST, put(CLUSTER, "__defaults", ["enableHttpEndpoint"])),
    ("same-again", 0, FINE, lambda _world: None),
    # A name or an output that something else took.
    ("component-named-as-secret", 6, MUST, every(component(SECRET, {"arn": OTHER_SECRET}), grant("lambda-app-policy", "secretsmanager:GetSecretValue", [OTHER_SECRET]))),
    ("component-named-as-key", 6, MUST, every(component("tap-key", {"arn": KEY}), statement("lambda-app-policy", "DecryptTheCredential", Resource=[KEY]))),
    ("component-launders-arn", 2, MUST, every(component("x", {"arn": "arn:aws:s3:::evil"}), put(ROTATION, "sourceCodeHash", "arn:aws:s3:::evil"))),
    ("export-launders-address", 2, MUST, every(put("parity-prod", "endpoint", "https://evil.example"), put(ROTATION, "sourceCodeHash", "https://evil.example"))),
    ("twin-role", 6, MUST, twin("lambda-app-role", name="prod-other-role-main")),
    ("twin-key", 6, MUST, twin("tap-key")),
    ("twin-permission", 6, MUST, twin("secrets-rotation-permission")),
    ("twin-alarm", 10, MUST, twin("monitoring-app-errors", name="prod-more-alarm-main")),
    ("twin-bootstrap", 12, MUST, twin("secrets-bootstrap")),
    # What must be allowed, and isn't or never is.
    ("topic-allow-dropped", 10, MUST, without("monitoring-topic-policy", "AlarmsPublish")),
    ("topic-allow-never", 10, MUST, narrowed("monitoring-topic-policy", "AlarmsPublish", Bool=TLS)),
    ("topic-allow-tagged", 10, MUST, narrowed("monitoring-topic-policy", "AlarmsPublish", StringLike={"aws:PrincipalTag/x": "y"})),
    ("key-alarms-never", 10, MUST, narrowed("tap-key", "AlarmsPublish", Bool=TLS)),
    ("key-logs-never", 11, MUST, narrowed("tap-key", "EncryptLogs", Bool=TLS)),
    ("key-administration-dropped", 11, MUST, without("tap-key", "AdministerTheKey")),
    ("key-use-dropped", 11, MUST, without("tap-key", "UseThroughServices")),
    ("key-grants-dropped", 11, MUST, given("tap-key", "policy", lambda found: found.pop(2))),
    # Denies that look like hardening.
    ("topic-deny-tls", 10, MUST, denies("monitoring-topic-policy", "sns:Publish", {"Bool": {"aws:SecureTransport": "true"}})),
    ("topic-deny-services", 10, MUST, denies("monitoring-topic-policy", "sns:Publish", {"Bool": {"aws:PrincipalIsAWSService": "true"}})),
    ("topic-deny-without-account", 10, MUST, denies("monitoring-topic-policy", "sns:Publish", {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}})),
    ("key-deny-own-account", 11, MUST, denies("tap-key", "kms:*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})),
    ("key-deny-either-way", 11, MUST, denies("tap-key", "kms:*", {"Bool": {"aws:SecureTransport": ["true", "false"]}})),
    ("secret-deny-people", 11, MUST, denies("secrets-credentials-policy", "secretsmanager:*", {"Bool": {"aws:PrincipalIsAWSService": "false"}})),
    ("secret-deny-who-has-account", 11, MUST, denies("secrets-credentials-policy", "secretsmanager:*", {"Null": {"aws:PrincipalAccount": "false"}})),
    ("key-deny-without-tls", 0, FINE, denies("tap-key", "kms:*", {"Bool": TLS})),
    ("topic-deny-other-accounts", 0, FINE, denies("monitoring-topic-policy", "sns:Publish", {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})),
    # Documents that say one thing twice.
    ("document-two-statements", 5, MUST, written("lambda-app-policy", "policy", "{", '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}], ')),
    ("document-two-actions", 5, MUST, written("lambda-app-policy", "policy", '{"Action":', '{"Action": "*", "Action":')),
    ("document-two-principals", 2, MUST, written("lambda-app-role", "assumeRolePolicy", '"Principal":', '"Principal": "*", "Principal":')),
    ("document-other-element", 5, MUST, written("lambda-app-policy", "policy", "{", '{"statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}], ')),
    # Names by which others know a resource.
    ("alarm-name-that-topic-refuses", 10, MUST, put("monitoring-app-errors", "name", "prod-app-errors-main")),
    ("instance-name-that-role-refuses", 11, MUST, put(INSTANCE, "identifier", "prod-writer-main")),
    ("master-is-the-app", 5, MUST, put(CLUSTER, "masterUsername", "app_user")),
    ("bootstrap-host-of-others", 4, MUST, bootstrap(host="evil.example")),
    ("bootstrap-as-master", 5, MUST, bootstrap(username="parityowner")),
    ("bootstrap-password-as-engine", 12, MUST, bootstrap(engine="hunter2hunter2")),
    ("bootstrap-empty", 11, MUST, put("secrets-bootstrap", "secretString", "{}")),
    ("bootstrap-gone", 11, MUST, drop("secrets-bootstrap", "secretString")),
    ("image-of-another-team", 7, MUST, put(APP, "imageUri", OTHER_IMAGE)),
    ("code-from-elsewhere", 7, MUST, put(ROTATION, "code", pulumi.RemoteArchive("https://evil.example/x.zip"))),
    ("code-of-another-folder", 7, MUST, put(ROTATION, "code", pulumi.FileArchive("/tmp/evil"))),
    ("code-in-the-program", 7, MUST, put(ROTATION, "code", pulumi.AssetArchive({"handler.py": pulumi.StringAsset("evil")}))),
    ("code-is-a-text", 7, MUST, put(ROTATION, "code", "evil.zip")),
    ("code-built", 0, FINE, put(ROTATION, "code", pulumi.FileArchive("/parity/build/rotation.zip"))),
    # Rules of groups that are none of the known ones.
    ("egress-ssh-of-vpc", 8, MUST, every(copied("lambda-app-egress-https", "more", fromPort=22, toPort=22, cidrIpv4="10.2.0.0/16"), drop("more", "referencedSecurityGroupId"))),
    ("egress-ssh-to-database", 8, MUST, copied("lambda-app-egress-database", "more", fromPort=22, toPort=22)),
    ("egress-of-database", 8, MUST, every(copied("lambda-app-egress-https", "more"), swapped("more", "securityGroupId", "database-security-group", "id"))),
    ("ingress-database-itself", 8, MUST, every(copied("database-ingress-app", "more"), swapped("more", "referencedSecurityGroupId", "database-security-group", "id"))),
    ("egress-to-range", 0, FINE, every(put("lambda-app-egress-https", "cidrIpv4", "10.2.0.0/16"), drop("lambda-app-egress-https", "referencedSecurityGroupId"))),
    ("network-range-public", 14, MUST, every(remove("networking"), config("vpcCidr", "52.94.0.0/16"))),
    ("network-range-half-public", 14, MUST, put("networking", "outputs", {"vpcCidr": "128.0.0.0/1"})),
    ("configuration-region", 14, MUST, key("aws:region", "eu-west-1")),
    ("params-slow-for-ever", 9, MUST, parameter("database-cluster-parameters", "log_min_duration_statement", "2147483647")),
    ("params-slow-in-words", 9, MUST, parameter("database-cluster-parameters", "log_min_duration_statement", "off")),
    ("params-libraries-more", 9, MUST, libraries("pg_stat_statements,pg_tle")),
    ("params-ssl-one-day", 9, MUST, lambda world: world.put("database-cluster-parameters", "parameters", [{**item, "applyMethod": "pending-reboot"} for item in world.resources["database-cluster-parameters"].props["parameters"]])),
    ("rotation-both-ways", 11, MUST, put("secrets-schedule", "rotationRules", {"automaticallyAfterDays": 30, "scheduleExpression": "rate(999 days)"})),
    ("rotation-thirtieth-day", 11, MUST, put("secrets-schedule", "rotationRules", {"scheduleExpression": "cron(0 0 30/30 * ? *)"})),
    ("topic-display-name-free", 0, FINE, put(TOPIC, "displayName", "prod-alarms, see https://wiki.example.org")),
    ("function-renamed", 11, MUST, put(APP, "name", "prod-worker-main")),
    ("provider-of-other-region", 14, MUST, add(tokens.PROVIDER, "other", {"region": "eu-west-1"})),
    ("zones-of-instances", 0, FINE, every(put(INSTANCE, "availabilityZone", "us-east-1a"), put("database-instance-1", "availabilityZone", "us-east-1b"))),
    ("log-two-kinds", 0, FINE, put(CLUSTER, "enabledCloudwatchLogsExports", ["postgresql", "iam-db-auth-error"])),
    ("metric-filter", 1, MUST, new("aws:cloudwatch/logMetricFilter:LogMetricFilter", {"pattern": ""})),
    ("second-first-version", 12, MUST, copied("secrets-bootstrap", "more")),
    ("statement-in-a-list", 4, MUST, given("lambda-app-policy", "policy", lambda found: found.append([allow("*", "*")]))),
    ("deny-in-small-letters", 11, MUST, given("secrets-credentials-policy", "policy", lambda found: [item.update(Effect="deny") for item in found])),
    ("option-provider", 13, MUST, asked(CLUSTER, provider="urn:pulumi:prod::parity::pulumi:providers:aws::x::1")),
)  # fmt: skip

CHANGES: tuple[Hostile, ...] = (
    *(Hostile(name, 1, MUST, new(type_, props)) for name, type_, props in _TYPES),
    *(Hostile(name, kind, deserved, put(on, prop, value)) for name, kind, deserved, on, prop, value in _PROPERTIES),
    *(Hostile(*entry) for entry in (*_IAM, *_REST)),
)
