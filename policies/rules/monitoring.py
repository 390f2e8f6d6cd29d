"""Rules on log groups and the alarms' topic: kept, encrypted, and heard by somebody."""

from __future__ import annotations

from collections.abc import Iterator

from policies import tokens
from policies.context import Context
from policies.iam import DocumentError, describe, statements
from policies.rule import ResourceRule, StackRule
from policies.rules.shapes import named_by, one_of, own_key
from policies.view import Resource

LOG_RETENTION = ResourceRule(
    id="log-retention",
    title="Logs must be kept as long as the limits say.",
    why="Logs kept for ever cost for ever; logs gone too soon can't be investigated.",
    fix="Set logRetentionDays to an allowed number of days.",
    types=(tokens.LOG_GROUP,),
    limits=("log_retention_days",),
    judge=one_of("retentionInDays", lambda context: context.common.log_retention_days, default=0),
)

LOG_KEY = StackRule(
    id="log-own-key",
    title="Logs must be encrypted with the stack's own key.",
    why="Logs hold what the system did with its data.",
    fix="Set kms_key_id to the stack's key.",
    types=(tokens.LOG_GROUP,),
    severity="high",
    judge=own_key(tokens.LOG_GROUP, "kmsKeyId"),
)

TOPIC_KEY = StackRule(
    id="sns-own-key",
    title="The topic must be encrypted with the stack's own key.",
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
    title="Only this account's alarms may publish to the topic, over TLS.",
    why="Whoever can publish can hide a real alarm among false ones.",
    fix="Bind the service by aws:SourceAccount, and deny what comes without TLS.",
    types=(tokens.TOPIC_POLICY,),
    severity="high",
    judge=_topic_policy,
)


TOPIC_HAS_POLICY = StackRule(
    id="sns-has-policy",
    title="The topic must have a policy of its own.",
    why="Without it nothing says who may publish, and alarms are lost.",
    fix="Make an aws.sns.TopicPolicy for the topic.",
    types=(tokens.TOPIC, tokens.TOPIC_POLICY),
    severity="high",
    judge=named_by(
        tokens.TOPIC, tokens.TOPIC_POLICY, "arn", "has no topic policy; CloudWatch's alarms may not publish to it"
    ),
)


SUBSCRIBED = StackRule(
    id="sns-subscribed",
    title="Somebody must be told of alarms.",
    why="An alarm that nobody hears is none.",
    fix="Set alarmEmail, or subscribe to the topic outside this stack.",
    types=(tokens.TOPIC, tokens.SUBSCRIPTION),
    severity="low",
    default_level="advisory",
    judge=named_by(tokens.TOPIC, tokens.SUBSCRIPTION, "topic", "has no subscription in this stack"),
)


def _subscriber(resource: Resource, context: Context) -> Iterator[str]:
    wanted = context.stack.get("alarmEmail")
    if wanted is not None and resource.get("endpoint") != wanted:
        yield f"endpoint is not the address of {context.stack.key('alarmEmail')}; alarms would go to somebody else"


SUBSCRIBER = ResourceRule(
    id="sns-known-subscriber",
    title="Alarms must go to the address that the stack file names.",
    why="Whoever hears the alarms knows when the system is weak.",
    fix="Set alarmEmail, and subscribe nobody else in the program.",
    types=(tokens.SUBSCRIPTION,),
    judge=_subscriber,
)


RULES = (SUBSCRIBER, LOG_RETENTION, LOG_KEY, TOPIC_KEY, TOPIC_POLICY, TOPIC_HAS_POLICY, SUBSCRIBED)
