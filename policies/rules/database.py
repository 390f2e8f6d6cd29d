"""Rules on Aurora: encrypted, private, backed up, of the class and size that its environment allows."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import must_be, one_of, own_key
from policies.view import Resource, StackView

_BOTH = (tokens.CLUSTER, tokens.CLUSTER_INSTANCE)
_GUESSED_NAMES = frozenset({"admin", "administrator", "postgres", "rdsadmin", "root"})
NO_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"
LEAST_SUBNETS = 2

ENCRYPTED = ResourceRule(
    id="rds-encrypted",
    title="The database's storage is encrypted.",
    why="Storage, backups and snapshots of an unencrypted cluster can be read by whoever gets at them.",
    fix="Set storage_encrypted=True on the cluster.",
    types=(tokens.CLUSTER,),
    severity="critical",
    judge=must_be("storageEncrypted", expected=True, default=False),
)

OWN_KEY = StackRule(
    id="rds-own-key",
    title="The database is encrypted with the stack's own key.",
    why="AWS's default key can't be closed, and is shared by all databases of the account.",
    fix="Set kms_key_id and master_user_secret_kms_key_id to the stack's key.",
    types=(tokens.CLUSTER,),
    severity="high",
    judge=own_key(tokens.CLUSTER, "kmsKeyId", "masterUserSecretKmsKeyId"),
)

INSIGHTS_KEY = StackRule(
    id="rds-insights-own-key",
    title="Performance Insights is encrypted with the stack's own key.",
    why="It holds the text of statements.",
    fix="Set performance_insights_kms_key_id to the stack's key on every instance.",
    types=(tokens.CLUSTER_INSTANCE,),
    judge=own_key(tokens.CLUSTER_INSTANCE, "performanceInsightsKmsKeyId"),
)

INSIGHTS = ResourceRule(
    id="rds-insights",
    title="Performance Insights is on.",
    why="A slow database can't be explained afterwards without it.",
    fix="Set performance_insights_enabled=True on every instance.",
    types=(tokens.CLUSTER_INSTANCE,),
    severity="low",
    judge=must_be("performanceInsightsEnabled", expected=True, default=False),
)

IAM_AUTHENTICATION = ResourceRule(
    id="rds-iam-authentication",
    title="People can connect with their IAM identity.",
    why="Without it, people share passwords.",
    fix="Set iam_database_authentication_enabled=True on the cluster.",
    types=(tokens.CLUSTER,),
    judge=must_be("iamDatabaseAuthenticationEnabled", expected=True, default=False),
)


def _master_credential(resource: Resource, _context: Context) -> Iterator[str]:
    if not resource.flag("manageMasterUserPassword", default=False):
        yield "manageMasterUserPassword is not true; RDS must make and rotate the master credential"
    if resource.peek("masterPassword") is not None:
        yield "masterPassword is set; it would stand in Pulumi's state"


MASTER_CREDENTIAL = ResourceRule(
    id="rds-master-credential",
    title="RDS manages the master credential.",
    why="A password that the program knows stands in state, and nobody rotates it.",
    fix="Set manage_master_user_password=True, and no master_password.",
    types=(tokens.CLUSTER,),
    severity="critical",
    judge=_master_credential,
)


def _admin_name(resource: Resource, _context: Context) -> Iterator[str]:
    found = resource.text("masterUsername")
    if found.lower() in _GUESSED_NAMES or not found:
        yield f"masterUsername is {found!r}; choose a name that nobody guesses first"


ADMIN_NAME = ResourceRule(
    id="rds-admin-name",
    title="The master user has a name of its own.",
    why="The usual names are the ones that are tried.",
    fix="Set master_username to something else.",
    types=(tokens.CLUSTER,),
    judge=_admin_name,
)

BACKUP_RETENTION = ResourceRule(
    id="rds-backup-retention",
    title="Backups are kept as long as the limits say.",
    why="Environments with different backups can't be restored alike.",
    fix="Set parity:backupRetentionDays to an allowed number of days.",
    types=(tokens.CLUSTER,),
    severity="high",
    limits=("backup_retention_days",),
    # AWS keeps one day where nothing is said.
    judge=one_of("backupRetentionPeriod", lambda context: context.common.backup_retention_days, default=1),
)

COPY_TAGS = ResourceRule(
    id="rds-copy-tags",
    title="Snapshots carry the database's tags.",
    why="A snapshot without tags belongs to nobody.",
    fix="Set copy_tags_to_snapshot=True.",
    types=(tokens.CLUSTER,),
    severity="low",
    judge=must_be("copyTagsToSnapshot", expected=True, default=False),
)

NOT_PUBLIC = ResourceRule(
    id="rds-not-public",
    title="The database has no public address.",
    why="A public address is an invitation that a security group alone must turn down.",
    fix="Set publicly_accessible=False.",
    types=_BOTH,
    severity="critical",
    judge=must_be("publiclyAccessible", expected=False, default=False),
)

MINOR_UPGRADE = ResourceRule(
    id="rds-minor-upgrade",
    title="Minor versions are upgraded by AWS.",
    why="Minor versions close holes.",
    fix="Set auto_minor_version_upgrade=True, or accept that upgrades are changes of databaseEngineVersion.",
    types=(tokens.CLUSTER_INSTANCE,),
    default_level="advisory",
    judge=must_be("autoMinorVersionUpgrade", expected=True, default=True),
)


def _monitored(resource: Resource, _context: Context) -> Iterator[str]:
    interval = resource.number("monitoringInterval") or 0
    if not 1 <= interval <= 60:  # noqa: PLR2004  # RDS takes 0 (off), 1, 5, 10, 15, 30 or 60 seconds
        yield f"monitoringInterval is {interval:g}; it must be 1 to 60 seconds"
    if resource.peek("monitoringRoleArn") is None:
        yield "monitoringRoleArn is not set; Enhanced Monitoring needs a role"


ENHANCED_MONITORING = ResourceRule(
    id="rds-enhanced-monitoring",
    title="Enhanced Monitoring is on.",
    why="CloudWatch's metrics come from the hypervisor, and don't show which process takes the memory.",
    fix="Set monitoring_interval and monitoring_role_arn on every instance.",
    types=(tokens.CLUSTER_INSTANCE,),
    severity="low",
    judge=_monitored,
)


def _engine_supported(resource: Resource, context: Context) -> Iterator[str]:
    engine = context.common.database_engine
    wanted = engine.family.removesuffix(str(engine.major))
    if resource.text("engine") != wanted:
        yield f"engine is not {wanted}"
    version = resource.text("engineVersion")
    if version not in engine.supported:
        why = "AWS no longer creates it" if version in engine.retired else "it isn't allowed"
        yield f"engineVersion is {version!r}: {why}; take one of {', '.join(engine.supported)}"
    if resource.type == tokens.CLUSTER and resource.text("engineLifecycleSupport") != NO_EXTENDED_SUPPORT:
        yield f"engineLifecycleSupport is not {NO_EXTENDED_SUPPORT}; AWS charges for extended support without asking"


ENGINE_SUPPORTED = ResourceRule(
    id="rds-engine-version",
    title="The engine is a version that the limits allow.",
    why="An old version can't be created again, and environments must run the same one.",
    fix="Set parity:databaseEngineVersion to an allowed version, in every stack at once.",
    types=_BOTH,
    severity="high",
    limits=("database_engine",),
    judge=_engine_supported,
)

INSTANCE_CLASS = ResourceRule(
    id="rds-instance-class",
    title="Instances have a class that their environment allows.",
    why="Size is the one thing that may differ, and only as declared.",
    fix="Set parity:databaseInstanceClass, or change the limits of the environment.",
    types=(tokens.CLUSTER_INSTANCE,),
    limits=("database_instance_class",),
    judge=one_of("instanceClass", lambda context: context.limits.database_instance_class),
)


def _instances(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    for cluster in stack.of(tokens.CLUSTER):
        members = [
            item for item in stack.of(tokens.CLUSTER_INSTANCE) if cluster.urn in item.depends_by("clusterIdentifier")
        ]
        if len(members) not in context.limits.database_instances:
            allowed = ", ".join(str(count) for count in context.limits.database_instances)
            yield cluster, f"has {len(members)} instances; {context.environment} allows {allowed}"
        pinned = {zone for item in members if isinstance(zone := item.peek("availabilityZone"), str)}
        if len(members) > 1 and len(pinned) == 1 and all(item.peek("availabilityZone") for item in members):
            yield cluster, f"all instances are pinned to {pinned.pop()}; a reader must be in another zone"


INSTANCES = StackRule(
    id="rds-instances",
    title="The cluster has as many instances as its environment allows.",
    why="An environment that must survive the loss of a zone has a reader in another one.",
    fix="Set parity:databaseInstances, or change the limits of the environment.",
    types=(tokens.CLUSTER, tokens.CLUSTER_INSTANCE),
    severity="high",
    limits=("database_instances",),
    judge=_instances,
)


def _subnets(resource: Resource, _context: Context) -> Iterator[str]:
    found = resource.items("subnetIds")
    if len(found) < LEAST_SUBNETS:
        yield f"subnetIds has {len(found)} subnets; a cluster needs {LEAST_SUBNETS} or more, in different zones"


SUBNETS = ResourceRule(
    id="rds-subnets",
    title="The database may live in several zones.",
    why="A cluster in one zone ends with it.",
    fix="Give the subnet group the private subnets of every availability zone.",
    types=(tokens.SUBNET_GROUP,),
    judge=_subnets,
)


def _port(resource: Resource, _context: Context) -> Iterator[str]:
    port = resource.number("port") or 5432
    if port == 5432:  # noqa: PLR2004  # PostgreSQL's own
        yield "port is 5432, the one that is tried first"


NONDEFAULT_PORT = ResourceRule(
    id="rds-nondefault-port",
    title="The database listens on a port of its own.",
    why="Scans try the default ports.",
    fix="Set another port on the cluster and in the rules of the security groups.",
    types=(tokens.CLUSTER,),
    severity="low",
    default_level="advisory",
    judge=_port,
)

RULES = (
    ENCRYPTED,
    OWN_KEY,
    INSIGHTS_KEY,
    INSIGHTS,
    IAM_AUTHENTICATION,
    MASTER_CREDENTIAL,
    ADMIN_NAME,
    BACKUP_RETENTION,
    COPY_TAGS,
    NOT_PUBLIC,
    MINOR_UPGRADE,
    ENHANCED_MONITORING,
    ENGINE_SUPPORTED,
    INSTANCE_CLASS,
    INSTANCES,
    SUBNETS,
    NONDEFAULT_PORT,
)
