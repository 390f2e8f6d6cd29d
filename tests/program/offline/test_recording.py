"""The recorder: what the program registers as the engine would get it, and what AWS would answer."""

import asyncio
import gc
import re
import threading

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.config import is_config_secret
from pulumi_aws import rds, sns, sqs

from policies import tokens
from program.offline.recording import ProgramError
from program.offline.redaction import redacted
from program.offline.simulation import Cloud, account_of
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import SECRET_MARKER, stack_names
from program.service.stack import deploy
from tests.program.recorded import find, record_program, recorded

CLOUD = Cloud(stack="prod", region="us-east-1", account="123456789012")


class Shelf(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("tap:components:Shelf", "shelf")
        self.topic = sns.Topic("topic", name="a", opts=pulumi.ResourceOptions(parent=self, protect=True))
        sns.TopicPolicy(
            "policy",
            arn=self.topic.arn,
            policy="{}",
            opts=pulumi.ResourceOptions(
                parent=self, retain_on_delete=True, ignore_changes=["policy"], depends_on=[self.topic]
            ),
        )
        self.register_outputs({"arn": self.topic.arn})


def test_what_is_only_read_is_no_stack_that_the_program_refers_to():
    recording = record_program(lambda: sns.Topic.get("theirs", "arn:aws:sns:us-east-1:123456789012:theirs"))

    assert recording.references == ()


def test_a_registration_has_all_that_the_engine_would_get():
    recording = record_program(Shelf)
    topic, policy = find(recording, "topic"), find(recording, "policy")

    assert topic.urn == "urn:pulumi:prod::parity::tap:components:Shelf$aws:sns/topic:Topic::topic"
    assert topic.parent == "urn:pulumi:prod::parity::tap:components:Shelf::shelf"
    assert topic.inputs == {"name": "a"}
    assert topic.outputs["arn"] == "arn:aws:sns:us-east-1:123456789012:a"
    assert (topic.protect, topic.retain_on_delete, topic.ignore_changes) == (True, False, ())
    assert policy.dependencies == (topic.urn,)
    assert dict(policy.property_dependencies)["arn"] == (topic.urn,)
    assert (policy.protect, policy.retain_on_delete, policy.ignore_changes) == (False, True, ("policy",))
    assert find(recording, "shelf").outputs == {}


def test_a_resource_of_the_program_has_its_file_and_line():
    source = find(recorded(), "database-cluster").source

    assert re.fullmatch(r"program/service/components/database\.py:\d+", source)


def test_a_resource_of_elsewhere_has_none():
    assert find(record_program(Shelf), "topic").source is None


def test_every_resource_of_the_program_has_a_place():
    for item in recorded().registrations:
        assert item.source or item.type == "pulumi:pulumi:Stack"


def test_a_secret_is_recorded_as_one_and_never_shown():
    def program():
        sns.Topic("topic", name=pulumi.Output.secret("hunter2"))

    topic = find(record_program(program), "topic")

    assert redacted(topic.inputs) == {"name": "${secret}"}


def test_the_configuration_knows_its_secrets_as_under_the_engine():
    def program():
        keys = ("alarmEmail", "environment")
        pulumi.export("secret", [key for key in keys if is_config_secret(f"parity:{key}")])

    assert record_program(program, alarmEmail=SECRET_MARKER).outputs == {"secret": ["alarmEmail"]}
    assert record_program(program, alarmEmail="team@example.com").outputs == {"secret": []}


def test_outputs_are_kept():
    recording = record_program(lambda: pulumi.export("answer", 42))

    assert recording.outputs == {"answer": 42}


def test_a_warning_is_kept_in_every_recording_of_a_stack():
    for _ in range(2):
        recording = record_program(lambda: pulumi.log.warn("that is deprecated"))

        assert recording.warnings == ("that is deprecated",)


def test_a_program_that_stops_leaves_nothing_running(caplog):
    def program():
        deploy()
        raise ValueError("no such thing")

    with pytest.raises(ProgramError):
        record_program(program)
    gc.collect()

    assert caplog.messages == []


def test_a_program_that_stops_says_its_error_on_one_line():
    def program():
        raise ValueError("no\n  such thing")

    with pytest.raises(ProgramError, match=r"^ValueError: no such thing$") as caught:
        record_program(program)

    assert caught.value.source is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SystemExit("no such account"), "SystemExit: no such account"),
        (
            ExceptionGroup("several", [ValueError("one\ntwo"), KeyError("three")]),
            "ExceptionGroup: several (2 sub-exceptions): ValueError: one two; KeyError: 'three'",
        ),
    ],
    ids=["an exit", "a group"],
)
def test_whatever_stops_a_program_says_its_own_message(error, said):
    def program():
        raise error

    with pytest.raises(ProgramError) as caught:
        record_program(program)

    assert str(caught.value) == said


def test_settings_that_can_not_be_deployed_stop_the_program_before_any_resource():
    with pytest.raises(ProgramError) as caught:
        record_program(deploy, lambdaMemory="64", egress="up")

    assert str(caught.value) == "settings of stack prod: parity:egress is 'up'; it must be vpc or nat"
    assert re.fullmatch(r"program/service/stack\.py:\d+", caught.value.source)


def test_an_answer_that_is_not_simulated_says_where_to_add_it():
    with pytest.raises(ProgramError, match=r"has no simulated answer; add one to program/offline/simulation\.py"):
        record_program(lambda: pulumi.export("zones", aws.get_availability_zones().names))


def test_a_type_without_an_answer_has_an_id_of_its_own():
    first, second = (
        record_program(lambda name=name: sqs.Queue(name)).registrations[-1].outputs["id"] for name in ("a", "b")
    )

    assert re.fullmatch("[0-9a-f]{20}", first)
    assert first != second


def test_two_recordings_are_the_same():
    def facts(recording):
        return sorted((item.urn, item.dependencies, str(item.inputs), str(item.outputs)) for item in recording)

    assert facts(record_program(deploy).registrations) == facts(recorded().registrations)


@pytest.mark.parametrize("stack", stack_names(ROOT, SERVICE))
def test_no_two_resources_share_an_id_or_an_arn(stack):
    for output in ("id", "arn"):
        found = {}
        for item in recorded(stack).registrations:
            value = item.outputs.get(output)
            copies = item.type.endswith((":SecretVersion", ":SecretPolicy", ":SecretRotation", ":TopicPolicy"))
            if value is not None and not copies:
                assert value not in found, f"{item.name} and {found.get(value)} share {output} {value}"
                found[value] = item.name


@pytest.mark.parametrize(
    ("name", "output", "form"),
    [
        ("tap-key", "id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("tap-key", "arn", r"arn:aws:kms:us-east-1:\d{12}:key/[0-9a-f-]{36}"),
        ("tap-key-alias", "arn", r"arn:aws:kms:us-east-1:\d{12}:alias/prod-tap-key-main"),
        ("database-logs", "arn", r"arn:aws:logs:us-east-1:\d{12}:log-group:/aws/rds/cluster/.*/postgresql"),
        ("database-cluster", "arn", r"arn:aws:rds:us-east-1:\d{12}:cluster:prod-db-cluster-main"),
        ("database-instance-0", "arn", r"arn:aws:rds:us-east-1:\d{12}:db:prod-db-instance-0-main"),
        ("database-subnets", "arn", r"arn:aws:rds:us-east-1:\d{12}:subgrp:prod-db-subnets-main"),
        ("database-security-group", "id", r"sg-[0-9a-f]{17}"),
        ("database-ingress-app", "id", r"sgr-[0-9a-f]{17}"),
        ("lambda-app-role", "arn", r"arn:aws:iam::\d{12}:role/prod-app-role-main"),
        ("lambda-app-policy", "id", r"prod-app-role-main:prod-app-policy-main"),
        (
            "secrets-credentials",
            "arn",
            r"arn:aws:secretsmanager:us-east-1:\d+:secret:prod-db-credentials-main-\w{6}",
        ),
        ("monitoring-app-errors", "arn", r"arn:aws:cloudwatch:us-east-1:\d{12}:alarm:prod-app-errors-alarm-main"),
        ("monitoring-topic", "id", r"arn:aws:sns:us-east-1:\d{12}:prod-alarms-topic-main"),
    ],
)
def test_an_answer_has_the_form_of_aws(name, output, form):
    assert re.fullmatch(form, find(recorded(), name).outputs[output])


def test_an_account_that_is_not_known_is_twelve_digits_of_the_stack():
    accounts = {account_of(name) for name in ("dev", "staging", "prod")}

    assert len(accounts) == 3
    assert all(re.fullmatch(r"9\d{11}", account) for account in accounts)
    assert account_of("dev") == account_of("dev")


def test_random_parts_are_of_the_stack_and_the_same_every_time():
    other = Cloud(stack="dev", region="us-east-1", account="123456789012")

    assert CLOUD.token("a", "b", length=12) == CLOUD.token("a", "b", length=12)
    assert CLOUD.token("a", "b", length=12) != CLOUD.token("ab", length=12)
    assert CLOUD.token("a", length=12) != other.token("a", length=12)
    assert CLOUD.token("a", length=5, digits=True).isdigit()


def test_another_stack_is_read_and_not_made():
    assert tokens.STACK_REFERENCE not in {item.type for item in recorded().registrations}


def test_what_the_cloud_has_no_answer_for_is_left_out_of_the_outputs():
    cluster = find(record_program(lambda: rds.Cluster("db", engine="aurora-postgresql")), "db")

    assert "engineVersionActual" not in cluster.outputs
    assert cluster.outputs["masterUserSecrets"]


def test_what_the_program_gives_to_a_thread_runs_beside_it():
    async def waiting():
        arrived = threading.Event()
        told = asyncio.create_task(asyncio.to_thread(arrived.wait, 10))
        await asyncio.sleep(0)
        arrived.set()
        return await told

    recording = record_program(lambda: pulumi.export("arrived", pulumi.Output.from_input(waiting())))

    assert recording.outputs == {"arrived": True}


def test_resources_are_recorded_in_the_order_in_which_the_program_makes_them_every_time():
    def program():
        for number in range(20):
            sns.Topic(f"topic-{number}")

    names = [item.name for item in record_program(program).registrations]

    assert names[1:] == [f"topic-{number}" for number in range(20)]


def test_a_function_that_has_no_answer_stops_the_program_at_a_line_of_the_simulation():
    with pytest.raises(ProgramError, match="has no simulated answer") as stopped:
        record_program(lambda: pulumi.export("zones", aws.get_availability_zones().names))

    assert re.fullmatch(r"program/offline/simulation\.py:\d+", stopped.value.source or "")
