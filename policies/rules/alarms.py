"""Rules on alarms: everything that must be seen is seen, and soon."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.limits import CommonLimits
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import shown
from policies.view import Resource, StackView

_DATABASE_METRICS = ("CPUUtilization", "DatabaseConnections", "FreeableMemory")
_READER_METRICS = ("AuroraReplicaLag",)
_FUNCTION_METRICS = ("Errors", "Throttles")
_APP_METRICS = ("Duration",)
# By metric: its namespace, the comparison, and the statistics that mean something.
_CONDITIONS = {
    "AuroraReplicaLag": ("AWS/RDS", "GreaterThanThreshold", ("Maximum", "Average")),
    "CPUUtilization": ("AWS/RDS", "GreaterThanThreshold", ("Average", "Maximum")),
    "DatabaseConnections": ("AWS/RDS", "GreaterThanThreshold", ("Maximum", "Average")),
    "Duration": ("AWS/Lambda", "GreaterThanThreshold", ("p95", "p99", "Maximum")),
    "Errors": ("AWS/Lambda", "GreaterThanThreshold", ("Sum",)),
    "FreeableMemory": ("AWS/RDS", "LessThanThreshold", ("Average", "Minimum")),
    "Throttles": ("AWS/Lambda", "GreaterThanThreshold", ("Sum",)),
}
_SLOWEST_SECONDS = 900
_GIB = 1024**3


def _acts(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for alarm in stack.of(tokens.ALARM):
        if not alarm.flag("actionsEnabled", default=True):
            yield alarm, "actionsEnabled is false; the alarm tells nobody"
        for prop in ("alarmActions", "okActions"):
            if not alarm.items(prop):
                yield alarm, f"{prop} is empty; it must be the stack's topic"
            elif not stack.by_urn(alarm.depends_by(prop), tokens.TOPIC):
                yield alarm, f"{prop} is no topic of this stack"


ACTS = StackRule(
    id="alarm-actions",
    title="Every alarm must notify the stack's topic, when it starts and when it ends.",
    why="An alarm without an action changes a colour in a console.",
    fix="Set alarm_actions and ok_actions to the topic's ARN.",
    types=(tokens.ALARM,),
    severity="high",
    judge=_acts,
)


def _coverage(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    alarms = list(stack.of(tokens.ALARM))
    for cluster in stack.of(tokens.CLUSTER):
        members = [i for i in stack.of(tokens.CLUSTER_INSTANCE) if cluster.urn in i.depends_by("clusterIdentifier")]
        wanted = _DATABASE_METRICS + (_READER_METRICS if len(members) > 1 else ())
        yield from _missing(cluster, wanted, alarms)
    for function in stack.of(tokens.FUNCTION):
        is_app = function.get("packageType") == "Image"
        yield from _missing(function, _FUNCTION_METRICS + (_APP_METRICS if is_app else ()), alarms)


def _missing(resource: Resource, metrics: tuple[str, ...], alarms: list[Resource]) -> Iterator[tuple[Resource, str]]:
    watched = {alarm.text("metricName") for alarm in alarms if resource.urn in alarm.depends_by("dimensions")}
    for metric in metrics:
        if metric not in watched:
            yield resource, f"has no alarm on {metric}"


COVERAGE = StackRule(
    id="alarm-coverage",
    title="The database and every function must have alarms.",
    why="What has no alarm fails unseen.",
    fix="Add the alarm to program/service/components/monitoring.py.",
    types=(tokens.ALARM, tokens.CLUSTER, tokens.FUNCTION),
    severity="high",
    judge=_coverage,
)


def _thresholds(stack: StackView, context: Context) -> Iterator[tuple[Resource, str]]:
    limits, common = context.limits, context.common
    apps = frozenset(item.urn for item in stack.of(tokens.FUNCTION) if item.get("packageType") == "Image")
    for alarm in stack.of(tokens.ALARM):
        allowed = {
            "CPUUtilization": common.database_cpu_threshold,
            "DatabaseConnections": limits.connections_threshold,
            "Duration": limits.latency_threshold,
            # One call that could not start is one too many, and so is a failed step of a rotation.
            "Errors": [0],
            "Throttles": [0],
            "AuroraReplicaLag": common.replica_lag_threshold,
            "FreeableMemory": _least_memory(stack, common),
        }.get(alarm.text("metricName"))
        if alarm.text("metricName") == "Errors" and apps & alarm.depends_by("dimensions"):
            allowed = limits.error_threshold
        if allowed is not None and alarm.number("threshold") not in allowed:
            words = ", ".join(str(value) for value in allowed)
            yield alarm, f"threshold is {shown(alarm.get('threshold'))}; {context.environment} allows {words}"


def _least_memory(stack: StackView, common: CommonLimits) -> list[int]:
    """Return the free memory in bytes of which the smallest instance may have no less."""
    classes = {item.text("instanceClass") for item in stack.of(tokens.CLUSTER_INSTANCE)}
    return [
        int(common.instance_memory_gib[found] * _GIB * common.free_memory_share)
        for found in sorted(classes & set(common.instance_memory_gib))
    ]


THRESHOLDS = StackRule(
    id="alarm-thresholds",
    title="Alarms must have thresholds that their environment allows.",
    why="A threshold that was raised in one environment hides there what the others show.",
    fix="Set the threshold in the stack file, or change the limits of the environment.",
    types=(tokens.ALARM,),
    limits=(
        "error_threshold",
        "latency_threshold",
        "connections_threshold",
        "database_cpu_threshold",
        "free_memory_share",
        "replica_lag_threshold",
    ),
    judge=_thresholds,
)


def _condition(resource: Resource, _context: Context) -> Iterator[str]:
    metric = resource.text("metricName")
    if metric not in _CONDITIONS:
        return
    namespace, operator, statistics = _CONDITIONS[metric]
    for prop, wanted in (("namespace", namespace), ("comparisonOperator", operator)):
        if resource.text(prop) != wanted:
            yield f"{prop} is not {wanted}; the alarm on {metric} would never sound"
    statistic = resource.text("statistic") or resource.text("extendedStatistic")
    if statistic not in statistics:
        yield f"the statistic of {metric} is not {' or '.join(statistics)}; the alarm would mean something else"
    seconds = (resource.number("period") or 0) * (resource.number("evaluationPeriods") or 0)
    if not 0 < seconds <= _SLOWEST_SECONDS:
        yield f"sounds after {seconds:g} seconds (period times evaluationPeriods); at most {_SLOWEST_SECONDS} may pass"


CONDITIONS = ResourceRule(
    id="alarm-conditions",
    title="Alarms must watch the right metric, in the right direction, and soon enough.",
    why="An alarm with its comparison turned round, or over a day, is quiet when it matters.",
    fix="Set namespace, comparison_operator, statistic, period and evaluation_periods as the metric needs.",
    types=(tokens.ALARM,),
    severity="high",
    judge=_condition,
)


def _missing_data(resource: Resource, _context: Context) -> Iterator[str]:
    if resource.peek("treatMissingData") is None:
        yield "treatMissingData is not set; an alarm without data would say nothing"


MISSING_DATA = ResourceRule(
    id="alarm-missing-data",
    title="Every alarm must say what missing data means.",
    why="A database that is gone sends no data; by default its alarms then say INSUFFICIENT_DATA to nobody.",
    fix="Set treat_missing_data to breaching or notBreaching.",
    types=(tokens.ALARM,),
    severity="low",
    judge=_missing_data,
)


RULES = (ACTS, COVERAGE, THRESHOLDS, CONDITIONS, MISSING_DATA)
