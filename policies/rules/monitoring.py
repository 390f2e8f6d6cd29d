"""Rules on alarms, their topic and log groups: everything that must be seen is seen, and reaches somebody."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.iam import DocumentError, describe, statements
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import one_of, own_key, shown
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

LOG_RETENTION = ResourceRule(
    id="log-retention",
    title="Logs are kept as long as the limits say.",
    why="Logs kept for ever cost for ever; logs gone too soon can't be investigated.",
    fix="Set parity:logRetentionDays to an allowed number of days.",
    types=(tokens.LOG_GROUP,),
    limits=("log_retention_days",),
    judge=one_of("retentionInDays", lambda context: context.common.log_retention_days, default=0),
)

LOG_KEY = StackRule(
    id="log-own-key",
    title="Logs are encrypted with the stack's own key.",
    why="Logs hold what the system did with its data.",
    fix="Set kms_key_id to the stack's key.",
    types=(tokens.LOG_GROUP,),
    severity="high",
    judge=own_key(tokens.LOG_GROUP, "kmsKeyId"),
)

TOPIC_KEY = StackRule(
    id="sns-own-key",
    title="The topic is encrypted with the stack's own key.",
    why="Alarms can't publish to a topic that is encrypted with alias/aws/sns, and nobody is told.",
    fix="Set kms_master_key_id to the stack's key.",
    types=(tokens.TOPIC,),
    severity="high",
    judge=own_key(tokens.TOPIC, "kmsMasterKeyId"),
)


def _topic_policy(resource: Resource, _context: Context) -> Iterator[str]:
    try:
        found = statements(resource.get("policy"))
    except DocumentError:
        return  # iam-readable says so
    for statement in found:
        if statement.allows and statement.for_everyone and not statement.condition("aws:SourceAccount"):
            yield f"policy: {describe(statement)} lets anybody use the topic"
        services = [p for p in statement.principals if p.startswith("Service:")]
        if statement.allows and services and not statement.condition("aws:SourceAccount"):
            yield f"policy: {describe(statement)} doesn't bind {', '.join(services)} by aws:SourceAccount"
    denies = [s for s in found if not s.allows and s.for_everyone and s.grants("sns:Publish")]
    if not any(statement.condition("aws:SecureTransport") == ("false",) for statement in denies):
        yield "policy doesn't deny sns:Publish where aws:SecureTransport is false"


TOPIC_POLICY = ResourceRule(
    id="sns-policy",
    title="Only this account's alarms publish, over TLS.",
    why="Whoever can publish can hide a real alarm among false ones.",
    fix="Bind the service by aws:SourceAccount, and deny what comes without TLS.",
    types=(tokens.TOPIC_POLICY,),
    severity="high",
    judge=_topic_policy,
)


def _topic_has_policy(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for topic in stack.of(tokens.TOPIC):
        if not any(topic.urn in policy.depends_by("arn") for policy in stack.of(tokens.TOPIC_POLICY)):
            yield topic, "has no topic policy; CloudWatch's alarms may not publish to it"


TOPIC_HAS_POLICY = StackRule(
    id="sns-has-policy",
    title="The topic has a policy of its own.",
    why="Without it nothing says who may publish, and alarms are lost.",
    fix="Make an aws.sns.TopicPolicy for the topic.",
    types=(tokens.TOPIC, tokens.TOPIC_POLICY),
    severity="high",
    judge=_topic_has_policy,
)


def _subscribed(stack: StackView, _context: Context) -> Iterator[tuple[Resource, str]]:
    for topic in stack.of(tokens.TOPIC):
        if not any(topic.urn in item.depends_by("topic") for item in stack.of(tokens.SUBSCRIPTION)):
            yield topic, "has no subscription in this stack"


SUBSCRIBED = StackRule(
    id="sns-subscribed",
    title="Somebody is told of alarms.",
    why="An alarm that nobody hears is none.",
    fix="Set parity:alarmEmail, or subscribe to the topic outside this stack.",
    types=(tokens.TOPIC, tokens.SUBSCRIPTION),
    severity="low",
    default_level="advisory",
    judge=_subscribed,
)


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
    title="Every alarm acts on the stack's topic, and says when it is over.",
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
    title="The database and every function are watched.",
    why="What has no alarm fails unseen.",
    fix="Add the alarm to program/components/monitoring.py.",
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
        }.get(alarm.text("metricName"))
        if alarm.text("metricName") == "Errors" and apps & alarm.depends_by("dimensions"):
            allowed = limits.error_threshold
        if allowed is not None and alarm.number("threshold") not in allowed:
            words = ", ".join(str(value) for value in allowed)
            yield alarm, f"threshold is {shown(alarm.get('threshold'))}; {context.environment} allows {words}"


THRESHOLDS = StackRule(
    id="alarm-thresholds",
    title="Alarms have the thresholds that their environment allows.",
    why="A threshold that was raised in one environment hides there what the others show.",
    fix="Set the threshold in the stack file, or change the limits of the environment.",
    types=(tokens.ALARM,),
    limits=("error_threshold", "latency_threshold", "connections_threshold", "database_cpu_threshold"),
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
    title="Alarms watch what they say, the right way round, and soon.",
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
    title="Every alarm says what no data means.",
    why="A database that is gone sends no data; by default its alarms then say INSUFFICIENT_DATA to nobody.",
    fix="Set treat_missing_data to breaching or notBreaching.",
    types=(tokens.ALARM,),
    severity="low",
    judge=_missing_data,
)

RULES = (
    LOG_RETENTION,
    LOG_KEY,
    TOPIC_KEY,
    TOPIC_POLICY,
    TOPIC_HAS_POLICY,
    SUBSCRIBED,
    ACTS,
    COVERAGE,
    THRESHOLDS,
    CONDITIONS,
    MISSING_DATA,
)
