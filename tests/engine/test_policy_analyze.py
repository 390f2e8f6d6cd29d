"""One stack, one word: the check, the pack's protocol, the real preview and `policy analyze` of what is deployed.

What they say is compared as a set of (rule, level, outcome, resource, message). The preview alone says less: a value
that is known only after the deployment leaves a rule undecided there.
"""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2

from policies import tokens
from policies.limits import load_limits
from policies.pack_config import policy_config
from policies.wire import Outcome, decode
from program.engine.pulumi_cli.events import read_events
from program.engine.pulumi_cli.process import Pulumi
from program.engine.state_policies import judge_deployment
from program.errors import CouldNotRunError
from program.offline.result import Finding
from program.offline.stacks import read_stacks
from program.project.stackfile import read_stack_file
from tests.engine.harness import STACK, Engine, needs_pulumi
from tests.policies.test_pack import started
from tests.program.cli.running import change

pytestmark = needs_pulumi

Word = tuple[str, str, str, str | None, str]
CANARY = "canary-5f1d9e7c"
PROVIDER = analyzer_pb2.AnalyzerProviderResource(type=tokens.PROVIDER, name="default")
# One change for each kind of rule: on a resource, across resources, on a list, a document, a name.
VIOLATIONS = (
    ("database", "storage_encrypted=True", "storage_encrypted=False"),
    ("database", '"rds.force_ssl": "1"', '"rds.force_ssl": "0"'),
    ("database", 'name=names.physical("db", "monitoring-role")', 'name="monitoring"'),
    ("monitoring", "threshold=args.latency", "threshold=7"),
    ("monitoring", "ok_actions=[self.topic.arn],\n", "\n"),
    ("monitoring", '"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"'),
)
VIOLATED = {
    "alarm-actions", "alarm-thresholds", "known-grants", "names", "own-values", "rds-encrypted", "rds-force-ssl",
    "sns-policy",
}  # fmt: skip
# Rules that read what AWS makes: the ARNs in policy documents, the secret's first version, which names the cluster, and
# whether a rotation is on.
UNDECIDED_AT_FIRST = {
    "iam-identities", "iam-kms-scoped", "iam-no-admin", "iam-no-escalation", "iam-no-wildcards", "iam-readable",
    "known-grants", "sm-no-password-in-state", "sm-rotation", "sns-policy",
}  # fmt: skip
SECRET = f'pulumi.Output.secret("{CANARY}")'
SECRET_MARK = "${secret}"
SECRETS = (
    ("components/database", "master_username=MASTER_USERNAME", 'master_username=pulumi.Output.secret("postgres")'),
    ("components/database", '"rds.force_ssl": "1"', f'"rds.force_ssl": {SECRET}'),
    ("components/database", 'name=names.physical("db", "monitoring-role")', f"name={SECRET}"),
    ("components/database", '"logs:CreateLogGroup",', f'{SECRET}, "*",'),
    ("naming", '"Environment": self.environment', f'"Environment": __import__("pulumi").Output.secret("{CANARY}")'),
)  # fmt: skip


def words(said: Iterable[Outcome | Finding]) -> set[Word]:
    return {(item.rule, item.level, item.outcome, item.resource, item.message) for item in said}


def decided(said: set[Word]) -> set[Word]:
    return {word for word in said if word[2] != "undecided"}


def undecided(said: set[Word]) -> set[tuple[str, str | None]]:
    return {(rule, resource) for rule, _, outcome, resource, _ in said if outcome == "undecided"}


def by_check(engine: Engine) -> tuple[set[Word], list[dict[str, Any]]]:
    """Return what the check says, and the resources that it judged."""
    (stack,) = engine.parity("check", "--stack", STACK, "--format", "json").json()["stacks"]
    found = [Finding(**finding) for finding in stack["findings"]]
    return words(found), stack["resources"]


def by_protocol(engine: Engine, resources: list[dict[str, Any]]) -> set[Word]:
    """Return what the project's pack says when it is started by itself and asked about the resources."""
    config = read_stack_file(STACK, engine.project).config
    variables = {"PULUMI_PROJECT": "parity", "PULUMI_STACK": STACK, "PULUMI_CONFIG": json.dumps(dict(config))}
    given = [on_wire(resource) for resource in resources]
    with started(engine.project / "policies", **variables, PULUMI_DRY_RUN="true") as analyzer:
        outcomes = []
        for item in given:
            request = analyzer_pb2.AnalyzeRequest(
                type=item.type, name=item.name, urn=item.urn, properties=item.properties, provider=PROVIDER
            )
            outcomes += decode(analyzer.Analyze(request), item.urn)
        stack = analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=given))
    return words(outcomes + decode(stack, None))


def on_wire(resource: dict[str, Any]) -> analyzer_pb2.AnalyzerResource:
    properties = Struct()
    # The check shows no secret; the first version of the credential is an object.
    properties.update({key: "{}" if value == SECRET_MARK else value for key, value in resource["inputs"].items()})
    return analyzer_pb2.AnalyzerResource(
        type=resource["type"],
        name=resource["name"],
        urn=resource["urn"],
        properties=properties,
        provider=PROVIDER,
        dependencies=resource["dependencies"],
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
            for key, urns in resource["propertyDependencies"].items()
        },
    )


def by_preview(engine: Engine) -> set[Word]:
    """Return what the engine logs; with the policy configuration that lets it log what is exempt too."""
    told, log = engine.folder / "told.json", engine.folder / "events.jsonl"
    told.write_text(json.dumps(policy_config(STACK, load_limits(), read_stack_file(STACK, engine.project).config)))
    _, events = engine.events(
        *("preview", "--stack", STACK, "--policy-pack", "policies", "--policy-pack-config", str(told))
    )
    assert any("summaryEvent" in event for event in events)
    return words(read_events(log).outcomes)


def by_analyze(engine: Engine, **variables: str) -> set[Word]:
    """Return what the policies say of what is deployed."""
    limits = load_limits()
    (stack,) = read_stacks([STACK], limits, engine.project)
    said: list[str] = []
    pulumi = Pulumi(folder=engine.project, environment=engine.environment | variables, say=said.append)
    return words(judge_deployment(json.dumps(engine.export(STACK)), stack, limits, pulumi, {}))


def change_program(engine: Engine, changes: Iterable[tuple[str, str, str]]) -> None:
    for file, old, new in changes:
        wing = "project" if file == "naming" else "service"
        change(engine.project, f"program/{wing}/{file}.py", old, new)


def up(engine: Engine) -> None:
    """Deploy without asking the policies, as somebody could who goes around them."""
    engine.must("up", "--yes", "--skip-preview", "--stack", STACK)


def test_all_four_say_the_same_of_a_clean_stack(deployed):
    check, resources = by_check(deployed)

    with deployed.provider(STACK):
        preview = by_preview(deployed)

    assert {outcome for _, _, outcome, _, _ in check} == {"exempt"}
    assert by_protocol(deployed, resources) == check
    assert preview == check
    assert by_analyze(deployed) == check


def test_all_four_say_the_same_of_a_stack_with_violations(engine):
    engine.make_network(STACK)
    engine.must("stack", "init", STACK)
    change_program(engine, [(f"components/{file}", old, new) for file, old, new in VIOLATIONS])
    check, resources = by_check(engine)

    with engine.provider(STACK):
        first = by_preview(engine)
        up(engine)
        second = by_preview(engine)

    assert {rule for rule, level, outcome, _, _ in check if (level, outcome) == ("mandatory", "failed")} == VIOLATED
    assert by_protocol(engine, resources) == check
    assert by_analyze(engine) == check
    assert second == check, "everything is known once it is deployed"
    # Before, a preview decides less, and nothing otherwise.
    unknown = undecided(first)
    assert {rule for rule, _ in unknown} == UNDECIDED_AT_FIRST
    assert decided(first) <= check
    assert {rule for rule, *_ in check - decided(first)} <= UNDECIDED_AT_FIRST


def test_no_secret_is_shown_by_the_real_engine_either(deployed):
    change_program(deployed, SECRETS)
    check, _ = by_check(deployed)
    result = deployed.parity("check", "--stack", STACK)

    with deployed.provider(STACK):
        preview = by_preview(deployed)
        up(deployed)
    analyzed = by_analyze(deployed)

    concealing = {"iam-no-wildcards", "names", "rds-admin-name", "rds-force-ssl", "tags"}
    for said in (check, preview, analyzed):
        assert concealing <= {rule for rule, _, _, _, message in said if "is not shown" in message}
        assert CANARY not in str(said)
    assert CANARY not in result.output
    assert check == analyzed


def test_a_state_whose_secrets_nobody_can_read_is_not_judged(deployed):
    change_program(deployed, SECRETS[2:3])
    with deployed.provider(STACK):
        up(deployed)

    with pytest.raises(CouldNotRunError, match="secrets of stack dev's state can't be decrypted"):
        by_analyze(deployed, PULUMI_CONFIG_PASSPHRASE="another one")


def test_a_pack_that_does_not_start_is_no_judgement(deployed):
    (deployed.project / "policies" / "environments.yaml").write_text("schemaVersion: 1\nschemaVersion: 1\n")

    with pytest.raises(CouldNotRunError, match="the policies can't judge what is deployed: pulumi failed"):
        by_analyze(deployed)
