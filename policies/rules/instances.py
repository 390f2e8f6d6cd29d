"""Rules on the instances of a cluster: as many and as large as their environment allows, and watched."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.known.tables import known_classes
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import must_be, one_of, own_key
from policies.view import Resource, StackView

INSIGHTS_KEY = StackRule(
    id="rds-insights-own-key",
    title="Performance Insights must be encrypted with the stack's own key.",
    why="It holds the text of statements.",
    fix="Set performance_insights_kms_key_id to the stack's key on every instance.",
    types=(tokens.CLUSTER_INSTANCE,),
    judge=own_key(tokens.CLUSTER_INSTANCE, "performanceInsightsKmsKeyId"),
)

INSIGHTS = ResourceRule(
    id="rds-insights",
    title="Performance Insights must be on.",
    why="A slow database can't be explained afterwards without it.",
    fix="Set performance_insights_enabled=True on every instance.",
    types=(tokens.CLUSTER_INSTANCE,),
    severity="low",
    judge=must_be("performanceInsightsEnabled", expected=True, default=False),
)

MINOR_UPGRADE = ResourceRule(
    id="rds-minor-upgrade",
    title="AWS must upgrade minor versions.",
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
    title="Enhanced Monitoring must be on.",
    why="CloudWatch's metrics come from the hypervisor, and don't show which process takes the memory.",
    fix="Set monitoring_interval and monitoring_role_arn on every instance.",
    types=(tokens.CLUSTER_INSTANCE,),
    severity="low",
    judge=_monitored,
)

_ANEW = "a newer cfn-lint may: python -m tests.policies.engine_versions writes what it knows"
_allowed_class = one_of("instanceClass", lambda context: context.limits.database_instance_class)


def _class(resource: Resource, context: Context) -> Iterator[str]:
    if said := list(_allowed_class(resource, context)):
        yield from said
        return
    found, there = resource.text("instanceClass"), known_classes()
    if context.region not in there.regions:
        yield f"{there.source} knows no region {context.region}; {_ANEW}"
    elif found not in there.lacking:
        yield f"instanceClass {found!r} is none of Aurora PostgreSQL, as {there.source} has them; {_ANEW}"
    elif context.region in there.lacking[found]:
        others = [
            name
            for name in context.limits.database_instance_class
            if context.region not in there.lacking.get(name, [context.region])
        ]
        words = f"{context.environment} allows {', '.join(others)}, which it has" if others else "allow another"
        yield f"instanceClass {found!r} is not to be had in {context.region} ({there.source}); {words}"


INSTANCE_CLASS = ResourceRule(
    id="rds-instance-class",
    title="Instances must have a class that their environment allows and their region has.",
    why="Size alone may differ, and only as declared; a class that the region lacks stops a deployment halfway.",
    fix="Set databaseInstanceClass, or change the limits of the environment.",
    types=(tokens.CLUSTER_INSTANCE,),
    limits=("database_instance_class",),
    judge=_class,
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
    title="The cluster must have a number of instances that its environment allows.",
    why="An environment that must survive the loss of a zone has a reader in another one.",
    fix="Set databaseInstances, or change the limits of the environment.",
    types=(tokens.CLUSTER, tokens.CLUSTER_INSTANCE),
    severity="high",
    limits=("database_instances",),
    judge=_instances,
)


RULES = (INSIGHTS_KEY, INSIGHTS, MINOR_UPGRADE, ENHANCED_MONITORING, INSTANCE_CLASS, INSTANCES)
