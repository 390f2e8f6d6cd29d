"""The simulated cloud answers what AWS answers, also to a resource that leaves its name to Pulumi."""

import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from policies.known.models import KnownType
from policies.known.tables import Known, known
from policies.known.worlds import world_of
from program.offline.analysis import running_pack
from program.offline.packs import pack_host
from program.offline.recording import record
from program.offline.registered_types import lacking
from program.offline.simulation import _ANSWERS, Cloud, SimulatedCloud
from program.project.definition import PROJECTS, SERVICE
from tests.program.recorded import config_of

CLOUD = Cloud(stack="prod", region="us-east-1", account="123456789012")
# The SDK itself refuses these resources without them.
REQUIRED = {"role": "a-role", "secretId": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a"}
# Their ids are the ARN of what they belong to.
BELONGING = {
    "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
    "aws:secretsmanager/secretRotation:SecretRotation": "secretId",
    "aws:sns/topicPolicy:TopicPolicy": "arn",
}


def answer(type_: str, logical: str, **inputs: str) -> tuple[str, dict[str, object]]:
    args = MockResourceArgs(typ=type_, name=logical, inputs=REQUIRED | inputs, provider="", resource_id="", custom=True)
    return SimulatedCloud(CLOUD).new_resource(args)


@pytest.mark.parametrize("type_", _ANSWERS)
def test_a_resource_without_a_name_is_answered_with_one_of_its_own(type_):
    owner = BELONGING.get(type_)
    first, outputs = answer(type_, "one", **({owner: "arn:one"} if owner else {}))
    second, _ = answer(type_, "two", **({owner: "arn:two"} if owner else {}))

    assert first != second
    assert "None" not in first
    assert outputs.keys() >= REQUIRED.keys()


@pytest.mark.parametrize(
    ("type_", "prop", "name"),
    [
        ("aws:rds/cluster:Cluster", "clusterIdentifier", "prod-db"),
        ("aws:rds/clusterInstance:ClusterInstance", "identifier", "prod-db-0"),
        ("aws:cloudwatch/logGroup:LogGroup", "name", "/aws/lambda/prod-app"),
        ("aws:kms/alias:Alias", "name", "alias/prod-key"),
    ],
)
def test_a_name_that_is_given_is_the_id(type_, prop, name):
    identifier, outputs = answer(type_, "logical", **{prop: name})

    assert (identifier, outputs[prop]) == (name, name)


def test_the_rule_of_names_speaks_of_a_resource_that_has_none():
    """The same mistake in the program's own file is one finding, not the end of the check."""

    def program() -> None:
        group = aws.cloudwatch.LogGroup("audit-logs")
        aws.lambda_.Function(
            "audit",
            role="arn:aws:iam::123456789012:role/r",
            runtime="python3.13",
            handler="h.h",
            logging_config={"log_group": group.name, "log_format": "Text"},
        )

    config = config_of("prod")
    with pack_host() as packs, running_pack(packs, stack="prod", config=config) as pack:
        registrations = record(program, stack="prod", config=config, cloud=CLOUD).registrations
        outcomes = pack.judge(registrations)

    said = [(outcome.resource.rpartition("::")[2], outcome.message) for outcome in outcomes if outcome.rule == "names"]
    unset = "name is not set; AWS or Pulumi would choose a name without environment and suffix"
    assert said == [("audit-logs", unset), ("audit", unset)]


def test_a_known_type_that_nobody_simulates_lacks_an_answer_and_the_line_is_given(monkeypatch):
    queue = {"aws:sqs/queue:Queue": KnownType(reason="It holds messages.")}
    file = "policies/known/service/sqs.yaml"
    monkeypatch.setattr("program.offline.registered_types.known", lambda _world: Known(queue, {}))
    monkeypatch.setattr("program.offline.simulation.known_somewhere", lambda type_: (queue[type_], file))

    assert lacking("aws:sqs/queue:Queue", SERVICE) == (
        "aws:sqs/queue:Queue has no simulated answer: its outputs would be missing from the manifest; add the line to "
        'policies/known/service/sqs.yaml: answer: {id: "${name}", arn: "arn:aws:...:${region}:${account}:${name}"}'
    )


def test_what_the_known_world_says_of_an_answer_is_answered(monkeypatch):
    entry = KnownType(
        reason="It holds messages.",
        answer={"id": "https://sqs/${account}/${name}", "arn": "arn:aws:sqs:${region}:${account}:${input.name}"},
    )
    known = {"aws:sqs/queue:Queue": (entry, "policies/known/service/sqs.yaml")}
    monkeypatch.setattr("program.offline.simulation.known_somewhere", known.get)

    assert answer("aws:sqs/queue:Queue", "orders", name="prod-orders") == (
        "https://sqs/123456789012/prod-orders",
        {**REQUIRED, "name": "prod-orders", "arn": "arn:aws:sqs:us-east-1:123456789012:prod-orders"},
    )


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.label or "service")
def test_every_known_type_of_aws_has_all_that_it_must(project):
    types = known(world_of(project.name())).types

    assert [missing for type_ in types if (missing := lacking(type_, project)) is not None] == []


def test_a_type_that_is_not_known_is_refused_as_such_and_lacks_nothing_else():
    assert lacking("aws:glacier/vault:Vault", SERVICE) is None
    assert lacking("tap:stack:TapStack", SERVICE) is None
