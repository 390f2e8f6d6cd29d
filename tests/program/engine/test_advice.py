"""What to do about drift: undo it, adopt it, or let it pass for a while; with the cause, where it is a known one."""

import datetime
import json

import pytest

from policies.drift_ignores import Ignores
from policies.drift_noise import load_noise
from policies.limits import load_limits
from policies.strict_yaml import parse
from program.engine.advice import Adviser
from program.engine.drift_changes import DriftReader
from program.engine.ignores import sift
from tests.program.engine.live import GONE, Added, recorded_live
from tests.program.engine.standin import STACK, stack_of

ANYBODY = {"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["0.0.0.0/0"], "self": False}
DEPLOY = f"./parity preview {STACK} --bundle build/{STACK} --refresh; "
DEPLOY += f"./parity apply {STACK} --bundle build/{STACK}"
IN_AWS = "set {} back in AWS: the program doesn't set it, so that no deployment undoes it"


@pytest.fixture(scope="module")
def live():
    return recorded_live()


def changes_of(found):
    steps = found.steps()
    drifted = DriftReader(found.checkpoint, load_noise(), {}).drifted(steps)
    outputs = {step.urn: step.new.outputs for step in steps if step.new is not None}
    return drifted.changes, Adviser(stack_of(), found.checkpoint, load_limits(), outputs, drifted.unseen)


def advised(found):
    changes, adviser = changes_of(found)
    return adviser.advice(changes)


def the_advice(live, name, path, value):
    (advice,) = advised(live.with_output(name, path, value))
    assert advice.urn.endswith(f"::{name}")
    return advice


def test_what_the_program_sets_a_deployment_that_asks_the_cloud_undoes(live):
    advice = the_advice(live, "lambda-app-function", "tracingConfig/mode", "PassThrough")

    assert (advice.properties, advice.cause, advice.undo, advice.adopt) == (("tracingConfig.mode",), None, DEPLOY, None)


@pytest.mark.parametrize(
    ("name", "path", "value", "adopt"),
    [
        (
            *("lambda-app-function", "memorySize", 2048),
            f"parity:lambdaMemory: 2048 in stacks/Pulumi.{STACK}.yaml:8, which policies/environments.yaml has to allow",
        ),
        (
            *("lambda-app-function", "timeout", 40),
            f"parity:lambdaTimeoutSeconds: 40 added to stacks/Pulumi.{STACK}.yaml",
        ),
    ],
)
def test_what_one_setting_explains_is_adopted_by_its_line(live, name, path, value, adopt):
    assert the_advice(live, name, path, value).adopt == adopt


def test_an_output_that_nobody_sets_is_set_back_in_aws(live):
    advice = the_advice(live, "lambda-app-role", "uniqueId", "AROAOTHER")

    assert (advice.undo, advice.adopt) == (IN_AWS.format("uniqueId"), None)


def test_what_holds_data_and_is_gone_comes_back_empty(live):
    advice = the_advice(live, "database-cluster", "", GONE)

    assert advice.undo == f"{DEPLOY} (it is made anew, and empty: the database comes back from a backup alone)"
    assert (advice.properties, advice.accept) == ((), ())


def test_a_rule_by_hand_is_revoked(live):
    advice = the_advice(live, "database-security-group", "ingress", Added([ANYBODY]))
    group = live.states()["database-security-group"].id

    assert advice.cause.startswith("Somebody added rules to the group by hand")
    assert advice.undo == (
        f"aws ec2 revoke-security-group-ingress --group-id {group} --ip-permissions "
        "'IpProtocol=tcp,FromPort=5432,ToPort=5432,IpRanges=[{CidrIp=0.0.0.0/0}]' --region us-east-2"
    )
    assert advice.adopt == "make each rule a resource of the program, as the group's other rules are"


def test_a_rule_of_the_stack_that_was_changed_is_told_once(live):
    changed = live.with_output("database-ingress-app", "fromPort", 1024)
    rule = ANYBODY | {"fromPort": 1024, "cidrBlocks": []}
    peers = [live.states()["lambda-app-security-group"].id]
    found = changed.with_output("database-security-group", "ingress", Added([rule | {"securityGroups": peers}]))

    assert [advice.properties for advice in advised(found)] == [("fromPort",)]


def test_rules_of_both_directions_are_told_each(live):
    found = live.with_output("database-security-group", "ingress", Added([ANYBODY]))

    both = advised(found.with_output("database-security-group", "egress", Added([ANYBODY])))

    assert [advice.properties for advice in both] == [("ingress[]",), ("egress[]",)]


def test_a_roles_policies_by_hand_are_taken_away(live):
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    found = live.with_output("lambda-app-role", "managedPolicyArns", Added([arn]))
    found = found.with_output("lambda-app-role", "inlinePolicies", Added([{"name": "debug", "policy": "{}"}]))

    assert [advice.undo for advice in advised(found)] == [
        f"aws iam detach-role-policy --role-name {STACK}-app-role-main --policy-arn {arn}",
        f"aws iam delete-role-policy --role-name {STACK}-app-role-main --policy-name debug",
    ]


def test_other_code_is_put_back(live):
    image = live.states()["lambda-app-function"].inputs["imageUri"]

    assert the_advice(live, "lambda-app-function", "codeSha256", "other").undo == (
        f"aws lambda update-function-code --function-name {STACK}-app-function-main --image-uri {image} "
        "--region us-east-2"
    )
    assert the_advice(live, "secrets-rotation-function", "codeSha256", "other").undo == (
        "./parity package; aws lambda update-function-code --function-name "
        f"{STACK}-rotation-function-main --zip-file fileb://build/rotation.zip --region us-east-2"
    )


def test_an_upgrade_by_aws_is_adopted_in_all_stacks(live):
    advice = the_advice(live, "database-cluster", "engineVersion", "15.18")

    assert "upgraded the engine to 15.18" in advice.cause
    assert advice.undo is None
    assert advice.adopt.startswith('raise the version in all stacks: databaseEngineVersion: "15.18"')


def test_a_lower_version_is_no_upgrade(live):
    assert the_advice(live, "database-cluster", "engineVersion", "15.15").cause is None


def test_another_master_secret_is_told_with_what_still_names_the_old_one(live):
    advice = the_advice(live, "database-cluster", "masterUserSecrets/0/secretArn", "arn:other")

    assert advice.properties == ("masterUserSecrets[0].secretArn",)
    assert "still name the old one" in advice.cause


def test_an_instance_by_hand_is_deleted(live):
    assert the_advice(live, "database-cluster", "clusterMembers", Added(["reader"])).undo == (
        "aws rds delete-db-instance --db-instance-identifier reader --region us-east-2"
    )


def test_a_log_group_that_its_service_made_again_is_told_so(live):
    found = live.with_output("database-logs", "retentionInDays", 0).with_output("database-logs", "kmsKeyId", GONE)

    (advice,) = advised(found)

    assert advice.cause.startswith("The group was deleted and made again by its service")
    assert set(advice.properties) == {"kmsKeyId", "retentionInDays"}
    assert advice.undo == DEPLOY


def test_a_log_group_with_another_retention_was_not_made_again(live):
    assert the_advice(live, "database-logs", "retentionInDays", 0).cause is None


def test_what_a_cause_explains_and_what_it_does_not_are_told_apart(live):
    found = live.with_output("lambda-app-function", "codeSha256", "other").with_output(
        "lambda-app-function", "timeout", 5
    )

    assert [advice.properties for advice in advised(found)] == [("codeSha256",), ("timeout",)]


def subscribed(live, **outputs):
    """Return the deployment with a subscription of the alarms' topic, which is gone."""
    exported = json.loads(live.checkpoint.text)
    resources = exported["deployment"]["resources"]
    topic = next(item for item in resources if item["urn"].endswith("::monitoring-topic"))
    type_ = "aws:sns/topicSubscription:TopicSubscription"
    mail = topic | {
        "urn": topic["urn"].replace("aws:sns/topic:Topic::monitoring-topic", f"{type_}::monitoring-mail"),
        "type": type_,
        "inputs": {"protocol": "email", "endpoint": "ops@example.com"},
        "outputs": outputs,
    }
    resources.append(mail)
    return type(live).of(json.dumps(exported), live.outputs | {"monitoring-mail": outputs})


@pytest.mark.parametrize("waits", [True, False])
def test_a_subscription_that_nobody_confirmed_is_told_so(live, waits):
    found = subscribed(live, pendingConfirmation=waits).with_output("monitoring-mail", "", GONE)

    (advice,) = advised(found)

    assert (advice.cause is not None) is waits
    assert waits is False or advice.cause.startswith("Nobody confirmed the subscription by the link in its mail")


class TestAnEntryThatLetsItPass:
    def entries(self, found):
        changes, adviser = changes_of(found)
        text = "\n".join(entry for advice in adviser.advice(changes) for entry in advice.accept)
        text = text.replace("YYYY-MM-DD", "2030-01-01").replace("...", "Somebody is at it.")
        return changes, Ignores.model_validate({"ignores": parse(text).data}).ignores

    @pytest.mark.parametrize(
        ("name", "path", "value"),
        [
            ("database-cluster", "backupRetentionPeriod", 1),
            ("database-cluster-parameters", "parameters/1/value", "other"),
            ("database-cluster-parameters", "parameters", Added([{"name": "log_connections", "value": "1"}])),
            ("database-security-group", "ingress", Added([ANYBODY])),
            ("lambda-app-policy", "policy", "{}"),
        ],
    )
    def test_does(self, live, name, path, value):
        changes, entries = self.entries(live.with_output(name, path, value))

        found = sift(changes, entries, STACK, datetime.date(2029, 12, 1))

        assert (found.counting, found.stale) == ((), ())

    def test_lets_no_other_rule_pass(self, live):
        _, entries = self.entries(live.with_output("database-security-group", "ingress", Added([ANYBODY])))
        other, _ = changes_of(
            live.with_output("database-security-group", "ingress", Added([ANYBODY | {"cidrBlocks": ["10.0.0.0/8"]}]))
        )

        assert sift(other, entries, STACK, datetime.date(2029, 12, 1)).counting == other
