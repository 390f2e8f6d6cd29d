"""Results of a check as the formats get them: a clean one, one with everything that can be wrong, and parts."""

from program.manifest.differences import Comparison, Difference
from program.offline.result import CheckedResource, CheckResult, Finding, StackResult

REGIONS = {"dev": "us-east-2", "staging": "us-west-2", "prod": "us-east-1"}
CLUSTER = ("Database", "aws:rds/cluster:Cluster", "database-cluster")
FUNCTION = ("Lambda", "aws:lambda/function:Function", "lambda-app-function")
TOPIC = ("Monitoring", "aws:sns/topic:Topic", "monitoring-topic")
SOURCES = {
    CLUSTER: "program/service/components/database.py:7",
    FUNCTION: "program/service/components/lambda_.py:6",
    TOPIC: "program/service/components/monitoring.py:8",
}


def urn(stack, kind):
    component, type_, name = kind
    return f"urn:pulumi:{stack}::parity::tap:stack:TapStack$tap:components:{component}${type_}::{name}"


def resource(stack, kind):
    return CheckedResource(
        urn=urn(stack, kind),
        type=kind[1],
        name=kind[2],
        parent=None,
        dependencies=(),
        property_dependencies={},
        inputs={},
        source=SOURCES[kind],
    )


def finding(rule, message, *, stack="dev", kind=None, level="mandatory", outcome="failed", source=None):
    return Finding(
        rule=rule,
        level=level,
        outcome=outcome,
        resource=urn(stack, kind) if kind else None,
        message=message,
        source=source or (SOURCES[kind] if kind else f"stacks/Pulumi.{stack}.yaml:1"),
    )


def stack(name, *findings, deployable=True):
    return StackResult(
        stack=name,
        environment=name if deployable else None,
        region=REGIONS.get(name, "us-east-1") if deployable else None,
        manifest={"schemaVersion": 1} if deployable else None,
        resources=tuple(resource(name, kind) for kind in SOURCES) if deployable else (),
        findings=findings,
    )


def difference(path, values, *, kind=None, declared=False):
    return Difference(
        resource=f"{kind[1]}::{kind[2]}" if kind else "configuration", property=path, values=values, declared=declared
    )


def result(*stacks, differences=(), stale=()):
    hashes = {item.stack: "a" * 64 for item in stacks if item.manifest is not None}
    comparison = Comparison(
        baseline_hash=hashes, resources_hash=hashes, differences=tuple(differences), stale=tuple(stale)
    )
    return CheckResult(stacks=stacks, comparison=comparison)


def image(region):
    return f"111122223333.dkr.ecr.{region}.amazonaws.com/parity-app@sha256:{'0123456789abcdef' * 4}"


DECLARED = (
    difference("docker.imageUri", {name: image(region) for name, region in REGIONS.items()}, declared=True),
    difference("lambda.cpu", {"dev": "0.5", "prod": "2", "staging": "1"}, declared=True),
    difference("memorySize", {"dev": 1024, "prod": 4096, "staging": 2048}, kind=FUNCTION, declared=True),
    difference("(resource)", {"dev": None, "prod": "present", "staging": None}, kind=TOPIC, declared=True),
)


def accepted(name):
    return finding(
        "rds-nondefault-port",
        "accepted: Only the functions' security groups reach it.: port is 5432, the one that is tried first",
        stack=name,
        kind=CLUSTER,
        level="advisory",
        outcome="exempt",
    )


def clean():
    return result(*(stack(name, accepted(name)) for name in REGIONS), differences=DECLARED)


def advice(name):
    return finding("sns-subscribed", "has no subscription in this stack", stack=name, kind=TOPIC, level="advisory")


def violating():
    encrypted = "storageEncrypted is false; it must be true"
    dev = stack(
        "dev",
        finding(
            "stack-settings",
            "parity:lambdaMemory is 4096; dev allows 1024",
            source="stacks/Pulumi.dev.yaml:8",
        ),
        deployable=False,
    )
    prod = stack(
        "prod",
        accepted("prod"),
        advice("prod"),
        finding("rds-encrypted", encrypted, stack="prod", kind=CLUSTER),
        finding(
            "lambda-failure-path",
            "Until the queue is there (ops, until 2027-01-31): has no destination for failed events",
            stack="prod",
            kind=FUNCTION,
            level="advisory",
            outcome="exempt",
        ),
        finding(
            "kms-rotation",
            "enableKeyRotation is not known before the deployment",
            stack="prod",
            outcome="undecided",
        ),
    )
    staging = stack(
        "staging",
        accepted("staging"),
        advice("staging"),
        finding("rds-encrypted", encrypted, stack="staging", kind=CLUSTER),
        finding("rds-pgaudit", "the rule crashed with KeyError in database.py:12", stack="staging", outcome="error"),
    )
    policies = {
        name: '{"Statement": [{"Action": "sns:Publish", "Effect": "Allow", "Resource": "${monitoring-topic.arn}/' + end
        for name, end in (("prod", 'alarms"}]}'), ("staging", '*"}]}'))
    }
    differences = (
        difference("lambda.timeout", {"prod": 30, "staging": 29}),
        difference("memorySize", {"prod": 4096, "staging": 2048}, kind=FUNCTION, declared=True),
        difference("policy", policies, kind=TOPIC),
        difference("tags.Owner|`x`", {"prod": "@octocat <b>", "staging": None}, kind=TOPIC),
    )
    return result(
        dev, prod, staging, differences=differences, stale=["aws:sns/topic:Topic monitoring-*: property displayName"]
    )
