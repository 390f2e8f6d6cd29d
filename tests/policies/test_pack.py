"""The pack as Pulumi runs it: over its protocol, here and as a copy of the folder alone."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import ResourceValidationPolicy
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies import pack, tokens
from policies.catalogue import RULES
from policies.context import StackConfig
from policies.known import tables
from policies.limits import load_limits
from policies.pack import policies
from policies.pack_config import policy_config
from policies.schema import ReviewedFileError
from policies.server import Analyzer
from policies.wire import Outcome, decode
from program.offline.recording import Registration
from tests.policies.world import SECRET_MARK, recorded

PACK = Path(pack.__file__).parent
SECRET = "1b47061264138c4ac30d75fd1eb44270"
CANARY = "canary-5f1d9e7c"
LEVELS = {"mandatory": analyzer_pb2.MANDATORY, "advisory": analyzer_pb2.ADVISORY, "off": analyzer_pb2.DISABLED}


def properties(**values: object) -> Struct:
    struct = Struct()
    # An archive has a form of its own on the wire, which no rule looks at.
    struct.update({key: value for key, value in values.items() if not isinstance(value, pulumi.Archive)})
    return struct


def request(type_: str, stack: str = "prod", **values: object) -> analyzer_pb2.AnalyzeRequest:
    urn = f"urn:pulumi:{stack}::parity::{type_}::probe"
    return analyzer_pb2.AnalyzeRequest(type=type_, name="probe", urn=urn, properties=properties(**values))


def servicer(stack: StackConfig) -> Analyzer:
    return Analyzer(pack.NAME, policies(stack))


def stack_config(stack: str | None, **config: str) -> StackConfig:
    values = {f"parity:{key}": value for key, value in config.items()}
    return StackConfig(stack=stack, project="parity", config=values, given_suffix=None)


def said(outcomes: list[Outcome], rule: str) -> list[tuple[str, str, str]]:
    return [(outcome.level, outcome.outcome, outcome.message) for outcome in outcomes if outcome.rule == rule]


@contextmanager
def started(folder: Path, **variables: str) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """Start the folder as the engine does; without this project on the path of modules."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "PYTHONPATH"))}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(folder)],
        cwd=folder,
        env=environment | variables,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        with process.stdout, grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.terminate()
        process.wait(10)


# What is known beside types.
OTHER_FILES = (tables.OPTIONS, tables.PARAMETERS, tables.ACTIONS, tables.COMPUTED, tables.CLASSES)


@pytest.fixture(params=["the folder itself", "a copy of it alone"])
def folder(request, tmp_path) -> Path:
    if request.param == "the folder itself":
        return PACK
    copy = tmp_path / "our-guard"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_the_folder_runs_as_a_pack_under_any_name(folder):
    variables = {"PULUMI_PROJECT": "parity", "PULUMI_STACK": "prod", "PULUMI_DRY_RUN": "true"}
    config = {"PULUMI_CONFIG": json.dumps({"parity:environment": "prod"})}

    with started(folder, **variables, **config) as analyzer:
        info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())
        outcomes = decode(analyzer.Analyze(request(tokens.CLUSTER, storageEncrypted=False)), None)

    limits = load_limits()
    assert [policy.name for policy in info.policies] == [rule.id for rule in RULES]
    assert [policy.enforcementLevel for policy in info.policies] == [LEVELS[r.level(limits, "prod")] for r in RULES]
    assert said(outcomes, "rds-encrypted") == [("mandatory", "failed", "storageEncrypted is false; it must be true")]


def test_a_process_that_has_the_pack_already_imports_it_no_second_time(monkeypatch):
    served: list[str] = []
    monkeypatch.setattr(pack, "serve", lambda: served.append("once"))

    runpy.run_path(str(PACK), run_name="__main__")

    assert served == ["once"]
    assert sys.modules["policies.pack"] is pack


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("environments.yaml", "guard/environments.yaml"),
        *((f"known/{name}.yaml", f"policies/known/{name}.yaml") for name in OTHER_FILES),
    ],
)
def test_a_file_of_the_guard_that_is_broken_is_one_line_and_status_3(tmp_path, file, told):
    copy = tmp_path / "guard"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / file).write_text("schemaVersion: 1\nschemaVersion: 1\n")

    ended = subprocess.run(
        [sys.executable, "-m", "pulumi.policy", "127.0.0.1:0", str(copy)],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == f"{told}:2: 'schemaVersion' stands twice (first on line 1)\n"


def test_levels_are_the_environments_or_the_strictest_where_nobody_knows_it(monkeypatch):
    limits = load_limits()
    blocks = {
        name: block.model_copy(update={"levels": {"rds-pgaudit": level}})
        for (name, block), level in zip(limits.environments.items(), ("off", "advisory", "mandatory"), strict=True)
    }
    monkeypatch.setattr(pack, "limits", lambda: limits.model_copy(update={"environments": blocks}))
    names = list(blocks)

    def level(stack: StackConfig) -> str:
        return str(next(p.enforcement_level for p in policies(stack) if p.name == "rds-pgaudit").value)

    assert [level(stack_config(name)) for name in names] == ["disabled", "advisory", "mandatory"]
    assert level(stack_config(None)) == "mandatory"
    assert level(stack_config("x", environment="nowhere")) == "mandatory"


def test_the_policy_configuration_names_every_level_and_all_that_a_preview_says():
    limits = load_limits()
    block = limits.environments["dev"].model_copy(update={"levels": {"rds-pgaudit": "off"}})
    changed = limits.model_copy(update={"environments": {**limits.environments, "dev": block}})
    told = {"environment": "dev", "configuration": {"parity:egress": "nat"}, "reportExempt": True}

    config = policy_config("dev", changed, {"parity:egress": "nat"})

    assert set(config) == {rule.id for rule in RULES}
    assert config["rds-encrypted"] == {"enforcementLevel": "mandatory", **told}
    assert config["rds-pgaudit"] == {"enforcementLevel": "disabled", **told}


def test_an_unknown_environment_is_one_mandatory_violation_of_its_own():
    service = servicer(stack_config("x", environment="nowhere"))
    one = request(tokens.CLUSTER, "x")
    stack = analyzer_pb2.AnalyzeStackRequest(
        resources=[analyzer_pb2.AnalyzerResource(type=one.type, name=one.name, urn=one.urn, properties=one.properties)]
    )

    outcomes = decode(service.Analyze(one, None), one.urn) + decode(service.AnalyzeStack(stack, None), None)

    assert [(o.rule, o.level, o.message) for o in outcomes] == [
        ("environment", "mandatory", "parity:environment names 'nowhere'; known: dev, staging, prod")
    ]


def test_a_stack_of_nothing_still_has_an_environment():
    service = servicer(stack_config(None))

    outcomes = decode(service.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(), None), None)

    assert [o.rule for o in outcomes] == ["environment"]


def test_what_a_preview_does_not_know_is_undecided_and_lets_it_go_on():
    given = request(tokens.CLUSTER, storageEncrypted=UNKNOWN_STRING_VALUE)

    outcomes = decode(servicer(stack_config("prod")).Analyze(given, None), given.urn)

    assert said(outcomes, "rds-encrypted") == [
        ("advisory", "undecided", "storageEncrypted is not known before the deployment")
    ]


def configured(environment: str, **configuration: str) -> Analyzer:
    """Return the pack as it is under `policy analyze`, which tells it nothing but the policy configuration."""
    service = servicer(stack_config(None))
    values = {f"parity:{key}": value for key, value in configuration.items()}
    config = {
        name: analyzer_pb2.PolicyConfig(
            enforcementLevel=analyzer_pb2.EnforcementLevel.Value(given.pop("enforcementLevel").upper()),
            properties=properties(**given),
        )
        for name, given in policy_config(environment, load_limits(), values).items()
    }
    service.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=config), None)
    return service


def test_under_policy_analyze_the_policy_configuration_says_which_environment_it_is():
    given = request(tokens.CLUSTER_INSTANCE, "review", instanceClass="db.r6g.large")

    outcomes = decode(configured("dev").Analyze(given, None), given.urn)

    assert said(outcomes, "rds-instance-class") == [
        ("mandatory", "failed", "instanceClass is 'db.r6g.large'; dev allows db.t4g.medium")
    ]


def test_under_policy_analyze_the_policy_configuration_says_what_the_stack_is_configured_to():
    given = request(tokens.KEY, "prod", deletionWindowInDays=30, tags={"EnvironmentSuffix": "blue"})

    ephemeral = configured("prod").Analyze(given, None)
    protected = configured("prod", dataProtection="protected", environmentSuffix="main").Analyze(given, None)

    assert said(decode(ephemeral, None), "kms-deletion-window") != []
    assert said(decode(protected, None), "kms-deletion-window") == []
    assert "tag EnvironmentSuffix is 'blue'; it must be 'main'" in str(said(decode(protected, None), "tags"))


def test_under_policy_analyze_what_is_exempt_is_a_diagnostic_that_blocks_nothing():
    given = request(tokens.ROLE_POLICY, policy="{}")
    given.name = "lambda-app-policy"
    stack = stack_request([on_wire(recorded("prod")[0])])
    cluster = stack_request([on_wire(item) for item in recorded("prod") if item.type == tokens.TOPIC])
    service = configured("prod", environmentSuffix="main")

    answers = [service.Analyze(given, None), service.AnalyzeStack(cluster, None), service.AnalyzeStack(stack, None)]

    exempt = {(o.rule, o.level) for answer in answers for o in decode(answer, None) if o.outcome == "exempt"}
    reasons = [entry.reason for answer in answers for entry in answer.not_applicable]
    assert exempt == {("iam-inline-policies", "advisory"), ("sns-subscribed", "advisory")}
    assert not any(reason.startswith("exempt") for reason in reasons)


def test_a_rule_that_is_off_says_nothing_of_other_types_either_whenever_it_is_configured():
    service = configured("prod")
    given = request(tokens.TOPIC, name="t")
    before = {entry.policy_name for entry in service.Analyze(given, None).not_applicable}
    disabled = analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.DISABLED)

    service.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={"kms-deletion-window": disabled}), None)

    after = {entry.policy_name for entry in service.Analyze(given, None).not_applicable}
    assert before - after == {"kms-deletion-window"}


def test_two_rules_of_one_id_are_refused_with_both_their_files(monkeypatch):
    monkeypatch.setattr(pack, "RULES", (*pack.RULES, replace(pack.RULES[0], default_level="off")))

    with pytest.raises(ReviewedFileError) as refused:
        policies(StackConfig(stack="dev", project="parity", config={}, given_suffix=None))

    file = "policies/rules/kms.py"
    assert refused.value.problems == [
        f"{file}: rule {pack.RULES[0].id!r} stands in {file} too; give it an id of its own"
    ]


def test_a_policy_that_nothing_would_ask_is_refused():
    stray = ResourceValidationPolicy(name="stray", description="None asks it.", validate=lambda _args, _report: None)

    with pytest.raises(TypeError, match="nothing would ask it"):
        Analyzer(pack.NAME, [stray])


def test_a_rule_that_there_is_not_is_refused_before_the_pack_starts(monkeypatch, capsys):
    known = load_limits()
    block = known.environments["dev"].model_copy(update={"levels": {"no-such": "off"}})
    stale = known.accepted[0].model_copy(update={"rule": "rds-pgaudi"})
    changed = {"environments": {**known.environments, "dev": block}, "accepted": [stale]}
    monkeypatch.setattr(pack, "limits", lambda: known.model_copy(update=changed))

    with pytest.raises(SystemExit) as ended:
        pack.serve()

    first, second = capsys.readouterr().err.strip().split("?; ")
    assert ended.value.code == 3
    place = r"policies/environments\.yaml:\d+: "
    said = "accepted names rule 'rds-pgaudi', but there is no such rule; did you mean 'rds-pgaudit'"
    assert re.fullmatch(place + re.escape(said), first)
    assert re.match(place + "environments names rule 'no-such', but there is no such rule; known: alarm-", second)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"rule": "rds-encrypted"},
            "rule 'rds-encrypted', which is critical; mend the resource instead",
        ),
        ({"rule": "exemptions"}, "rule 'exemptions', which guards the guard; mend the resource instead"),
        ({"environments": ["prd"]}, "environment 'prd', but there is no such environment; did you mean 'prod'?"),
    ],
)
def test_what_nobody_may_accept_is_refused_before_the_pack_starts(monkeypatch, capsys, changed, problem):
    known = load_limits()
    entry = known.accepted[0].model_copy(update=changed)
    monkeypatch.setattr(pack, "limits", lambda: known.model_copy(update={"accepted": [entry]}))

    with pytest.raises(SystemExit) as ended:
        pack.serve()

    said = capsys.readouterr().err
    assert ended.value.code == 3
    assert re.fullmatch(r"policies/environments\.yaml:\d+: accepted names " + re.escape(problem) + "\n", said)


def test_a_rule_named_in_limits_that_can_not_be_read_again_is_told_without_its_line(monkeypatch, tmp_path, capsys):
    known = load_limits()
    stale = known.accepted[0].model_copy(update={"rule": "rds-pgaudi"})
    monkeypatch.setattr(pack, "limits", lambda: known.model_copy(update={"accepted": [stale]}))
    monkeypatch.setattr(pack, "LIMITS_FILE", tmp_path / "gone.yaml")

    with pytest.raises(SystemExit):
        pack.serve()

    assert capsys.readouterr().err.startswith(f"{tmp_path.name}/gone.yaml: accepted names rule 'rds-pgaudi'")


def test_an_accepted_deviation_that_nothing_needs_is_told(on_the_wire):
    service = servicer(stack_config("prod", environment="prod", environmentSuffix="main"))

    outcomes = decode(service.AnalyzeStack(stack_request(on_the_wire), None), None)

    (told,) = {each.message for each in outcomes if "rds-pgaudit" in each.message and each.outcome == "failed"}
    assert told == (
        "accepted rds-pgaudit for database-instance-parameters in prod: nothing needs it; remove prod from the entry"
    )


def test_what_is_accepted_is_said_as_exempt():
    given = request(tokens.ROLE_POLICY, policy="{}")
    given.name = "lambda-app-policy"

    (exempt,) = said(decode(servicer(stack_config("prod")).Analyze(given, None), given.urn), "iam-inline-policies")

    assert exempt[1] == "exempt"
    assert exempt[2].startswith("accepted: Each policy belongs to one role")


def stack_request(resources: list[analyzer_pb2.AnalyzerResource]) -> analyzer_pb2.AnalyzeStackRequest:
    return analyzer_pb2.AnalyzeStackRequest(resources=resources)


def on_wire(item: Registration) -> analyzer_pb2.AnalyzerResource:
    return analyzer_pb2.AnalyzerResource(
        type=item.type,
        name=item.name,
        urn=item.urn,
        properties=item.properties,
        provider=analyzer_pb2.AnalyzerProviderResource(type=tokens.PROVIDER, properties=properties(region="us-east-1")),
        parent=item.parent,
        dependencies=item.dependencies,
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
            for key, urns in item.property_dependencies.items()
        },
        options=analyzer_pb2.AnalyzerResourceOptions(ignoreChanges=item.ignore_changes, protect=item.protect),
    )


@pytest.fixture(scope="module")
def on_the_wire() -> list[analyzer_pb2.AnalyzerResource]:
    return [on_wire(item) for item in recorded("prod")]


def test_our_own_stack_passes_over_the_protocol(on_the_wire):
    config = {"environment": "prod", "environmentSuffix": "main"}
    service = servicer(stack_config("prod", **config))

    outcomes = [
        outcome
        for item in on_the_wire
        for outcome in decode(
            service.Analyze(
                analyzer_pb2.AnalyzeRequest(
                    type=item.type,
                    name=item.name,
                    urn=item.urn,
                    properties=item.properties,
                    options=item.options,
                    provider=item.provider,
                ),
                None,
            ),
            item.urn,
        )
    ]
    outcomes += decode(service.AnalyzeStack(stack_request(on_the_wire), None), None)

    assert [outcome for outcome in outcomes if outcome.outcome != "exempt"] == []


@pytest.mark.parametrize("value", ["unknown", "secret"])
def test_no_property_that_is_unknown_or_secret_crashes_the_real_pack_or_is_repeated(on_the_wire, value):
    service = servicer(stack_config("prod"))
    given = {"unknown": UNKNOWN_STRING_VALUE, "secret": {SECRET_MARK: SECRET, "value": {"password": CANARY}}}[value]
    for resource in {item.type: item for item in on_the_wire}.values():
        everything = properties(**dict.fromkeys(resource.properties.fields, given))
        one = analyzer_pb2.AnalyzeRequest(
            type=resource.type, name=resource.name, urn=resource.urn, properties=everything
        )
        changed = analyzer_pb2.AnalyzerResource()
        changed.CopyFrom(resource)
        changed.properties.CopyFrom(everything)
        stack = stack_request([changed if item.urn == resource.urn else item for item in on_the_wire])

        outcomes = decode(service.Analyze(one, None), one.urn) + decode(service.AnalyzeStack(stack, None), None)

        assert [outcome for outcome in outcomes if outcome.outcome == "error"] == []
        assert CANARY not in "".join(o.message for o in outcomes)
