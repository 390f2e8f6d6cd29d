"""Rules on what Aurora is told: parameter groups, and the logs that come of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies import tokens
from policies.context import Context
from policies.known.judging import judged, words
from policies.known.tables import known_parameters
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import owns_log_group, shown
from policies.view import UNKNOWN, Resource, StackView, Undecided

_GROUPS = (tokens.CLUSTER_PARAMETERS, tokens.PARAMETERS)
# Changes of these need a reboot; AWS refuses them with apply_method immediate
# (Amazon Aurora User Guide, Aurora PostgreSQL parameters).
_STATIC = frozenset({"shared_preload_libraries", "max_connections", "track_activity_query_size"})
# What closes the database, and may change at any time.
_AT_ONCE = frozenset({"rds.force_ssl", "password_encryption", "rds.accepted_password_auth_method"})
_AUTHENTICATION = {"password_encryption": "scram-sha-256", "rds.accepted_password_auth_method": "scram"}


def parameters(group: Resource) -> dict[str, dict[str, Any]]:
    """Return the group's parameters by name; raise Undecided where a name isn't known."""
    found: dict[str, dict[str, Any]] = {}
    for index, item in enumerate(group.items("parameters")):
        if item is UNKNOWN or not isinstance(item, dict) or item.get("name") is UNKNOWN:
            raise Undecided(f"parameters[{index}]", group.urn)
        found[str(item.get("name"))] = item
    return found


def _value(group: Resource, name: str) -> str | None:
    value = parameters(group).get(name, {}).get("value")
    if value is UNKNOWN:
        raise Undecided(f"parameters: {name}", group.urn)
    return None if value is None else str(value)


def _known_parameters(resource: Resource, context: Context) -> Iterator[str]:
    known = next(group.parameters for group in known_parameters().groups if group.type == resource.type)
    items = [item for item in resource.items("parameters") if isinstance(item, dict)]
    # A name that isn't known yet is decided when it is.
    named = [(str(item["name"]), item.get("value")) for item in items if item.get("name", UNKNOWN) is not UNKNOWN]
    names = [name for name, _ in named]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} stands more than once; which one counts is not said"
    for name, value in named:
        if name not in known:
            yield (
                f"parameter {name} is not known; nothing judges it. Remove it, or add it to "
                f"policies/known/parameters.yaml under {resource.type} with the rule that judges it or the reason why "
                f"any value is good"
            )
        elif known[name].by_value and value is not UNKNOWN and not judged(known[name], value, context):
            yield f"{name} is {shown(value)}; it must be {words(known[name], context)}"
    if len(named) < len(items):
        raise Undecided("parameters", resource.urn)


KNOWN_PARAMETERS = ResourceRule(
    id="rds-known-parameters",
    title="Database parameters must be known ones, each set once.",
    why="An instance's parameter goes before the cluster's, and a parameter that stands twice hides the other.",
    fix="Remove the parameter, or add it to policies/known/parameters.yaml with its judge.",
    types=_GROUPS,
    severity="high",
    judge=_known_parameters,
)


def _cluster_groups(stack: StackView) -> Iterator[tuple[Resource, list[Resource]]]:
    for cluster in stack.of(tokens.CLUSTER):
        urns = cluster.depends_by("dbClusterParameterGroupName")
        yield cluster, stack.by_urn(urns, tokens.CLUSTER_PARAMETERS)


def _force_ssl(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for cluster, groups in _cluster_groups(stack):
        if not groups:
            yield cluster, "dbClusterParameterGroupName is no group of this stack, so nothing makes TLS mandatory"
        for group in groups:
            found = _value(group, "rds.force_ssl")
            if found != "1":
                yield group, f"rds.force_ssl is {found or 'not set'}; it must be 1 (AWS's default up to 16 is 0)"


FORCE_SSL = StackRule(
    id="rds-force-ssl",
    title="The database must take TLS connections only.",
    why="Without it a client that forgets TLS sends its data in the clear.",
    fix="Set rds.force_ssl to 1 in the cluster's parameter group.",
    types=(tokens.CLUSTER, tokens.CLUSTER_PARAMETERS),
    severity="critical",
    judge=_force_ssl,
)


def _scram(resource: Resource, _context: Context) -> Iterator[str]:
    for name, wanted in _AUTHENTICATION.items():
        found = _value(resource, name)
        if found != wanted:
            yield f"{name} is {found or 'not set'}; it must be {wanted}"


SCRAM = ResourceRule(
    id="rds-scram",
    title="Passwords must be stored and sent as SCRAM only.",
    why="An md5 hash is as good as the password.",
    fix="Set password_encryption and rds.accepted_password_auth_method in the cluster's parameter group.",
    types=(tokens.CLUSTER_PARAMETERS,),
    severity="high",
    judge=_scram,
)


def _query_logging(resource: Resource, context: Context) -> Iterator[str]:
    found = _value(resource, "log_statement")
    if found not in context.common.log_statement:
        allowed = ", ".join(context.common.log_statement)
        yield f"log_statement is {found or 'not set'}; the limits allow {allowed}"
    if _value(resource, "log_min_duration_statement") in (None, "-1"):
        yield "log_min_duration_statement is off; slow statements must be logged"


QUERY_LOGGING = ResourceRule(
    id="rds-query-logging",
    title="The database must log what the limits ask for.",
    why="What isn't logged can't be investigated, and environments must log alike.",
    fix="Set logStatement, and log_min_duration_statement in the cluster's parameter group.",
    types=(tokens.CLUSTER_PARAMETERS,),
    limits=("log_statement",),
    judge=_query_logging,
)


def _log_statement_all(resource: Resource, _context: Context) -> Iterator[str]:
    if _value(resource, "log_statement") == "all":
        yield "log_statement is all; statements with secrets in them reach the log"


LOG_STATEMENT_ALL = ResourceRule(
    id="rds-log-statement-all",
    title="The log must hold no statement that may carry a secret.",
    why="A password set in plain SQL stands in the log for as long as the log is kept.",
    fix="Set logStatement to ddl or mod.",
    types=(tokens.CLUSTER_PARAMETERS,),
    default_level="advisory",
    judge=_log_statement_all,
)


def _pgaudit(resource: Resource, _context: Context) -> Iterator[str]:
    libraries = (_value(resource, "shared_preload_libraries") or "").split(",")
    if "pgaudit" not in [library.strip() for library in libraries]:
        yield "shared_preload_libraries doesn't have pgaudit"


PGAUDIT = ResourceRule(
    id="rds-pgaudit",
    title="The database must keep an audit log.",
    why="pgaudit says who did what, where log_statement says only what.",
    fix="Add pgaudit to shared_preload_libraries and set pgaudit.log.",
    types=(tokens.PARAMETERS,),
    severity="low",
    default_level="advisory",
    judge=_pgaudit,
)


def _statistics(resource: Resource, _context: Context) -> Iterator[str]:
    libraries = (_value(resource, "shared_preload_libraries") or "").split(",")
    if "pg_stat_statements" not in [library.strip() for library in libraries]:
        yield "shared_preload_libraries doesn't have pg_stat_statements"


STATISTICS = ResourceRule(
    id="rds-statement-statistics",
    title="The database must keep statistics of its statements.",
    why="Which statement is slow is the first question of every incident.",
    fix="Set shared_preload_libraries to pg_stat_statements in the instances' parameter group.",
    types=(tokens.PARAMETERS,),
    severity="low",
    judge=_statistics,
)


def _apply_method(resource: Resource, context: Context) -> Iterator[str]:
    for name, item in sorted(parameters(resource).items()):
        method = item.get("applyMethod")
        if name in _STATIC and method != "pending-reboot" and method is not UNKNOWN:
            yield f"{name} has applyMethod {method or 'immediate'}; AWS takes only pending-reboot for it"
        # Live, AWS answers a method of its own for what holds its default.
        if not context.is_live and name in _AT_ONCE and method == "pending-reboot":
            yield f"{name} has applyMethod pending-reboot; it would hold only after a reboot that nobody makes"


APPLY_METHOD = ResourceRule(
    id="rds-apply-method",
    title="Static parameters must wait for a reboot.",
    why="AWS refuses a static parameter with apply_method immediate, in the middle of a deployment.",
    fix='Set apply_method="pending-reboot".',
    types=_GROUPS,
    judge=_apply_method,
)


def _family(resource: Resource, context: Context) -> Iterator[str]:
    found, wanted = resource.text("family"), context.common.database_engine.family
    if found != wanted:
        yield f"family is {found!r}; the engine's is {wanted}"


FAMILY = ResourceRule(
    id="rds-parameter-family",
    title="Parameter groups must be of the engine's family.",
    why="AWS refuses a group of another major version when the cluster is made.",
    fix="Take the family from the limits' databaseEngine.",
    types=_GROUPS,
    limits=("database_engine",),
    judge=_family,
)


def _log_export(resource: Resource, _context: Context) -> Iterator[str]:
    if "postgresql" not in resource.items("enabledCloudwatchLogsExports"):
        yield "enabledCloudwatchLogsExports doesn't have postgresql"


LOG_EXPORT = ResourceRule(
    id="rds-log-export",
    title="The database's log must go to CloudWatch.",
    why="A log on the instance is gone with it.",
    fix='Set enabled_cloudwatch_logs_exports=["postgresql"].',
    types=(tokens.CLUSTER,),
    judge=_log_export,
)


def _log_group(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for cluster in stack.of(tokens.CLUSTER):
        wanted = f"/aws/rds/cluster/{cluster.text('clusterIdentifier')}/postgresql"
        yield from owns_log_group(stack, cluster, wanted, "RDS")


LOG_GROUP = StackRule(
    id="rds-log-group",
    title="The stack must own the database's log group, and create it first.",
    why="RDS makes the group by itself: unencrypted, kept for ever, and left behind.",
    fix="Make the log group before the cluster, and let the cluster depend on it.",
    types=(tokens.CLUSTER, tokens.LOG_GROUP),
    severity="high",
    judge=_log_group,
)

RULES = (
    KNOWN_PARAMETERS,
    FORCE_SSL,
    SCRAM,
    QUERY_LOGGING,
    LOG_STATEMENT_ALL,
    PGAUDIT,
    STATISTICS,
    APPLY_METHOD,
    FAMILY,
    LOG_EXPORT,
    LOG_GROUP,
)
