"""Alarms on the app, the database and the rotation; all of them act on one topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_aws import cloudwatch, sns

from program.project.iam import document, grant
from program.service.components.database import DatabaseComponent
from program.service.components.foundation import Foundation
from program.service.components.lambda_ import LambdaComponent
from program.service.components.secrets import SecretsComponent

PERIOD_SECONDS = 300
REPLICA_LAG_MILLISECONDS = 1000
# Less free memory than this share of the instance's own is an alarm.
FREE_MEMORY_SHARE = 0.1
GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringArgs:
    """The thresholds: a count, milliseconds, a count, percent and GiB; and who is told."""

    errors: int
    latency: int
    connections: int
    database_cpu: int
    instance_memory_gib: int
    has_reader: bool
    email: pulumi.Input[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm: the metric, over how many periods it must be above (or below) the threshold."""

    metric: str
    threshold: float
    description: str
    statistic: Literal["Sum", "Average", "Maximum", "p95"]
    unit: str
    periods: int = 1
    below: bool = False
    # No data from a database means that it is gone; no data from a function, that nobody called it.
    missing: Literal["breaching", "notBreaching"] = "notBreaching"


class MonitoringComponent(pulumi.ComponentResource):
    """The topic on the stack's key, and every alarm."""

    topic: sns.Topic

    def __init__(
        self,
        name: str,
        args: MonitoringArgs,
        *,
        database: DatabaseComponent,
        secrets: SecretsComponent,
        app: LambdaComponent,
        foundation: Foundation,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the topic with its policy, then the alarms."""
        super().__init__("tap:components:Monitoring", name, None, opts)
        self._name, self._foundation = name, foundation
        self._child = pulumi.ResourceOptions(parent=self)
        self.topic = self._topic(args.email)
        for alarm in _app_alarms(args):
            self._alarm("app", alarm, "AWS/Lambda", {"FunctionName": app.function.name})
        for alarm in _rotation_alarms():
            self._alarm("rotation", alarm, "AWS/Lambda", {"FunctionName": secrets.rotation_function.name})
        cluster = database.cluster.cluster_identifier
        for role, alarms in (("WRITER", _writer_alarms(args)), ("READER", _reader_alarms(args))):
            dimensions: dict[str, pulumi.Input[str]] = {"DBClusterIdentifier": cluster, "Role": role}
            for alarm in alarms:
                # Without data they sound: they are made when there is something that has data.
                self._alarm("db", alarm, "AWS/RDS", dimensions, after=database.instances)
        self.register_outputs({"topicArn": self.topic.arn})

    def _topic(self, email: pulumi.Input[str] | None) -> sns.Topic:
        foundation, names = self._foundation, self._foundation.names
        topic = sns.Topic(
            f"{self._name}-topic",
            name=names.physical("alarms", "topic"),
            kms_master_key_id=foundation.key.arn,
            tags=names.tags,
            opts=self._child,
        )
        only_our_alarms = {
            "StringEquals": {"aws:SourceAccount": foundation.arns.account},
            "ArnLike": {"aws:SourceArn": foundation.arns.alarm(names.physical("*", "alarm"))},
        }
        sns.TopicPolicy(
            f"{self._name}-topic-policy",
            arn=topic.arn,
            policy=document(
                grant(
                    "AlarmsPublish",
                    {"Service": "cloudwatch.amazonaws.com"},
                    ["sns:Publish"],
                    topic.arn,
                    only_our_alarms,
                ),
                {
                    "Sid": "OnlyOverTls",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sns:Publish",
                    "Resource": topic.arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ),
            opts=self._child,
        )
        if email is not None:
            sns.TopicSubscription(
                f"{self._name}-email", topic=topic.arn, protocol="email", endpoint=email, opts=self._child
            )
        return topic

    def _alarm(
        self,
        service: str,
        alarm: Alarm,
        namespace: str,
        dimensions: Mapping[str, pulumi.Input[str]],
        *,
        after: Sequence[pulumi.Resource] = (),
    ) -> cloudwatch.MetricAlarm:
        percentile = alarm.statistic if alarm.statistic == "p95" else None
        kind = _kebab(alarm.metric)
        return cloudwatch.MetricAlarm(
            f"{self._name}-{service}-{kind}",
            name=self._foundation.names.physical(f"{service}-{kind}", "alarm"),
            alarm_description=alarm.description,
            namespace=namespace,
            metric_name=alarm.metric,
            dimensions=dimensions,
            statistic=None if percentile else alarm.statistic,
            extended_statistic=percentile,
            unit=alarm.unit,
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            threshold=alarm.threshold,
            period=PERIOD_SECONDS,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.periods,
            treat_missing_data=alarm.missing,
            actions_enabled=True,
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
            tags=self._foundation.names.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def _app_alarms(args: MonitoringArgs) -> tuple[Alarm, ...]:
    return (
        Alarm(
            metric="Errors",
            threshold=args.errors,
            statistic="Sum",
            unit="Count",
            description="The app's function fails more often than it may in five minutes.",
        ),
        Alarm(
            metric="Duration",
            threshold=args.latency,
            statistic="p95",
            unit="Milliseconds",
            description="One call of the app in twenty takes longer than it may.",
        ),
        Alarm(
            metric="Throttles",
            threshold=0,
            statistic="Sum",
            unit="Count",
            description="The app's reserved concurrency is used up, and calls are refused.",
        ),
    )


def _rotation_alarms() -> tuple[Alarm, ...]:
    return (
        Alarm(
            metric="Errors",
            threshold=0,
            statistic="Sum",
            unit="Count",
            description="A step of the credential's rotation failed.",
        ),
        Alarm(
            metric="Throttles",
            threshold=0,
            statistic="Sum",
            unit="Count",
            description="A step of the credential's rotation could not start.",
        ),
    )


def _writer_alarms(args: MonitoringArgs) -> tuple[Alarm, ...]:
    return (
        Alarm(
            metric="CPUUtilization",
            threshold=args.database_cpu,
            statistic="Average",
            unit="Percent",
            periods=3,
            missing="breaching",
            description="The writer is busy, or gone.",
        ),
        Alarm(
            metric="DatabaseConnections",
            threshold=args.connections,
            statistic="Maximum",
            unit="Count",
            description="The writer has more connections than its environment plans for.",
        ),
        Alarm(
            metric="FreeableMemory",
            threshold=int(args.instance_memory_gib * GIB * FREE_MEMORY_SHARE),
            statistic="Average",
            unit="Bytes",
            periods=3,
            below=True,
            missing="breaching",
            description="The writer has less than a tenth of its memory free, or is gone.",
        ),
    )


def _reader_alarms(args: MonitoringArgs) -> tuple[Alarm, ...]:
    if not args.has_reader:
        return ()
    return (
        Alarm(
            metric="AuroraReplicaLag",
            threshold=REPLICA_LAG_MILLISECONDS,
            statistic="Maximum",
            unit="Milliseconds",
            periods=3,
            description="A reader is behind the writer.",
        ),
    )


def _kebab(metric: str) -> str:
    """Return `CPUUtilization` as `cpu-utilization`."""
    words = "".join(f"-{letter}" if _starts_word(metric, index) else letter for index, letter in enumerate(metric))
    return words.lower()


def _starts_word(text: str, index: int) -> bool:
    if index == 0 or not text[index].isupper():
        return False
    return text[index - 1].islower() or (index + 1 < len(text) and text[index + 1].islower())
