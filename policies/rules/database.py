"""Rules on Aurora: encrypted, private, backed up, of the class and size that its environment allows."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import must_be, named_by, one_of, own_key
from policies.view import Resource

_BOTH = (tokens.CLUSTER, tokens.CLUSTER_INSTANCE)
_GUESSED_NAMES = frozenset({"admin", "administrator", "postgres", "rdsadmin", "root"})
NO_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"
LEAST_SUBNETS = 2
# As whom the app connects (policies/known/service/lambda.yaml, DB_USERNAME).
APP_USER = "app_user"

ENCRYPTED = ResourceRule(
    id="rds-encrypted",
    title="The database's storage must be encrypted.",
    why="Storage, backups and snapshots of an unencrypted cluster can be read by whoever gets at them.",
    fix="Set storage_encrypted=True on the cluster.",
    types=(tokens.CLUSTER,),
    severity="critical",
    judge=must_be("storageEncrypted", expected=True, default=False),
)

OWN_KEY = StackRule(
    id="rds-own-key",
    title="The database must be encrypted with the stack's own key.",
    why="AWS's default key can't be closed, and is shared by all databases of the account.",
    fix="Set kms_key_id and master_user_secret_kms_key_id to the stack's key.",
    types=(tokens.CLUSTER,),
    severity="high",
    judge=own_key(tokens.CLUSTER, "kmsKeyId", "masterUserSecretKmsKeyId"),
)

IAM_AUTHENTICATION = ResourceRule(
    id="rds-iam-authentication",
    title="People must be able to connect with their IAM identity.",
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
    title="RDS must manage the master credential.",
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
    if found.lower() == APP_USER:
        yield f"masterUsername is {found!r}, the app's own; the app would be the master"


ADMIN_NAME = ResourceRule(
    id="rds-admin-name",
    title="The master user must have a name of its own.",
    why="The usual names are the ones that are tried.",
    fix="Set master_username to something else.",
    types=(tokens.CLUSTER,),
    judge=_admin_name,
)

BACKUP_RETENTION = ResourceRule(
    id="rds-backup-retention",
    title="Backups must be kept as long as the limits say.",
    why="Environments with different backups can't be restored alike.",
    fix="Set backupRetentionDays to an allowed number of days.",
    types=(tokens.CLUSTER,),
    severity="high",
    limits=("backup_retention_days",),
    # AWS keeps one day where nothing is said.
    judge=one_of("backupRetentionPeriod", lambda context: context.common.backup_retention_days, default=1),
)

COPY_TAGS = ResourceRule(
    id="rds-copy-tags",
    title="Snapshots must carry the database's tags.",
    why="A snapshot without tags belongs to nobody.",
    fix="Set copy_tags_to_snapshot=True.",
    types=(tokens.CLUSTER,),
    severity="low",
    judge=must_be("copyTagsToSnapshot", expected=True, default=False),
)

NOT_PUBLIC = ResourceRule(
    id="rds-not-public",
    title="The database must have no public address.",
    why="A public address is an invitation that a security group alone must turn down.",
    fix="Set publicly_accessible=False.",
    types=_BOTH,
    severity="critical",
    judge=must_be("publiclyAccessible", expected=False, default=False),
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
    if resource.type == tokens.CLUSTER and resource.get("allowMajorVersionUpgrade", False) != engine.major_upgrade:
        yield f"allowMajorVersionUpgrade is not {str(engine.major_upgrade).lower()}, as the limits' majorUpgrade is"
    if resource.type == tokens.CLUSTER and resource.text("engineLifecycleSupport") != NO_EXTENDED_SUPPORT:
        yield f"engineLifecycleSupport is not {NO_EXTENDED_SUPPORT}; AWS charges for extended support without asking"


ENGINE_SUPPORTED = ResourceRule(
    id="rds-engine-version",
    title="The engine must be a version that the limits allow.",
    why="An old version can't be created again, and environments must run the same one.",
    fix="Set databaseEngineVersion to an allowed version, in every stack at once.",
    types=_BOTH,
    severity="high",
    limits=("database_engine",),
    judge=_engine_supported,
)


def _subnets(resource: Resource, _context: Context) -> Iterator[str]:
    found = resource.items("subnetIds")
    if len(found) < LEAST_SUBNETS:
        yield f"subnetIds has {len(found)} subnets; a cluster needs {LEAST_SUBNETS} or more, in different zones"


SUBNETS = ResourceRule(
    id="rds-subnets",
    title="The database must be able to run in several zones.",
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
    title="The database must listen on a port other than the default.",
    why="Scans try the default ports.",
    fix="Set another port on the cluster and in the rules of the security groups.",
    types=(tokens.CLUSTER,),
    severity="low",
    default_level="advisory",
    judge=_port,
)


BACKUP_PLAN = StackRule(
    id="rds-backup-plan",
    title="The database must be in an AWS Backup plan.",
    why="Automated backups stay in the cluster's own account and region, and go with them.",
    fix="Make an aws.backup.Plan that copies to another region, and an aws.backup.Selection with the cluster.",
    types=(tokens.CLUSTER, tokens.BACKUP_SELECTION),
    default_level="advisory",
    judge=named_by(
        tokens.CLUSTER,
        tokens.BACKUP_SELECTION,
        "resources",
        "is in no AWS Backup plan of this stack; its backups are where the cluster is",
    ),
)


RULES = (
    ENCRYPTED,
    OWN_KEY,
    IAM_AUTHENTICATION,
    MASTER_CREDENTIAL,
    ADMIN_NAME,
    BACKUP_RETENTION,
    BACKUP_PLAN,
    COPY_TAGS,
    NOT_PUBLIC,
    ENGINE_SUPPORTED,
    SUBNETS,
    NONDEFAULT_PORT,
)
